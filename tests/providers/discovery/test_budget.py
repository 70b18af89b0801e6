"""A search costs the same number of statements whatever it finds."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.tenancy.scope import scope
from providers.catalogue.models import Category
from providers.discovery.operations import index_listings
from providers.listings.models import PublicListing
from tests import cast
from tests.providers.discovery.market import AT, find, fresh

pytestmark = pytest.mark.django_db


def publish(provider: cast.Provider, ids: range) -> None:
    category = Category.objects.get(slug="presale-service")
    with scope(provider.id):
        PublicListing.objects.bulk_create(
            PublicListing(
                listing_id=pk, provider_id=provider.id, slug=f"l{pk}", version_id=pk, version=1, category=category,
                title_zh="客服外包", title_en="Customer service", published_at=AT, updated_at=AT,
                platforms=["jd"], attributes={"shifts": ["day"]},
            )
            for pk in ids
        )  # fmt: skip
        index_listings(ids)


def statements(work: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as made:
        work()
    return len(made)


NARROWED = {"q": "客服外包", "platform": "jd", "category": "customer-service", "a.shifts": "day"}


@pytest.mark.parametrize("params", [{}, {"q": "客服外包"}, NARROWED, {"sort": "price"}])
def test_two_statements_at_one_listing_and_at_a_thousand(params: dict[str, str]) -> None:
    publish(cast.studio(), range(1, 2))
    fresh()
    assert statements(lambda: find(**params)) == 3, "what the market calls things is read once"
    assert statements(lambda: find(**params)) == 2
    publish(cast.rival(), range(2, 1_001))
    assert statements(lambda: find(**params)) == 2
    found = find(**params)
    assert (found.total, len(found.hits), found.pages) == (1_000, 20, 50)


def test_a_correction_costs_one_more() -> None:
    publish(cast.studio(), range(1, 3))
    find()
    assert statements(lambda: find("客福外包")) == 3


def test_indexing_a_provider_costs_the_same_at_one_listing_and_at_a_hundred() -> None:
    studio, rival = cast.studio(), cast.rival()
    find()
    assert statements(lambda: publish(studio, range(1, 2))) == statements(lambda: publish(rival, range(2, 102)))


@pytest.mark.django_db(transaction=True)
def test_browsing_is_remembered_until_the_index_changes() -> None:
    cache.clear()
    studio = cast.studio()
    publish(studio, range(1, 3))
    fresh()
    assert find().total == 2
    assert statements(find) == 1, "the page's listings are read anew, what matches is remembered"
    assert statements(lambda: find("客服")) == 2, "with words nothing is"
    with scope(studio.id):
        assert statements(find) == 2, "nor inside a transaction"
    publish(studio, range(3, 4))
    assert find().total == 3
    cache.clear()
