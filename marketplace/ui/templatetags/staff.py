"""What the admin's own templates need beside the kit."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def labelled_cells(cells: Sequence[Any], headers: Sequence[dict[str, Any]]) -> SafeString:
    """The cells of a row, each with its column's name: on phones a row is a card of labelled lines."""
    return mark_safe("".join(_labelled(str(cell), header) for cell, header in zip(cells, headers, strict=False)))  # noqa: S308


def _labelled(cell: str, header: dict[str, Any]) -> str:
    """Django wrote the cell, escaped; only an attribute is put into its first element."""
    name = str(header.get("text") or "")
    is_box = "action-checkbox" in cell[:60] or "<" in name
    if is_box or not cell.startswith("<td"):
        return cell
    return cell.replace("<td", str(format_html('<td data-label="{}"', escape(name[:1].upper() + name[1:]))), 1)
