"""Intervals that stay valid however often and whenever one looks, and stops.

A fixed-horizon interval looked at every day excludes the truth sooner or later far more often than once in twenty times. A
confidence sequence covers the truth at *all* looks together with the confidence asked for.
"""

import math

import numpy as np

from aftersales.measurement.stats.fixed import _mean, variance_of_difference
from aftersales.measurement.stats.quantiles import ALPHA
from aftersales.measurement.stats.samples import Amounts, Interval, Number, Proportion

#: The number of buyers at which the sequence is tightest. It has to be fixed in advance, not chosen after looking; from a tenth
#: to ten times as many buyers this choice costs at most 30 % of the width.
PLANNED_BUYERS = 10_000


def widening(buyers: Number, alpha: float = ALPHA, planned: int = PLANNED_BUYERS) -> Number:
    """How many standard errors wide a confidence sequence is (on each side) after this many buyers.

    Asymptotic confidence sequences: Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, "Time-uniform central limit theory and
    asymptotic confidence sequences", Annals of Statistics 52 (2024), theorem 2.2; the normal-mixture sequential probability
    ratio test of Robbins (1970) and of Johari, Koomen, Pekelis, Walsh (2022) gives the same. With r = t ρ²:
    √((1 + 1/r) (2 log(1/α) + log(1 + r))), and their choice ρ² = (2 log(1/α) + log(1 + 2 log(1/α))) / planned.
    """
    doubt = 2 * math.log(1 / alpha)
    r = np.asarray(buyers) / planned * (doubt + math.log1p(doubt))
    return np.sqrt((1 + 1 / r) * (doubt + np.log1p(r)))


def always_valid(
    treatment: Proportion | Amounts, control: Proportion | Amounts, alpha: float = ALPHA, planned: int = PLANNED_BUYERS
) -> Interval:
    """Difference of two means or rates with a confidence sequence: for a page that is looked at daily."""
    difference = _mean(treatment) - _mean(control)
    half = widening(treatment.buyers + control.buyers, alpha, planned) * np.sqrt(_cautious(treatment, control))
    return Interval(difference, difference - half, difference + half)


def _cautious(treatment: Proportion | Amounts, control: Proportion | Amounts) -> Number:
    """The variance of the difference; of rates as if each arm had one more success and one more failure.

    Without that an arm in which everybody succeeded by chance would look certain (Agresti, Caffo, The American Statistician 54,
    2000).
    """
    if isinstance(treatment, Proportion) and isinstance(control, Proportion):
        return variance_of_difference(_plus_one(treatment), _plus_one(control))
    return variance_of_difference(treatment, control)


def _plus_one(sample: Proportion) -> Proportion:
    return Proportion(sample.buyers + 2, sample.successes + 1)
