"""What upper rooms add to a provider's public page, below what they offer; filled in `AppConfig.ready()`."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.safestring import SafeString

#: Called with the request and the provider's id; an empty text shows nothing.
Panel = Callable[[HttpRequest, int], SafeString]
_panels: list[Panel] = []


def register_panel(panel: Panel) -> None:
    """Registering twice changes nothing."""
    if panel not in _panels:
        _panels.append(panel)


def panels(request: HttpRequest, provider_id: int) -> list[SafeString]:
    """In the order they were registered."""
    return [panel(request, provider_id) for panel in _panels]
