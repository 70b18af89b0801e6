"""Intervals for a difference between two arms that is looked at once, at a moment chosen in advance.

A difference is always treatment minus control.
"""

import numpy as np

from aftersales.measurement.stats.quantiles import ALPHA, student_quantile, two_sided
from aftersales.measurement.stats.samples import Amounts, Interval, Number, Proportion


def unpooled(treatment: Proportion | Amounts, control: Proportion | Amounts, alpha: float = ALPHA) -> Interval:
    """Difference of means, normal, each arm with its own variance: the usual interval of a large plain experiment.

    d ± z √(s₁²/n₁ + s₀²/n₀), with unbiased variances.
    """
    difference = _mean(treatment) - _mean(control)
    half = two_sided(alpha) * np.sqrt(variance_of_difference(treatment, control))
    return Interval(difference, difference - half, difference + half)


def variance_of_difference(treatment: Proportion | Amounts, control: Proportion | Amounts) -> Number:
    """s₁²/n₁ + s₀²/n₀."""
    return treatment.variance / treatment.buyers + control.variance / control.buyers


def _mean(sample: Proportion | Amounts) -> Number:
    return sample.rate if isinstance(sample, Proportion) else sample.mean


def wilson(sample: Proportion, alpha: float = ALPHA) -> Interval:
    """A rate with its score interval (Wilson, JASA 22, 1927); sensible also at 0 and 1."""
    z2, n = two_sided(alpha) ** 2, sample.buyers
    centre = (sample.rate + z2 / (2 * n)) / (1 + z2 / n)
    half = two_sided(alpha) * np.sqrt(sample.rate * (1 - sample.rate) / n + z2 / (4 * n**2)) / (1 + z2 / n)
    return Interval(sample.rate, np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0))


def newcombe(treatment: Proportion, control: Proportion, alpha: float = ALPHA) -> Interval:
    """Difference of two rates by hybrid score intervals: method 10 of Newcombe, Statistics in Medicine 17 (1998), 873–890."""
    one, zero = wilson(treatment, alpha), wilson(control, alpha)
    difference = treatment.rate - control.rate
    below = np.sqrt((one.estimate - one.low) ** 2 + (zero.high - zero.estimate) ** 2)
    above = np.sqrt((one.high - one.estimate) ** 2 + (zero.estimate - zero.low) ** 2)
    return Interval(difference, difference - below, difference + above)


def welch(treatment: Amounts, control: Amounts, alpha: float = ALPHA) -> Interval:
    """Difference of two means with unequal variances and Welch–Satterthwaite degrees of freedom (Welch, Biometrika 34, 1947)."""
    one, zero = treatment.variance / treatment.buyers, control.variance / control.buyers
    spread = one + zero
    share = one**2 / (treatment.buyers - 1) + zero**2 / (control.buyers - 1)
    freedom = np.where(share > 0, spread**2 / np.where(share > 0, share, 1.0), np.inf)
    difference = treatment.mean - control.mean
    half = student_quantile(1 - alpha / 2, freedom) * np.sqrt(spread)
    return Interval(difference, difference - half, difference + half)
