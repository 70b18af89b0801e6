"""Nothing that can be typed raises, injects or costs more than a question."""

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from providers.discovery.criteria import Query
from providers.discovery.queries import search
from tests import cast
from tests.providers.discovery.market import AT, find, fresh, ids, put

pytestmark = pytest.mark.django_db
HOSTILE = [
    *("\x00", "a\x00b", "\ud800", "\ud800客服\udfff", "x" * 10_000, "客" * 10_000, "客 " * 5_000),
    *(
        "' | !'a",
        "a & | ! (",
        "<-> <3>",
        "a:*",
        "'",
        "''",
        "\\",
        "\\'",
        "%",
        "_",
        "%%客服%%",
        "%s",
        "%(v0)s",
        "{0}",
        "{hits}",
        "$1",
    ),
    *(
        "'; DROP TABLE discovery_word; --",
        "--",
        "-",
        "/*",
        "NaN",
        "\n\t\r",
        '"',
        '""',
        '"客服',
        "“客服外包”",
        "«»",
        "~kefu",
        "'~kefu'",
    ),
    *("１２３", "\u202e客服\u200f", "\ufeff", "\u200d", "\u0301", "👩‍👩‍👧", "🏳️‍🌈 客服", "ﷺ", "ẞ", "İ"),
]


@pytest.fixture(autouse=True)
def outsourcing() -> int:
    fresh()
    return put(cast.studio(), "客服外包 123", category="presale-service")


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_typed_never_raises_and_its_url_can_be_repeated(typed: str) -> None:
    for exact in (False, True):
        found = find(typed, exact=exact)
        assert found.total in (0, 1)
    again = search(Query.from_params(QueryDict(found.query.params())), language="zh", as_of=AT)
    assert ids(again) == ids(find(typed))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40), st.text(max_size=12), st.text(max_size=12))
def test_nor_does_anything_else(typed: str, value: str, key: str) -> None:
    params = {"q": typed, "platform": value, f"a.{key}": value, "sort": value, "page": value, "budget_min": value, "level": value}
    search(Query.from_params(params), language="zh", as_of=AT)


WILD = [("１２３", 1), ("\u202e客服\u200f", 1), ("%%客服%%", 1), ("%", 0), ("_", 0), ("%23", 0), ("_23", 0), ("1_3", 0)]


@pytest.mark.parametrize(("typed", "found"), WILD)
def test_wild_cards_are_not_wild_and_width_and_direction_do_not_matter(typed: str, found: int) -> None:
    assert find(typed, exact=True).total == found


def test_an_order_of_ones_own_is_refused(outsourcing: int) -> None:
    for sort in ("price; DROP TABLE discovery_word", "listing_id) --", "(SELECT 1)", "-price", "PRICE"):
        with CaptureQueriesContext(
            connection,
        ) as made:
            assert ids(find("客服", sort=sort)) == [outsourcing]
        assert not any(sort in each["sql"] for each in made.captured_queries)


def test_values_never_become_sql(outsourcing: int) -> None:
    """A value reaches the statement as a parameter: quotes in it change nothing."""
    assert find("x' OR '1'='1", exact=True).total == 0
    assert ids(search(Query(platform=("jd') OR true --",)), language="zh", as_of=AT)) == []
