"""A query is its URL: read without ever failing, written back in one way."""

from datetime import date

from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from providers.discovery.criteria import LAST_PAGE, LONGEST_QUERY, Query


def read(url: str) -> Query:
    return Query.from_params(QueryDict(url))


def test_a_url_is_read_as_people_mean_it() -> None:
    filters = "platform=jd&platform=tmall&a.shift=night&budget_min=３,000&available_by=2026-12-01"
    query = read(f"q=代运营++家具&{filters}&sort=price&page=2")
    assert query.q == "代运营 家具"
    assert query.filters == {"platform": ("jd", "tmall"), "a.shift": ("night",)}
    assert (query.budget_min, query.available_by, query.sort, query.page) == (3000, date(2026, 12, 1), "price", 2)


def test_the_order_of_a_url_does_not_matter() -> None:
    first, second = read("platform=tmall&platform=jd&q=x&page=1"), read("q=x&platform=jd&platform=tmall&sort=relevance")
    assert first == second
    assert first.params() == second.params() == "q=x&platform=jd&platform=tmall"


def test_what_cannot_be_understood_is_left_out() -> None:
    hostile = "sort=price_minor);DROP&page=-3&budget_min=1e9&available_by=2026-13-01"
    assert read(f"{hostile}&platform=';--&a.x y=1&level=%00&category=../etc") == Query()


def test_a_page_beyond_the_last_is_the_last() -> None:
    assert read("page=99999999999999999999").page == LAST_PAGE


def test_control_characters_and_lone_surrogates_never_reach_the_page() -> None:
    assert Query.from_params({"q": "a\x00b\ud800c\n\u200fd"}).q == "a b c \u200fd"
    assert len(Query.from_params({"q": "x" * 10_000}).q) == LONGEST_QUERY


def test_a_value_is_added_and_taken_away_on_the_first_page() -> None:
    query = read("q=x&platform=jd&page=3")
    assert query.toggled("platform", "tmall").params() == "q=x&platform=jd&platform=tmall"
    assert query.toggled("platform", "jd").params() == "q=x"
    assert query.toggled("a.shift", "night").params() == "q=x&platform=jd&a.shift=night"
    assert query.toggled("a.shift", "night").toggled("a.shift", "night").params() == "q=x&platform=jd"


def test_another_category_has_other_attributes() -> None:
    query = read("category=design&a.style=calm&platform=jd")
    assert query.toggled("category", "agency").params() == "category=agency&platform=jd"
    assert query.without("category").params() == "platform=jd"


def test_every_filter_can_be_taken_away() -> None:
    query = read("q=x&category=c&platform=jd&budget_min=1&budget_max=2&available_by=2026-01-01&a.k=v&level=3")
    for name in ("platform", "budget_min", "budget_max", "available_by", "a.k", "level", "category"):
        assert name in query.params() and name not in query.without(name).params()
    assert query.cleared() == Query(q="x")


@given(st.text(max_size=60), st.dictionaries(st.text(max_size=12), st.text(max_size=20), max_size=4))
def test_reading_what_was_written_gives_the_same_query(q: str, other: dict[str, str]) -> None:
    query = Query.from_params({**other, "q": q})
    assert read(query.params()) == query
