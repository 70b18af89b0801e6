"""The search: `Query` in, `Results` out. Public tables only: no scope is needed."""

from collections import Counter
from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _

from marketplace.ui.formats import language as reader
from providers.catalogue.lists import label
from providers.catalogue.models import Category
from providers.discovery.criteria import DIMENSIONS, Query
from providers.discovery.results import Choice, Facet, Hit, Reason, Results
from providers.listings.models import PricingModel, PublicListing
from providers.profiles.models import PublicProvider
from providers.scorecards.models import PublicScore

__all__ = ["PAGE_SIZE", "Choice", "Facet", "Hit", "Query", "Reason", "Results", "search"]
PAGE_SIZE = 20
COLUMNS = {
    "platform": "platforms",
    "industry": "industries",
    "belt": "belts",
    "language": "languages",
    "pricing": "pricing_model",
}
ORDERS = {"newest": "-published_at", "price": "from_cny_minor", "score": "-published_at", "relevance": "-published_at"}


def search(query: Query, *, language: str, as_of: datetime) -> Results:
    """One page of listings for a reader of `language` ("zh" or "en"), with facets; the reasons speak the active language."""
    found = _matching(query).order_by(ORDERS[query.sort], "listing_id")
    total = found.count()
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(query.page, pages)
    listings = list(found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
    hits = _hits(listings, language)
    return Results(query, hits, total, True, _facets(query, found), page, pages)


def _matching(query: Query) -> models.QuerySet[PublicListing]:
    found = PublicListing.objects.select_related("category")
    for word in query.q.split():
        fields = ("title_zh", "title_en", "summary_zh", "summary_en", "body_html_zh", "body_html_en")
        found = found.filter(models.Q(*((f"{field}__icontains", word) for field in fields), _connector=models.Q.OR))
    if query.category:
        found = found.filter(models.Q(category__slug=query.category) | models.Q(category__parent__slug=query.category))
    for name, column in COLUMNS.items():
        values = query.selected(name)
        if values:
            lookup = "in" if name == "pricing" else "overlap"
            found = found.filter(**{f"{column}__{lookup}": list(values)})
    if query.budget_min is not None:
        found = found.filter(from_cny_minor__gte=query.budget_min * 100)
    if query.budget_max is not None:
        found = found.filter(from_cny_minor__lte=query.budget_max * 100)
    return found


def _facets(query: Query, found: models.QuerySet[PublicListing]) -> list[Facet]:
    names = [name for name in DIMENSIONS if name in COLUMNS]
    counts: dict[str, Counter[str]] = {name: Counter() for name in names}
    for row in found.values_list(*(COLUMNS[name] for name in names)):
        for name, value in zip(names, row, strict=True):
            counts[name].update(value if isinstance(value, list) else [value])
    titles = {
        "platform": _("Platform"),
        "industry": _("Industry"),
        "belt": _("Industrial belt"),
        "language": _("Service language"),
        "pricing": _("Price model"),
    }
    return [
        Facet(
            name,
            titles[name],
            [
                Choice(value, _choice(name, value), count, value in query.selected(name), query.toggled(name, value))
                for value, count in counts[name].most_common()
            ],
        )
        for name in names
    ]


def _choice(name: str, value: str) -> str:
    return str(PricingModel(value).label) if name == "pricing" else label(value)


def _hits(listings: list[PublicListing], language: str) -> list[Hit]:
    ids = {listing.provider_id for listing in listings}
    providers = {row.provider_id: row for row in PublicProvider.objects.filter(provider_id__in=ids)}
    scores = {row.provider_id: row for row in PublicScore.objects.filter(provider_id__in=ids)}
    return [_hit(each, providers.get(each.provider_id), scores.get(each.provider_id), language) for each in listings]


def _hit(listing: PublicListing, provider: PublicProvider | None, score: PublicScore | None, language: str) -> Hit:
    category: Category = listing.category
    reasons = (
        Reason("category", category.name),
        Reason("pricing", str(PricingModel(listing.pricing_model).label)),
        Reason("verified", _("Verified company")),
    )
    return Hit(
        listing=listing,
        provider_name=provider.text("name", "en" if (language or reader()) == "en" else "zh") if provider else "",
        provider_slug=provider.slug if provider else "",
        logo_key=provider.logo_key if provider else "",
        level=score.level if score else 1,
        score=score.score if score else None,
        jobs=score.n if score else 0,
        renewal_rate=score.renewal_rate if score else None,
        is_newcomer=score.newcomer if score else False,
        is_promoted=False,
        reasons=reasons,
    )
