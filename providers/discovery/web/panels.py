"""What upper rooms add to the public pages of providers and of listings; filled in `AppConfig.ready()`."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.safestring import SafeString

from providers.listings.models import PublicListing

#: Called with the request and the provider's id; an empty text shows nothing.
Panel = Callable[[HttpRequest, int], SafeString]
ListingPanel = Callable[[HttpRequest, PublicListing], SafeString]
_panels: list[Panel] = []
_listing_panels: list[ListingPanel] = []


def register_panel(panel: Panel) -> None:
    """Below what a provider offers. Registering twice changes nothing."""
    if panel not in _panels:
        _panels.append(panel)


def register_listing_panel(panel: ListingPanel) -> None:
    """Below what a listing includes. Registering twice changes nothing."""
    if panel not in _listing_panels:
        _listing_panels.append(panel)


def panels(request: HttpRequest, provider_id: int) -> list[SafeString]:
    """In the order they were registered."""
    return [panel(request, provider_id) for panel in _panels]


def listing_panels(request: HttpRequest, listing: PublicListing) -> list[SafeString]:
    """In the order they were registered."""
    return [panel(request, listing) for panel in _listing_panels]
