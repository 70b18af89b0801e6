"""What templates of profiles say about codes, pictures and two languages."""

from collections.abc import Iterable
from typing import Any

from django import template

from marketplace.files.queries import image_url
from marketplace.ui.formats import language
from providers.catalogue.lists import label
from providers.profiles.cities import CITIES

register = template.Library()


def _joined(names: Iterable[str]) -> str:
    return ("、" if language() == "zh" else ", ").join(names)


@register.filter
def code_name(code: str) -> str:
    """A code of the catalogue's lists in the reader's language."""
    return label(code)


@register.filter
def code_names(codes: Iterable[str]) -> str:
    """Several codes of the catalogue's lists."""
    return _joined(label(code) for code in codes)


@register.filter
def city_names(codes: Iterable[str]) -> str:
    """Several cities."""
    return _joined(CITIES.label(code) for code in codes)


@register.filter
def in_language(row: Any, name: str) -> str:
    """`row.NAME_zh` or `row.NAME_en`, whichever the reader reads, else the other one."""
    here = language()
    other = "en" if here == "zh" else "zh"
    return str(getattr(row, f"{name}_{here}", "") or getattr(row, f"{name}_{other}", ""))


@register.simple_tag
def picture(key: str, width: int = 800) -> str:
    """Address of a stored picture."""
    return image_url(key, width)
