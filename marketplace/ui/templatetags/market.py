"""Tags for the components of the market. A template builtin, like the rest of the kit."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.template.context import RequestContext
from django.template.loader import get_template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from marketplace.ui import formats
from marketplace.ui.kit import Text
from marketplace.ui.offers import LEVEL_NAMES, Comparison, Picture, Price, Seller, ServiceCard
from marketplace.ui.templatetags.ui import icon

register = template.Library()
LEVELS = 4
#: As Django's json_script: what could end the element is written as an escape.
JSON_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.simple_tag
def picture(image: Picture | None, icon_name: str = "image", sizes: str = "", lazy: bool = True) -> SafeString:
    """A stored picture that fills its box, or a quiet ground with an icon."""
    if image is None:
        return format_html('<span class="pic pic--none">{}</span>', icon(icon_name, "lg"))
    size = format_html(' width="{}" height="{}"', image.width, image.height) if image.width else ""
    several = format_html(' srcset="{}" sizes="{}"', image.srcset, sizes or "100vw") if image.srcset else ""
    when = SafeString(' loading="lazy"' if lazy else ' fetchpriority="high"')
    return format_html('<img class="pic" src="{}"{}{}{} decoding="async" alt="{}">', image.src, several, size, when, image.alt)


@register.simple_tag
def level(number: int, is_newcomer: bool = False) -> SafeString:
    """A provider's level as four steps and its name; a newcomer's says so instead."""
    return _level(number, is_newcomer, get_language())


@lru_cache(maxsize=64)
def _level(number: int, is_newcomer: bool, _language: str | None) -> SafeString:
    classes = ((" level__step--on" if step < number else "",) for step in range(LEVELS))
    steps = format_html_join("", '<i class="level__step{}"></i>', classes)
    text = gettext("Newcomer") if is_newcomer else LEVEL_NAMES[number]
    return format_html('<span class="level"><span class="level__steps" aria-hidden="true">{}</span>{}</span>', steps, text)


@register.simple_tag
def monogram(seller: Seller, css: str = "") -> SafeString:
    """The provider's logo, or the first character of its name. The name stands beside it, so it is hidden from screen readers."""
    inner = picture(seller.logo) if seller.logo else seller.monogram
    return format_html('<span class="mark {}" aria-hidden="true">{}</span>', css, inner)


@register.inclusion_tag("components/price.html")
def price(value: Price, css: str = "") -> dict[str, Any]:
    """An amount with what it buys, or that it is on request."""
    return {"price": value, "css": css}


@register.inclusion_tag("components/seller.html")
def seller(value: Seller, linked: bool = True) -> dict[str, Any]:
    """A provider in one line: mark, name, level, score."""
    return {"seller": value, "linked": linked}


@register.simple_tag(takes_context=True)
def service_card(context: RequestContext, card: ServiceCard, layout: str = "tile", heading: str = "h3") -> SafeString:
    """A service in a list. `layout` is "tile" or "row"; rows can be picked for comparing and saved."""
    return _service_card(card, layout, heading, bool(context.get("may_shortlist")), get_language())


@lru_cache(maxsize=2_000)
def _service_card(card: ServiceCard, layout: str, heading: str, may_shortlist: bool, _language: str | None) -> SafeString:
    """Twenty cards are a third of what drawing a page of the market costs, and the same ones are drawn again and again."""
    facts = {"card": card, "layout": layout, "heading": heading, "may_shortlist": may_shortlist}
    return SafeString(get_template("components/service_card.html").render(facts))


@register.inclusion_tag("components/breadcrumbs.html")
def crumb_trail(pairs: Sequence[tuple[Text, str]]) -> dict[str, Any]:
    """Breadcrumbs from (label, URL) pairs that a view made; the last one is the page itself."""
    return {"crumbs": [*pairs[:-1], (pairs[-1][0], "")] if pairs else []}


@register.inclusion_tag("components/comparison.html")
def comparison(value: Comparison, marks: bool = False) -> dict[str, Any]:
    """Things side by side; with `marks` the rows that differ are marked. Rows become headings on narrow screens."""
    return {"comparison": value, "marks": marks}


@register.filter
def price_text(amount: int | None, currency: str) -> str:
    """Minor units as a price: whole amounts without decimals (¥6,800), others with them (¥0.35)."""
    return "" if amount is None else formats.price(amount, currency)


@register.simple_tag
def json_ld(data: Mapping[str, Any] | None) -> SafeString:
    """Structured data for search engines. A data block is not run, so the content security policy has nothing to forbid."""
    if not data:
        return SafeString("")
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(JSON_ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308 - escaped above
