"""Who wants to know when a provider's public score was added, changed or removed."""

from collections.abc import Callable, Sequence

#: Called in the transaction that wrote the rows and in the provider's scope, with the ids of the providers.
OnProjected = Callable[[Sequence[int]], None]

_listeners: list[OnProjected] = []


def on_projected(callback: OnProjected) -> None:
    """Have this called whenever `PublicScore` rows change. From `AppConfig.ready()`; registering twice is once."""
    if callback not in _listeners:
        _listeners.append(callback)


def announce(provider_ids: Sequence[int]) -> None:
    """Tell everybody who asked."""
    for callback in _listeners:
        callback(provider_ids)
