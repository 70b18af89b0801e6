"""What an outcome pays: the golden experiment, and rules that hold for every reading."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersales.outcomes.reading import reading_of
from orders.outcomes.clause import OutcomeClause
from orders.outcomes.metrics import Bounds, Reading, Tally
from orders.outcomes.paying import Verdict, pay

BALANCE = 70_000
#: 8,000 reminded of whom 6,400 paid 700.00, 2,000 held out of whom 1,480 paid.
TREATED = Tally(8000, 6400, 6400 * BALANCE, 6400 * BALANCE**2)
CONTROL = Tally(2000, 1480, 1480 * BALANCE, 1480 * BALANCE**2)
GOLDEN = reading_of(TREATED, CONTROL, holdout_share=0.2, planned=True)
CLAUSE = OutcomeClause(metric="presale_balance", cap_minor=10**9, min_sample=200, rate=1_000)


def test_the_golden_experiment_pays_the_rate_on_the_lower_bound_of_successes() -> None:
    clause = replace(CLAUSE, basis="successes", per_success_minor=BALANCE)
    found = pay(clause, GOLDEN)
    assert GOLDEN.rate is not None
    assert (round(GOLDEN.rate.low * 100, 2), round(GOLDEN.rate.high * 100, 2)) == (3.92, 8.15)
    assert found.verdict == Verdict.PAID
    # 3.92 points of 8,000 buyers are 313.9 further balances of 700.00.
    assert found.value == math.floor(GOLDEN.rate.low * BALANCE * 8000)
    assert found.value // BALANCE == 313
    assert found.fee == found.value // 10


def test_the_golden_experiment_pays_the_rate_on_the_lower_bound_of_the_value() -> None:
    found = pay(CLAUSE, GOLDEN)
    assert GOLDEN.value is not None
    assert GOLDEN.value.estimate * 8000 == pytest.approx(336_000_00)
    assert 0 < found.value < 336_000_00
    assert found.fee == found.value * 1_000 // 10_000


def test_last_touch_would_have_been_paid_thirteen_times_as_much() -> None:
    assert TREATED.total == 4_480_000_00
    assert pay(CLAUSE, GOLDEN).fee * 13 < TREATED.total // 10


def test_the_cap_is_the_most_that_is_paid() -> None:
    found = pay(replace(CLAUSE, cap_minor=5_000_00), GOLDEN)
    assert (found.fee, found.is_capped) == (5_000_00, True)
    assert not pay(replace(CLAUSE, cap_minor=found.value), GOLDEN).is_capped


def test_one_buyer_below_the_minimum_is_not_enough_evidence() -> None:
    assert pay(replace(CLAUSE, min_sample=2000), GOLDEN).verdict == Verdict.PAID
    found = pay(replace(CLAUSE, min_sample=2001), GOLDEN)
    assert (found.verdict, found.fee, found.value) == (Verdict.TOO_FEW, 0, 0)


def test_a_split_that_is_not_the_agreed_one_blocks_whatever_the_effect() -> None:
    skewed = reading_of(replace(TREATED, units=8200), replace(CONTROL, units=1800), holdout_share=0.2, planned=True)
    assert skewed.ratio_p == pytest.approx(5.7e-7, rel=0.01)
    assert pay(CLAUSE, skewed).verdict == Verdict.BLOCKED
    fine = reading_of(replace(TREATED, units=8060), replace(CONTROL, units=1940), holdout_share=0.2, planned=True)
    assert pay(CLAUSE, fine).verdict == Verdict.PAID


def test_harm_pays_nothing() -> None:
    worse = reading_of(CONTROL, Tally(2000, 1600, 1600 * BALANCE, 1600 * BALANCE**2), holdout_share=0.5, planned=True)
    found = pay(CLAUSE, worse)
    assert (found.verdict, found.fee) == (Verdict.NO_EFFECT, 0)


def test_an_effect_whose_interval_holds_zero_pays_nothing_although_the_estimate_is_positive() -> None:
    small = reading_of(Tally(800, 600, 600, 600), Tally(200, 148, 148, 148), holdout_share=0.2, planned=True)
    assert small.value is not None
    assert small.value.estimate > 0
    assert pay(CLAUSE, small).verdict == Verdict.NO_EFFECT


def test_a_result_at_a_moment_somebody_chose_pays_less_than_one_at_the_agreed_moment() -> None:
    chosen = reading_of(TREATED, CONTROL, holdout_share=0.2, planned=False)
    assert 0 < pay(CLAUSE, chosen).fee < pay(CLAUSE, GOLDEN).fee


@pytest.mark.parametrize("low", [math.nan, math.inf, -math.inf, -1.0, 0.0, 1e-9])
def test_a_bound_that_is_no_amount_pays_nothing(low: float) -> None:
    odd = replace(GOLDEN, value=Bounds(low, low, low))
    assert pay(CLAUSE, odd).fee == 0
    assert pay(CLAUSE, replace(odd, value=None)).verdict == Verdict.NO_EFFECT


def test_an_unknown_sample_ratio_blocks() -> None:
    assert pay(CLAUSE, replace(GOLDEN, ratio_p=math.nan)).verdict == Verdict.BLOCKED


UNITS = st.integers(0, 30_000)


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    units = draw(UNITS)
    successes = draw(st.integers(0, units))
    worth = draw(st.integers(-100_000, 1_000_000))
    return Tally(units, successes, successes * worth, successes * worth**2)


@st.composite
def clauses(draw: st.DrawFn) -> OutcomeClause:
    basis = draw(st.sampled_from(["value", "successes"]))
    return OutcomeClause(
        metric="m",
        cap_minor=draw(st.integers(1, 10**12)),
        min_sample=draw(st.integers(50, 5_000)),
        basis=basis,
        rate=draw(st.integers(1, 10_000)),
        holdout_ppm=draw(st.integers(500, 5_000)) * 100,
        per_success_minor=draw(st.integers(1, 10**7)) if basis == "successes" else 0,
    )


@given(st.integers(2, 30_000), st.integers(2, 30_000), st.integers(-(10**9), 10**9))
def test_arms_in_which_everybody_is_worth_the_same_have_an_interval(one: int, zero: int, worth: int) -> None:
    alike = [Tally(n, n, n * worth, n * worth**2) for n in (one, zero)]
    found = reading_of(alike[0], alike[1], holdout_share=0.2, planned=True)
    assert found.value is not None
    assert found.value.low == pytest.approx(0, abs=1)


@given(clauses(), tallies(), tallies(), st.booleans())
def test_no_reading_pays_below_zero_or_above_the_cap(
    clause: OutcomeClause, treated: Tally, control: Tally, planned: bool
) -> None:
    reading = reading_of(treated, control, holdout_share=clause.holdout_share, planned=planned)
    found = pay(clause, reading)
    assert 0 <= found.fee <= clause.cap_minor
    assert (found.fee > 0) == (found.verdict == Verdict.PAID)
    assert found.fee <= found.value, "a share of the value is never more than the value"
    if found.fee:
        bounds = reading.value if clause.basis == "value" else reading.rate
        assert bounds is not None
        per_buyer = bounds.low if clause.basis == "value" else bounds.low * clause.per_success_minor
        assert found.fee <= per_buyer * treated.units * clause.rate / 10_000
        assert bounds.low <= bounds.estimate


@given(clauses(), tallies(), tallies(), st.integers(0, 10**6))
def test_a_higher_rate_or_cap_never_pays_less(clause: OutcomeClause, treated: Tally, control: Tally, more: int) -> None:
    reading = reading_of(treated, control, holdout_share=clause.holdout_share, planned=True)
    fee = pay(clause, reading).fee
    assert pay(replace(clause, cap_minor=clause.cap_minor + more), reading).fee >= fee
    assert pay(replace(clause, rate=min(10_000, clause.rate + more % 100)), reading).fee >= fee
    assert pay(replace(clause, min_sample=clause.min_sample + more), reading).fee in (0, fee)


def _paid_without_effect(runs: int, seed: int, planned: bool) -> int:
    """In how many of the experiments without any effect something was paid."""
    chance = np.random.default_rng(seed)
    clause = replace(CLAUSE, basis="successes", per_success_minor=BALANCE, rate=10_000)
    paid = 0
    for _run in range(runs):
        held_out = int(chance.binomial(5_000, 0.2))
        sizes = (5_000 - held_out, held_out)
        one, zero = (Tally(n, int(chance.binomial(n, 0.3)), 0, 0) for n in sizes)
        paid += pay(clause, reading_of(one, zero, holdout_share=0.2, planned=planned)).verdict == Verdict.PAID
    return paid


def test_chance_alone_is_paid_in_at_most_one_contract_of_forty() -> None:
    # 2.5 % of 2,000 are 50; 71 is exceeded by chance once in a thousand suites.
    assert _paid_without_effect(2_000, seed=7, planned=True) <= 71


def test_the_test_above_notices_pay_by_the_estimate() -> None:
    """The control: paid by the point estimate, half of all contracts without any effect would pay."""
    chance = np.random.default_rng(7)
    positive = sum(chance.binomial(4_000, 0.3) / 4_000 > chance.binomial(1_000, 0.3) / 1_000 for _run in range(2_000))
    assert positive > 800


def test_readings_of_one_arm_have_no_intervals() -> None:
    alone = reading_of(TREATED, Tally(1, 1, 1, 1), holdout_share=0.2, planned=True)
    assert (alone.rate, alone.value) == (None, None)
    assert pay(CLAUSE, alone) == pay(CLAUSE, Reading(TREATED, Tally(1), 0.0))
