"""An empty market answers too."""

from datetime import UTC, datetime

import pytest

from providers.discovery.queries import Query, search


@pytest.mark.django_db
def test_an_empty_market_has_one_empty_page() -> None:
    found = search(Query(q="代运营"), language="zh", as_of=datetime(2026, 11, 22, tzinfo=UTC))
    assert (list(found.hits), found.total, found.total_is_exact, found.page, found.pages) == ([], 0, True, 1, 1)
