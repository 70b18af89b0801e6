"""Counting who looked at a listing."""

from django.http import HttpRequest
from django.utils import timezone

from orders.insights.counting import is_robot, note_view, way_of
from providers.listings.models import PublicListing


def count_view(request: HttpRequest, listing: PublicListing) -> None:
    """Not the provider's own people, not staff who look as somebody, not robots, and nothing that is fetched ahead."""
    organization = getattr(request, "organization", None)
    is_own = organization is not None and organization.pk == listing.provider_id
    is_ahead = "prefetch" in request.headers.get("Sec-Purpose", "") or "prefetch" in request.headers.get("Purpose", "")
    if request.method != "GET" or is_own or is_ahead or getattr(request, "look", None) is not None:
        return
    if is_robot(request.headers.get("User-Agent", "")):
        return
    way = way_of(request.headers.get("Referer", ""), request.get_host())
    note_view(provider_id=listing.provider_id, listing_id=listing.listing_id, way=way, at=timezone.now())
