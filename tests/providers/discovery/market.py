"""A small market, written straight into the public tables as the rooms below would project it."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from marketplace.tenancy.scope import scope
from providers.catalogue.models import Category
from providers.discovery import knowledge
from providers.discovery.operations import index_listings
from providers.discovery.queries import Query, Results, search
from providers.listings.models import PublicListing
from providers.profiles.models import PublicProvider
from providers.scorecards.models import PublicScore
from tests import cast

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
_ids = count(1_000_000)


def put(provider: cast.Provider, title: str = "", *, category: str = "store-operation", **facts: Any) -> int:
    """A public listing with its document; `body` is plain text in both languages' place, titles may be given apart."""
    pk = next(_ids)
    body = facts.pop("body", "")
    row: dict[str, Any] = {
        "title_zh": title, "title_en": title, "summary_zh": "", "summary_en": "", "body_html_zh": body, "body_html_en": body,
        "attributes": {}, "pricing_model": "fixed", "from_minor": 100_000, "from_cny_minor": 100_000,
        "published_at": AT - timedelta(days=60), "updated_at": AT - timedelta(days=60),
    }  # fmt: skip
    with scope(provider.id):
        PublicListing.objects.create(
            listing_id=pk, provider_id=provider.id, slug=f"l{pk}", version_id=pk, version=1,
            category=Category.objects.get(slug=category), **{**row, **facts},
        )  # fmt: skip
        index_listings([pk])
    return pk


def profile(provider: cast.Provider, **facts: Any) -> None:
    """What everybody sees of a provider."""
    row = {"name_zh": provider.slug, "name_en": provider.slug, "slug": provider.slug, "published_at": AT, "verified_at": AT}
    with scope(provider.id):
        PublicProvider.objects.update_or_create(provider_id=provider.id, defaults={**row, **facts})


def rate(provider: cast.Provider, score: int | None, *, jobs: int = 40, **facts: Any) -> None:
    """What everybody sees of its score, 1/100 points."""
    row = {"score": score, "n": jobs, "level": 3, "changed_at": AT}
    with scope(provider.id):
        PublicScore.objects.update_or_create(provider_id=provider.id, defaults={**row, **facts})


def find(q: str = "", *, exact: bool = False, language: str = "zh", **params: Any) -> Results:
    return search(Query.from_params({**params, "q": q}), language=language, as_of=AT, exact=exact)


def ids(results: Results) -> list[int]:
    return [hit.listing.listing_id for hit in results.hits]


def fresh() -> None:
    knowledge.forget()
