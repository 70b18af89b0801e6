"""What the navigation shows of conversations, and where a service that is talked about is found."""

from django.http import HttpRequest
from django.urls import reverse

from orders.rooms.queries import unread_count
from orders.rooms.registry import Subject


def unread(request: HttpRequest) -> int:
    """Conversations with something this person has not seen."""
    organization = request.organization  # type: ignore[attr-defined]
    return unread_count(organization.pk, organization.kind, request.user.pk or 0)


def listing_path(subject: Subject, _kind: str) -> str:
    """The public page of a listing."""
    return reverse("market:listing", args=[subject.slug]) if subject.slug else ""
