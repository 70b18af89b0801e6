"""Points and shares in templates."""

from django import template

from marketplace.ui import formats
from providers.scorecards.words import points as points_text

register = template.Library()


@register.filter
def points(hundredths: int | None) -> str:
    """Score points: 8734 → 87.34."""
    return points_text(hundredths)


@register.filter
def share(ten_thousandths: int | None) -> str:
    """1/10,000 as a percentage."""
    return "–" if ten_thousandths is None else formats.percent(ten_thousandths / 10_000)
