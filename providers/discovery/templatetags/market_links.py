"""Addresses of searches in templates (`{{ choice.query|search_url }}`), and the facets beside them."""

from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from providers.discovery.results import Facet
from providers.discovery.web.links import category_url, search_url

register = template.Library()
register.filter("search_url", search_url)
register.filter("category_url", category_url)


@register.simple_tag
def facet(found: Facet, position: int, open_facets: int, shown_choices: int) -> SafeString:
    """A dimension with its choices. The first ones stand open, and those in use; of long ones the first choices are shown."""
    choices = tuple((each.value, str(each.label), each.count, each.is_selected) for each in found.choices)
    is_open = found.is_used or position <= open_facets
    return _facet(found.name, str(found.label), is_open, shown_choices, choices, get_language())


@lru_cache(maxsize=500)
def _facet(name: str, label: str, is_open: bool, shown_choices: int, choices: Any, _language: str | None) -> SafeString:
    """Pages turned, sorted or come back to have the same facets."""
    facts = {"name": name, "label": label, "is_open": is_open, "shown_choices": shown_choices, "choices": choices}
    return SafeString(get_template("market/_facet.html").render(facts))
