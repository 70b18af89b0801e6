"""Formulas against published figures, and against brute force where there is none."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersales.measurement.stats.cuped import Paired, adjusted
from aftersales.measurement.stats.design import detectable_rate, sample_ratio
from aftersales.measurement.stats.fixed import newcombe, unpooled, welch, wilson
from aftersales.measurement.stats.quantiles import binomial_range, student_quantile, two_sided
from aftersales.measurement.stats.samples import Amounts, Interval, Proportion
from aftersales.measurement.stats.sequential import PLANNED_BUYERS, always_valid, widening
from aftersales.measurement.stats.verdict import Verdict, detectable, verdict

TREATED, HELD_OUT = Proportion(8000, 6400), Proportion(2000, 1480)
BALANCE = 70_000


def amounts(arm: Proportion) -> Amounts:
    return Amounts(arm.buyers, arm.successes * BALANCE, arm.successes * BALANCE**2)


def of(values: list[float]) -> Amounts:
    return Amounts(len(values), sum(values), sum(value * value for value in values))


# The golden experiment.


def test_the_golden_difference_and_its_interval() -> None:
    found = newcombe(TREATED, HELD_OUT)
    assert found.estimate == pytest.approx(0.06)
    assert (round(found.low * 100, 2), round(found.high * 100, 2)) == (3.92, 8.15)
    assert found.scaled(TREATED.buyers).estimate == pytest.approx(480)


def test_the_golden_incremental_value() -> None:
    found = welch(amounts(TREATED), amounts(HELD_OUT)).scaled(TREATED.buyers)
    assert found.estimate == pytest.approx(336_000_00)
    assert found.low < found.estimate < found.high
    assert TREATED.successes * BALANCE == 4_480_000_00, "last-touch would claim thirteen times as much"


def test_the_golden_sample_ratios() -> None:
    assert sample_ratio(8060, 1940, 0.2) == pytest.approx(0.134, abs=0.0005)
    assert sample_ratio(8200, 1800, 0.2) == pytest.approx(5.7e-7, rel=0.01)
    assert verdict(Proportion(8060, 6400), Proportion(1940, 1440), 0.2) != Verdict.BLOCKED
    assert verdict(Proportion(8200, 6400), Proportion(1800, 1440), 0.2) == Verdict.BLOCKED


@pytest.mark.parametrize(("arms", "points"), [((8000, 2000), 3.05), ((800, 200), 9.4)])
def test_the_golden_power(arms: tuple[int, int], points: float) -> None:
    found = detectable_rate(0.74, *arms)
    assert found is not None
    assert found * 100 == pytest.approx(points, abs=0.05)


def test_a_hundred_buyers_can_show_nothing_and_the_report_says_so() -> None:
    assert detectable_rate(0.74, 80, 20) is None
    small = Proportion(80, 64), Proportion(20, 15)
    assert detectable(*small) is None
    assert verdict(*small, 0.2) == Verdict.TOO_EARLY


def test_verdicts() -> None:
    assert verdict(TREATED, HELD_OUT, 0.2) == Verdict.POSITIVE
    assert verdict(Proportion(8000, 5920), Proportion(2000, 1600), 0.2) == Verdict.NEGATIVE
    assert verdict(Proportion(8000, 5960), Proportion(2000, 1480), 0.2) == Verdict.TOO_EARLY
    assert verdict(Proportion(8000, 6400), Proportion(0, 0), 0.0) == Verdict.NOT_MEASURED
    assert verdict(Proportion(0, 0), Proportion(0, 0), 0.2) == Verdict.TOO_EARLY
    assert verdict(Proportion(60, 60), Proportion(10, 0), 0.2) == Verdict.TOO_EARLY, "ten buyers prove nothing"


# Published figures.


def test_newcombe_as_published() -> None:
    """Newcombe (1998), table II, method 10: 56/70 − 48/80 and 9/10 − 3/10."""
    found = newcombe(Proportion(70, 56), Proportion(80, 48))
    assert (found.low, found.high) == (pytest.approx(0.0524, abs=5e-5), pytest.approx(0.3339, abs=5e-5))
    found = newcombe(Proportion(10, 9), Proportion(10, 3))
    assert (found.low, found.high) == (pytest.approx(0.1705, abs=5e-5), pytest.approx(0.8090, abs=5e-5))


def test_wilson_at_the_edges() -> None:
    assert wilson(Proportion(10, 0)).high == pytest.approx(0.2775, abs=5e-5)
    assert wilson(Proportion(10, 10)).high == 1.0


@pytest.mark.parametrize(("freedom", "value"), [(4, 2.7764), (5, 2.5706), (10, 2.2281), (30, 2.0423), (math.inf, 1.9600)])
def test_student_as_tabulated(freedom: float, value: float) -> None:
    assert student_quantile(0.975, freedom) == pytest.approx(value, abs=0.001)


def test_welch_on_a_worked_example() -> None:
    """Two groups whose t interval is easily done by hand: equal sizes and variances give 2n − 2 degrees of freedom."""
    one, zero = of([1, 2, 3, 4, 5, 6]), of([2, 3, 4, 5, 6, 7])
    found = welch(one, zero)
    assert found.estimate == pytest.approx(-1)
    assert found.high - found.estimate == pytest.approx(2.2281 * math.sqrt(3.5 / 6 * 2), abs=1e-3)


def test_welch_where_nobody_differs_from_nobody() -> None:
    found = welch(of([0.0] * 5), of([0.0] * 5))
    assert (found.estimate, found.low, found.high) == (0, 0, 0)


def test_binomial_range_by_hand() -> None:
    """Ten throws of a coin: 0 and 10 heads have 1/1024 each, 1 and 9 have 10/1024."""
    assert binomial_range(10, 0.5, level=0.01) == (1, 9)
    assert binomial_range(10, 0.5, level=0.03) == (2, 8)
    assert binomial_range(10, 1.0) == (10, 10)


# What the pieces promise each other.


@given(st.lists(st.integers(0, 1000), min_size=3, max_size=40), st.lists(st.integers(0, 1000), min_size=3, max_size=40))
def test_the_same_numbers_from_sums_as_from_rows(one: list[float], zero: list[float]) -> None:
    found = unpooled(of(one), of(zero))
    spread = np.var(one, ddof=1) / len(one) + np.var(zero, ddof=1) / len(zero)
    assert found.estimate == pytest.approx(np.mean(one) - np.mean(zero))
    assert found.high - found.estimate == pytest.approx(two_sided() * math.sqrt(spread), abs=1e-6)


@given(st.integers(100, 10**6))
def test_looking_often_costs_width_but_not_without_bound(buyers: int) -> None:
    assert 2.5 < widening(buyers) < 10
    assert widening(PLANNED_BUYERS) == pytest.approx(3.04, abs=0.01)


def test_the_always_valid_interval_contains_the_fixed_one() -> None:
    often, once = always_valid(TREATED, HELD_OUT), newcombe(TREATED, HELD_OUT)
    assert often.low < once.low < once.high < often.high


@given(st.data())
def test_cuped_from_sums_is_cuped_from_rows(data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    arms = [(rng.normal(50, 20, n), n) for n in (40, 25)]
    rows = [(x, 2 * x + rng.normal(0, 5, n) + lift) for (x, n), lift in zip(arms, (3.0, 0.0), strict=True)]
    found = adjusted(*(Paired(len(x), y.sum(), (y * y).sum(), x.sum(), (x * x).sum(), (x * y).sum()) for x, y in rows))
    inside = [(x - x.mean(), y - y.mean()) for x, y in rows]
    theta = sum((x * y).sum() for x, y in inside) / sum((x * x).sum() for x, _y in inside)
    centre = np.concatenate([x for x, _y in rows]).mean()
    for arm, (x, y) in zip((found.treatment, found.control), rows, strict=True):
        by_hand = y - theta * (x - centre)
        assert arm.mean == pytest.approx(by_hand.mean())
        assert arm.variance == pytest.approx(by_hand.var(ddof=1))
    assert found.explained > 0.9


def test_cuped_without_history_changes_nothing() -> None:
    one, zero = Paired(10, 55.0, 400.0, 0, 0, 0), Paired(10, 45.0, 300.0, 0, 0, 0)
    found = adjusted(one, zero)
    assert (found.treatment, found.control, found.explained) == (Amounts(10, 55.0, 400.0), Amounts(10, 45.0, 300.0), 0.0)


def test_a_loss_is_scaled_the_right_way_round() -> None:
    found = Interval(1.0, 0.5, 2.0).scaled(-3)
    assert (found.estimate, found.low, found.high) == (-3.0, -6.0, -1.5)
    assert found.shifted(3).low == -3.0
