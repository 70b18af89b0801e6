"""Since when a company is verified: known in a room above, asked here."""

from collections.abc import Callable
from datetime import datetime

#: Asked in the provider's scope; None: not verified (any more).
Verified = Callable[[int], datetime | None]
_known: list[Verified] = []


def register_verification(callback: Verified) -> None:
    """Have this asked. From `AppConfig.ready()` of the one room that knows."""
    if callback not in _known:
        _known.append(callback)


def verified_since(provider_id: int) -> datetime | None:
    """When the company was verified; None while nobody says so. Needs the provider's scope."""
    return next((since for callback in _known if (since := callback(provider_id)) is not None), None)
