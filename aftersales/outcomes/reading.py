"""Intervals of an outcome, from what is known of its two arms."""

from aftersales.measurement.stats.design import sample_ratio
from aftersales.measurement.stats.fixed import newcombe, welch
from aftersales.measurement.stats.samples import Amounts, Interval, Proportion
from aftersales.measurement.stats.sequential import always_valid
from orders.outcomes.metrics import Bounds, Reading, Tally


def reading_of(treated: Tally, control: Tally, *, holdout_share: float, planned: bool) -> Reading:
    """The difference of the arms. `planned`: looked at once, at a moment that was fixed before anything was known (Newcombe for
    the rate, Welch for the value); otherwise with intervals that cover the truth whoever chose the moment, and why."""
    ratio = sample_ratio(treated.units, control.units, holdout_share)
    if min(treated.units, control.units) < 2:
        return Reading(treated, control, ratio)
    one, zero = _proportion(treated), _proportion(control)
    many, none = _amounts(treated), _amounts(control)
    rate = newcombe(one, zero) if planned else always_valid(one, zero)
    value = welch(many, none) if planned else always_valid(many, none)
    return Reading(treated, control, ratio, _bounds(rate), _bounds(value))


def _proportion(arm: Tally) -> Proportion:
    return Proportion(arm.units, arm.successes)


def _amounts(arm: Tally) -> Amounts:
    # Where all values are alike, rounding must not make the variance negative.
    total = float(arm.total)
    return Amounts(arm.units, total, max(float(arm.squares), total * (total / arm.units)))


def _bounds(found: Interval) -> Bounds:
    return Bounds(float(found.estimate), float(found.low), float(found.high))
