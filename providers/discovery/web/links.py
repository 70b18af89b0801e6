"""Addresses of the search: the category is part of the path, everything else of the canonical query string."""

from django.urls import reverse

from providers.discovery.criteria import Query


def search_url(query: Query) -> str:
    """The one address of a search."""
    path = reverse("market:category", args=[query.category]) if query.category else reverse("market:search")
    params = query.params(leave_out=("category",))
    return f"{path}?{params}" if params else path
