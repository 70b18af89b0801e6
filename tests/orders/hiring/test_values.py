"""Needs, offers and the clock as values."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.hiring.contracts import terms_of
from orders.hiring.hours import business_minutes
from orders.hiring.needs import Need, missing
from orders.hiring.quotes import MODELS, Commission, Item, Quote, Stage, cleaned, problems, scaled
from orders.service.checking import problems as contract_problems
from orders.service.terms import MODELS as CONTRACT_MODELS
from orders.service.terms import from_json, to_json

FIXED = Quote("fixed", "CNY", "Everything the shop needs", (Item("The shop", 2, 300_00),))
STAGES = replace(FIXED, model="milestone", stages=(Stage("First", 200_00, 5), Stage("Second", 400_00, 9, "A report")))
SHARE = replace(FIXED, model="retainer_commission", commission=Commission(350, 10_000_00, 5_000_00), min_months=3)
SHIFTS = replace(FIXED, model="seat_shift", items=(Item("The shop, one shift", 20, 120_00),), min_months=2)
PICTURES = replace(FIXED, model="unit", items=(Item("The shop in one picture", 50, 8_00),), due_days=10)
PICTURES_MONTHLY = replace(PICTURES, every_month=True, min_months=3)
YEARLY = replace(FIXED, model="subscription", period_months=6, min_months=12)


@given(
    st.builds(
        Need, title=st.text(max_size=20), category=st.just("store-operation"), budget_max=st.none() | st.integers(0, 10**12),
        starts_on=st.none() | st.dates(), platforms=st.lists(st.sampled_from(("jd", "tmall")), unique=True).map(tuple),
    )
)  # fmt: skip
def test_a_need_survives_being_stored(need: Need) -> None:
    assert Need.from_json(need.to_json()) == need


@pytest.mark.parametrize(
    ("quote", "first", "whole"),
    [
        (FIXED, 600_00, 600_00),
        (STAGES, 200_00, 600_00),
        (SHARE, 600_00, 1_800_00),
        (SHIFTS, 2_400_00, 4_800_00),
        (PICTURES, 400_00, 400_00),
        (PICTURES_MONTHLY, 400_00, 1_200_00),
        (YEARLY, 600_00, 1_200_00),
    ],
)
def test_an_offer_survives_being_stored_and_becomes_terms_that_can_be_signed(quote: Quote, first: int, whole: int) -> None:
    assert Quote.from_json(quote.to_json()) == quote
    assert problems(cleaned(quote)) == []
    terms = terms_of(cleaned(quote), title="Run the shop", category="store-operation", auto_accept_days=7)
    assert list(contract_problems(terms)) == []
    assert from_json(to_json(terms)) == terms
    assert (terms.first_minor, terms.total_minor, quote.least) == (first, whole, whole)
    assert f"{quote.items[0].name}: {quote.items[0].quantity} × " in terms.scope


def test_an_offer_can_be_paid_in_every_way_a_contract_can() -> None:
    assert MODELS == CONTRACT_MODELS


def test_an_offer_stored_before_there_were_periods_is_read_as_it_was_meant() -> None:
    stored = FIXED.to_json()
    del stored["period_months"], stored["every_month"]
    assert Quote.from_json(stored) == FIXED


def test_what_a_price_model_has_no_use_for_is_not_kept() -> None:
    told = replace(FIXED, every_month=True, period_months=12, min_months=12)
    assert cleaned(told) == replace(FIXED, notice_days=0)
    assert not cleaned(replace(told, model="milestone")).is_standing


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
        replace(SHIFTS, items=(*SHIFTS.items, Item("Something else", 1, 100))),
        replace(YEARLY, min_months=8),
        replace(YEARLY, period_months=5, min_months=10),
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
