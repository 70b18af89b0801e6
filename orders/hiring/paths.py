"""Where a conversation about a need leads, in each console."""

from django.urls import reverse

from orders.rooms.registry import Subject


def need_path(subject: Subject, kind: str) -> str:
    """The need for the merchant; for providers their leads, among which it is found by its title."""
    return reverse("hiring:detail", args=[subject.id]) if kind == "merchant" else reverse("leads:list")
