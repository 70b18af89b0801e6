"""Who wants to know that a listing was looked at. A room above registers; a page is never kept waiting by it."""

from collections.abc import Callable

from django.http import HttpRequest

from providers.listings.models import PublicListing

Viewed = Callable[[HttpRequest, PublicListing], None]
_callbacks: list[Viewed] = []


def on_viewed(callback: Viewed) -> Viewed:
    """Be told of every page of a listing that is drawn (from `AppConfig.ready()`)."""
    if callback not in _callbacks:
        _callbacks.append(callback)
    return callback


def viewed(request: HttpRequest, listing: PublicListing) -> None:
    for callback in _callbacks:
        callback(request, listing)
