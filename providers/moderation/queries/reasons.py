"""Reason templates, for staff and for people who report."""

from collections.abc import Sequence

from providers.moderation.models import ReasonTemplate


def templates_of(kind: str) -> list[ReasonTemplate]:
    """Those in use, in the order staff gave them."""
    return list(ReasonTemplate.objects.filter(kind=kind, is_active=True).order_by("position", "code"))


def labels_of(kind: str, codes: Sequence[str]) -> list[str]:
    """The labels of these codes in the reader's language, also of templates no longer in use; an unknown code shows itself."""
    rows = {row.code: row.label for row in ReasonTemplate.objects.filter(kind=kind, code__in=codes)}
    return [rows.get(code, code) for code in codes]
