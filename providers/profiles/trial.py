"""How many orders a company took that still works without a deposit: known in the room above that keeps deposits, asked here."""

from collections.abc import Callable
from datetime import datetime

#: Asked in the provider's scope; None: it has paid a deposit, or need not.
TrialOrders = Callable[[int, datetime], int | None]
_known: list[TrialOrders] = []


def register_trial(callback: TrialOrders) -> None:
    """Have this asked. From `AppConfig.ready()` of the one room that knows."""
    if callback not in _known:
        _known.append(callback)


def trial_orders(provider_id: int, at: datetime) -> int | None:
    """Orders taken without a deposit; None when there is no trial to speak of. Needs the provider's scope."""
    return next((taken for callback in _known if (taken := callback(provider_id, at)) is not None), None)
