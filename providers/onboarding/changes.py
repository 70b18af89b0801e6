"""Who wants to know when what a provider may do has changed: rooms above register here."""

from collections.abc import Callable
from datetime import datetime

Changed = Callable[[int, datetime], None]
_changed: list[Changed] = []


def on_changed(callback: Changed) -> Changed:
    """Be called as `callback(provider_id, at)` inside the transaction and scope that changed what the gate says."""
    if callback not in _changed:
        _changed.append(callback)
    return callback


def announce(provider_id: int, at: datetime) -> None:
    """Call everybody who registered."""
    for callback in _changed:
        callback(provider_id, at)
