"""Who has to know, in the same transaction, that released money went back: rooms above escrow register themselves."""

from collections.abc import Callable
from datetime import datetime

from marketplace.tenancy.actor import Actor
from orders.escrow.models import Reversal

#: Called under the deal's lock and before the ledger's accounts are locked, in the scope of the party that acts.
OnReversed = Callable[[Reversal, Actor, datetime], None]
_on_reversed: list[OnReversed] = []


def register_on_reversed(listener: OnReversed) -> None:
    """From `AppConfig.ready()`. Registering twice changes nothing."""
    if listener not in _on_reversed:
        _on_reversed.append(listener)


def announce_reversed(made: Reversal, by: Actor, at: datetime) -> None:
    """Tell everybody who registered; what one of them raises stops the reversal."""
    for listener in _on_reversed:
        listener(made, by, at)
