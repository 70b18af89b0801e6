"""Needs, offers and the clock as values."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.hiring.contracts import terms_of
from orders.hiring.hours import business_minutes
from orders.hiring.needs import Need, missing
from orders.hiring.quotes import Commission, Item, Quote, Stage, cleaned, problems, scaled
from orders.service.checking import problems as contract_problems
from orders.service.terms import from_json, to_json

FIXED = Quote("fixed", "CNY", "Everything the shop needs", (Item("The shop", 2, 300_00),))
STAGES = replace(FIXED, model="milestone", stages=(Stage("First", 200_00, 5), Stage("Second", 400_00, 9, "A report")))
SHARE = replace(FIXED, model="retainer_commission", commission=Commission(350, 10_000_00, 5_000_00), min_months=3)


@given(
    st.builds(
        Need, title=st.text(max_size=20), category=st.just("store-operation"), budget_max=st.none() | st.integers(0, 10**12),
        starts_on=st.none() | st.dates(), platforms=st.lists(st.sampled_from(("jd", "tmall")), unique=True).map(tuple),
    )
)  # fmt: skip
def test_a_need_survives_being_stored(need: Need) -> None:
    assert Need.from_json(need.to_json()) == need


@pytest.mark.parametrize("quote", [FIXED, STAGES, SHARE])
def test_an_offer_survives_being_stored_and_becomes_terms_that_can_be_signed(quote: Quote) -> None:
    assert Quote.from_json(quote.to_json()) == quote
    assert problems(cleaned(quote)) == []
    terms = terms_of(cleaned(quote), title="Run the shop", category="store-operation", auto_accept_days=7)
    assert list(contract_problems(terms)) == []
    assert from_json(to_json(terms)) == terms
    assert terms.first_minor == {"fixed": 600_00, "milestone": 200_00, "retainer_commission": 600_00}[quote.model]
    assert "The shop: 2 × 300.00 = 600.00 CNY" in terms.scope


@pytest.mark.parametrize(
    "wrong",
    [
        replace(FIXED, items=()),
        replace(FIXED, items=(Item("", 1, 100),)),
        replace(FIXED, items=(Item("Nothing", 1, 0),)),
        replace(FIXED, items=(Item("Less", -1, 100),)),
        replace(FIXED, scope="Short"),
        replace(FIXED, currency="XXX"),
        replace(FIXED, model="quote"),
        replace(STAGES, stages=(Stage("Part", 100_00, 5),)),
        replace(STAGES, stages=()),
        replace(SHARE, commission=Commission(0)),
        replace(FIXED, due_days=0),
    ],
)
def test_an_offer_that_does_not_add_up_is_not_sent(wrong: Quote) -> None:
    assert problems(cleaned(wrong))


@given(st.integers(1, 10**12), st.lists(st.integers(1, 10**9), min_size=1, max_size=12))
def test_milestones_scaled_to_another_total_add_up_to_it(total: int, amounts: list[int]) -> None:
    assert sum(stage.amount for stage in scaled(tuple(Stage("x", amount, 1) for amount in amounts), total)) == total


def test_a_need_without_words_or_budget_is_not_published() -> None:
    assert len(missing(Need("Shop", "store-operation"))) == 2
    assert missing(Need("Shop", "store-operation", text="Everything a shop needs", budget_max=1)) == []


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-03-06T02:00", "2026-03-06T03:30", 90),  # within a Friday, 10:00 to 11:30
        ("2026-03-06T09:30", "2026-03-09T01:30", 60),  # Friday 17:30 to Monday 9:30: half an hour each
        ("2026-03-07T02:00", "2026-03-08T09:00", 0),  # a weekend
        ("2026-03-06T12:00", "2026-03-06T14:00", 0),  # an evening
        ("2026-03-06T03:00", "2026-03-06T02:00", 0),  # backwards
    ],
)
def test_only_business_hours_count(start: str, end: str, minutes: int) -> None:
    moments = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (start, end)]
    assert business_minutes(moments[0], moments[1], {}) == minutes


def test_a_holiday_does_not_count_and_a_worked_sunday_does() -> None:
    sunday = datetime(2026, 3, 8, 2, tzinfo=UTC)
    assert business_minutes(sunday, sunday.replace(hour=4), {date(2026, 3, 8): True}) == 120
    monday = datetime(2026, 3, 9, 2, tzinfo=UTC)
    assert business_minutes(monday, monday.replace(hour=4), {date(2026, 3, 9): False}) == 0
