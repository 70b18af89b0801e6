"""Where a provider stands with the market: asked by the gate, by search, by the provider's own page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from providers.moderation.models import ProviderStanding


@dataclass(frozen=True)
class Standing:
    """`hidden_until`: no listing is found; `paused_until`: no new orders or bids; `exited`: left for good, by ruling.

    `points` are those of the rolling year. Kept up to date by operations and, when time passes, by a task within five minutes.
    """

    hidden_until: datetime | None = None
    paused_until: datetime | None = None
    exited: bool = False
    points: int = 0

    @property
    def is_hidden(self) -> bool:
        """Not to be shown in the market now. A paused provider stays visible with what it has."""
        return self.hidden_until is not None or self.exited

    @property
    def is_paused(self) -> bool:
        """No new orders, bids or listings now."""
        return self.paused_until is not None or self.exited


Changed = Callable[[int, datetime], None]
_changed: list[Changed] = []


def standing(provider_id: int) -> Standing:
    """Where this provider stands; needs his scope. A provider nothing ever happened to stands well."""
    row = ProviderStanding.objects.filter(provider_id=provider_id).first()
    if row is None:
        return Standing()
    return Standing(row.hidden_until, row.paused_until, row.exited_at is not None, row.points)


def on_standing_changed(callback: Changed) -> Changed:
    """Be called as `callback(provider_id, at)` inside the transaction and scope that changed a standing."""
    if callback not in _changed:
        _changed.append(callback)
    return callback


def standing_changed(provider_id: int, at: datetime) -> None:
    """Call everybody who registered."""
    for callback in _changed:
        callback(provider_id, at)
