"""What other rooms add to an organization when it is founded: they lie above accounts, so they register themselves."""

from collections.abc import Callable
from datetime import datetime

#: `(organization_id, kind, at)`, inside the transaction that founds it and in its scope.
Founded = Callable[[int, str, datetime], None]

_callbacks: list[Founded] = []


def on_founded(callback: Founded) -> None:
    """From `AppConfig.ready()`; adding the same one again changes nothing."""
    if callback not in _callbacks:
        _callbacks.append(callback)


def founded(organization_id: int, kind: str, at: datetime) -> None:
    """Let every room add what it keeps about an organization."""
    for callback in _callbacks:
        callback(organization_id, kind, at)
