"""Quantiles and tail probabilities, for the few distributions used here."""

import math
from statistics import NormalDist

import numpy as np

from aftersales.measurement.stats.samples import Number

ALPHA = 0.05
_NORMAL = NormalDist()


def normal_quantile(p: float) -> float:
    """The standard normal quantile."""
    return _NORMAL.inv_cdf(p)


def two_sided(alpha: float = ALPHA) -> float:
    """The normal quantile of a two-sided interval: 1.959964 for 95 %."""
    return normal_quantile(1 - alpha / 2)


def student_quantile(p: float, freedom: Number) -> Number:
    """Student's t quantile for 3 or more degrees of freedom (they need not be whole).

    Abramowitz & Stegun, Handbook of Mathematical Functions, 26.7.5 (a Cornish–Fisher expansion around the normal quantile); at
    97.5 % wrong by less than 0.004 from 4 degrees of freedom on and by less than 0.0002 from 10 on.
    """
    z, v = normal_quantile(p), np.maximum(freedom, 3.0)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    fourth = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160
    return z + first / v + second / v**2 + third / v**3 + fourth / v**4


def chi_square_tail(value: float) -> float:
    """P(χ² with one degree of freedom ≥ value): a squared standard normal variable."""
    return math.erfc(math.sqrt(value / 2))


def binomial_range(trials: int, chance: float, level: float = 0.001) -> tuple[int, int]:
    """The counts that are not surprising at this two-sided level: each tail outside has at most `level` / 2."""
    logs = [_log_binomial(trials, k, chance) for k in range(trials + 1)]
    masses = np.exp(np.array(logs))
    below = np.cumsum(masses)
    low = int(np.searchsorted(below, level / 2, side="right"))
    above = np.cumsum(masses[::-1])
    return low, trials - int(np.searchsorted(above, level / 2, side="right"))


def _log_binomial(trials: int, successes: int, chance: float) -> float:
    if chance in (0.0, 1.0):
        return 0.0 if successes == trials * chance else -math.inf
    ways = math.lgamma(trials + 1) - math.lgamma(successes + 1) - math.lgamma(trials - successes + 1)
    return ways + successes * math.log(chance) + (trials - successes) * math.log1p(-chance)
