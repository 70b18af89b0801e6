"""Words of the guards in templates."""

from django import template

from aftersales.guards.models import Level
from marketplace.ui.kit import Text

register = template.Library()


@register.filter
def budget_level(value: str | None) -> Text:
    """A budget's level in words."""
    return Level(value).label if value in Level.values else ""
