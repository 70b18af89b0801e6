"""What staff's pages of payments need beyond the kit."""

from collections.abc import Mapping

from django import template

from marketplace.ui.kit import Text

register = template.Library()


@register.filter
def label_of(labels: Mapping[str, Text], name: str) -> Text:
    """A label by its name."""
    return labels[name]
