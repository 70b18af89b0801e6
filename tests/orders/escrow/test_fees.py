"""What fees come to: components, least and most, parts, roundings, and what goes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.escrow.fees import Terms, fees_between, fees_on, given_back

AMOUNT = st.integers(1, 10**9)
RATE = st.integers(0, 5_000)
BOUND = st.none() | st.integers(0, 10**6)


@st.composite
def terms(draw: st.DrawFn) -> list[Terms]:
    """Any rule staff could save: in the order in which components take."""
    found = []
    if draw(st.booleans()):
        found.append(Terms("fixed", fixed=draw(st.integers(1, 10**6)), is_waived=draw(st.booleans())))
    for component in ("service", "payment"):
        least, most = draw(BOUND), draw(BOUND)
        if least is not None and most is not None:
            least, most = sorted((least, most))
        found.append(Terms(component, draw(RATE), least=least, most=most, is_waived=draw(st.booleans())))
    return found


@pytest.mark.parametrize(
    ("total", "fee"), [(0, 0), (1, 1), (199, 199), (200, 200), (3_999, 200), (4_000, 200), (4_020, 201), (100_000, 900)]
)
def test_five_percent_but_two_yuan_at_least_and_nine_at_most(total: int, fee: int) -> None:
    assert fees_on([Terms("service", 500, least=200, most=900)], total) == [fee]


def test_small_amounts_pay_the_fixed_fee_first() -> None:
    mixed = [Terms("fixed", fixed=100), Terms("service", 500), Terms("payment", 60)]
    assert fees_on(mixed, 60) == [60, 0, 0]
    assert fees_on(mixed, 10_000) == [100, 500, 60]


def test_a_waived_component_is_a_line_of_nothing() -> None:
    assert fees_on([Terms("service", 500, is_waived=True), Terms("payment", 60)], 10_000) == [0, 60]


@given(terms(), st.lists(AMOUNT, min_size=1, max_size=8))
def test_parts_cost_what_the_whole_costs_and_no_part_costs_more_than_itself(rule: list[Terms], parts: list[int]) -> None:
    before, paid = 0, [0] * len(rule)
    for part in parts:
        fees = fees_between(rule, before, part)
        assert min(fees) >= 0
        paid = [sum(pair) for pair in zip(paid, fees, strict=True)]
        before += part
    assert paid == fees_on(rule, before)
    assert sum(paid) <= before


@given(terms(), AMOUNT, AMOUNT)
def test_a_part_never_costs_more_than_itself(rule: list[Terms], before: int, part: int) -> None:
    """Unless a least or a fixed fee was still owed from smaller parts: then at most what is released in total."""
    fees = fees_between(rule, before, part)
    asked = sum(each.on(before) for each in rule)
    if asked <= before:
        assert sum(fees) <= part + len(rule)


@given(st.integers(0, 10**6), AMOUNT, st.lists(st.integers(1, 10**6), max_size=6))
def test_reversing_everything_gives_everything_back_whatever_the_parts(charged: int, gross: int, parts: list[int]) -> None:
    charged, done, back = min(charged, gross), 0, 0
    for part in [*parts, gross]:
        part = min(part, gross - done)
        if part == 0:
            break
        each = given_back(charged, gross=gross, before=done, amount=part, is_kept=False)
        assert each >= 0
        back, done = back + each, done + part
    assert (back, done) == (charged, gross)


@given(st.integers(0, 10**6), AMOUNT)
def test_what_is_kept_does_not_go_back(charged: int, gross: int) -> None:
    assert given_back(charged, gross=gross, before=0, amount=gross, is_kept=True) == 0
