"""What is judged, from 1 to 5: the merchant's axes by category, and the provider's."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from providers.catalogue.models import Category

LABELS = {
    "quality": _("Quality of the work"),
    "communication": _("Communication"),
    "timeliness": _("Timeliness"),
    "value": _("Value for money"),
    "speed": _("Speed of answers"),
    "creativity": _("Creativity"),
    "expertise": _("Expertise"),
    "clarity": _("Clear requirements"),
    "cooperation": _("Cooperation"),
    "payment": _("Funding and acceptance in time"),
}
USUAL = ("quality", "communication", "timeliness", "value")
BY_CATEGORY = {
    "customer-service": ("quality", "speed", "communication", "value"),
    "visual-design": ("creativity", "communication", "timeliness", "value"),
    "lecturers": ("expertise", "communication", "timeliness", "value"),
}
OF_PROVIDER = ("clarity", "cooperation", "payment")


def axes_for(category: str) -> list[str]:
    """By the category, else by the one above it."""
    found = Category.objects.select_related("parent").filter(slug=category).first()
    above = found.parent.slug if found and found.parent else category
    return list(BY_CATEGORY.get(category) or BY_CATEGORY.get(above) or USUAL)


def stars(axes: Mapping[str, int]) -> int:
    """The mean in tenths, 10 to 50, halves up."""
    return (20 * sum(axes.values()) + len(axes)) // (2 * len(axes))


def shown(axes: Mapping[str, int], order: Sequence[str] = ()) -> list[tuple[object, int]]:
    """(label, 1 to 5), in the order all lists have unless another is given."""
    return [(LABELS[code], axes[code]) for code in order or LABELS if code in axes]
