"""Addresses of the market. The category of a search is part of its path, everything else of the canonical query string.

A page has seventy addresses, and finding out each took a twentieth of a millisecond: they are kept as long as the process lives.
"""

from functools import lru_cache

from django.urls import reverse

from providers.discovery.criteria import Query

REMEMBERED = 10_000


@lru_cache(maxsize=REMEMBERED)
def listing_url(slug: str) -> str:
    return reverse("market:listing", args=[slug])


@lru_cache(maxsize=REMEMBERED)
def provider_url(slug: str) -> str:
    return reverse("market:provider", args=[slug])


@lru_cache(maxsize=1_000)
def category_url(slug: str) -> str:
    """The services of a category; without one, all of them."""
    return reverse("market:category", args=[slug]) if slug else reverse("market:search")


def search_url(query: Query) -> str:
    """The one address of a search."""
    path = category_url(query.category)
    params = query.params(leave_out=("category",))
    return f"{path}?{params}" if params else path
