"""The market's first page: where to begin, what is good, what is new. Nothing on it is paid for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from marketplace.ui import formats
from marketplace.ui.kit import Text
from marketplace.ui.offers import Price, ServiceCard
from providers.catalogue.lists import BELTS, INDUSTRIES, Belt
from providers.catalogue.models import Category
from providers.catalogue.queries import Branch, tree
from providers.discovery.criteria import Query
from providers.discovery.queries import search
from providers.discovery.results import Hit
from providers.discovery.showcase import Overview, overview
from providers.discovery.web import jsonld
from providers.discovery.web.cards import by_id, from_hit, named
from providers.discovery.web.keeping import kept_for_strangers
from providers.discovery.web.links import search_url

FEATURED, ROW, SHOWN_BELTS, SHOWN_CHILDREN = 8, 4, 12, 4
#: Counts and the best are so old at most: counting a large market takes longer than drawing the page.
KEPT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Shelf:
    """A top category with how much is on offer in it, its own and its sub-categories' listings together."""

    category: Category
    count: int
    children: tuple[Category, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """An industrial belt with how many listings serve it."""

    belt: Belt
    industry: Text
    count: int
    url: str


@require_safe
@kept_for_strangers
def home(request: HttpRequest) -> HttpResponse:
    """Five statements: the tree, the overview, and the search for the best by score; the tree alone within a minute."""
    branches = tree()
    seen = cache.get_or_set("market.overview", overview, KEPT_SECONDS)
    best = cache.get_or_set(f"market.best.{formats.language()}", lambda: _best(branches), KEPT_SECONDS)
    context = {
        "shelves": [_shelf(branch, seen) for branch in branches],
        "figures": _figures(seen),
        "featured": best,
        "places": _places(seen),
        "newest": [_new(row) for row in seen.newest],
        "has_listings": seen.listings > 0,
        "hide_search": True,
        "structured": jsonld.website(request),
    }
    return TemplateResponse(request, "market/home.html", context)


def _best(branches: list[Branch]) -> list[ServiceCard]:
    """The best by score, one of each provider, in full rows."""
    categories = by_id(branches)
    found = search(Query(sort="score"), language=formats.language(), as_of=timezone.now())
    cards = [from_hit(hit, categories) for hit in _one_each(found.hits)][:FEATURED]
    return cards[: len(cards) // ROW * ROW] or cards


def _one_each(hits: Sequence[Hit]) -> list[Hit]:
    """The first of every provider, so that one does not fill the page."""
    return list({hit.provider_slug: hit for hit in reversed(hits)}.values())[::-1]


def _shelf(branch: Branch, seen: Overview) -> Shelf:
    ids = [branch.category.pk, *(child.pk for child in branch.children)]
    return Shelf(branch.category, sum(seen.categories.get(pk, 0) for pk in ids), branch.children[:SHOWN_CHILDREN])


def _figures(seen: Overview) -> Sequence[tuple[str, Text]]:
    """Numbers that were counted just now; those that are zero say nothing and are left out."""
    counted = (
        (seen.providers, _("verified providers")),
        (seen.listings, _("services on offer")),
        (len(seen.belts), _("industrial belts served")),
        (seen.cases, _("cases proven with shop data")),
        (seen.jobs, _("jobs behind the scores")),
    )
    return [(formats.number(value), text) for value, text in counted if value][:4]


def _places(seen: Overview) -> list[Place]:
    known = [(BELTS[code], n) for code, n in seen.belts.items() if code in BELTS]
    best = sorted(known, key=lambda pair: (-pair[1], pair[0].code))[:SHOWN_BELTS]
    return [Place(belt, INDUSTRIES.label(belt.industry), n, search_url(Query(belt=(belt.code,)))) for belt, n in best]


def _new(row: dict[str, Any]) -> dict[str, Any]:
    amount = row["from_minor"]
    price = Price() if amount is None else Price(formats.price(amount, row["currency"]), _unit(row), is_least=True)
    return {
        "title": named(row, "title"),
        "url": reverse("market:listing", args=[row["slug"]]),
        "provider": named(row, "name") or row["name_zh"] or row["name_en"],
        "price": price,
        "at": row["published_at"],
    }


def _unit(row: dict[str, Any]) -> str:
    fixed = {"subscription": pgettext("unit of a price", "month"), "session": pgettext("unit of a price", "seat")}
    unit = row["unit"] or {}
    return fixed.get(row["pricing_model"], "") or ("" if unit.get("code") == "project" else named(unit, ""))
