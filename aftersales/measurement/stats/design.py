"""Whether an experiment can be trusted and what it could have found."""

import math

from aftersales.measurement.stats.quantiles import ALPHA, chi_square_tail, normal_quantile, two_sided

POWER = 0.8
#: Below this probability the split is not the one that was planned, and nothing else on the report means anything.
RATIO_THRESHOLD = 0.001


def sample_ratio(treatment: int, control: int, control_share: float) -> float:
    """Probability of a split at least this far from the planned one: chi-square goodness of fit, one degree of freedom.

    Fabijan et al., "Diagnosing sample ratio mismatch in online controlled experiments", KDD 2019. 1.0 when there is nobody yet
    or no control group was planned and there is none.
    """
    buyers = treatment + control
    expected = buyers * control_share
    if expected in (0, buyers):
        return 1.0 if control == expected else 0.0
    return chi_square_tail((control - expected) ** 2 / expected + (control - expected) ** 2 / (buyers - expected))


def detectable_rate(base: float, treatment: int, control: int, alpha: float = ALPHA, power: float = POWER) -> float | None:
    """The smallest rise of a rate above `base` that these arms would have shown with this power; None when there is none below 1.

    Solves d = (z(1−α/2) + z(power)) √((base+d)(1−base−d)/n₁ + base(1−base)/n₀) by bisection: the textbook two-sample normal
    formula with unpooled variances (Chow, Shao, Wang, Sample Size Calculations in Clinical Research, chapter 4).
    """
    if min(treatment, control) < 1:
        return None
    z = two_sided(alpha) + normal_quantile(power)

    def excess(d: float) -> float:
        spread = (base + d) * (1 - base - d) / treatment + base * (1 - base) / control
        return d - z * math.sqrt(max(spread, 0.0))

    low, high = 0.0, 1 - base
    if high <= 0 or excess(high) <= 0:
        return None
    for _step in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) < 0 else (low, middle)
    return high


def detectable_mean(spread: float, alpha: float = ALPHA, power: float = POWER) -> float:
    """The smallest difference of means that would have been shown with this power, from the difference's variance."""
    return (two_sided(alpha) + normal_quantile(power)) * math.sqrt(spread)
