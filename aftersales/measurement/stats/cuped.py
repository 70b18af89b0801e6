"""CUPED: what buyers did before the experiment explains part of what they do in it, and need not count as noise.

Deng, Xu, Kohavi, Walker, "Improving the sensitivity of online controlled experiments by utilizing pre-experiment data", WSDM
2013. Before the experiment nobody was treated, so the adjustment changes the noise and not what is estimated.
"""

from dataclasses import dataclass

from aftersales.measurement.stats.samples import Amounts


@dataclass(frozen=True)
class Paired:
    """An arm's sums of outcome y, of the covariate x from before, of their squares and of their product."""

    buyers: float
    y: float
    yy: float
    x: float
    xx: float
    xy: float

    @property
    def _covariation(self) -> float:
        return self.xy - self.x * self.y / self.buyers

    @property
    def _variation(self) -> float:
        return self.xx - self.x**2 / self.buyers


@dataclass(frozen=True)
class Adjusted:
    """Both arms with the covariate's part removed, and the share of the variance that this removed (0 … 1)."""

    treatment: Amounts
    control: Amounts
    explained: float


def adjusted(treatment: Paired, control: Paired) -> Adjusted:
    """Replace y by y − θ (x − mean of x over both arms), θ = cov(x, y) / var(x) within the arms.

    θ pools the variation inside the arms, so that the effect itself is no part of it. A covariate that is the same for everybody
    changes nothing.
    """
    variation = treatment._variation + control._variation
    slope = (treatment._covariation + control._covariation) / variation if variation > 0 else 0.0
    centre = (treatment.x + control.x) / (treatment.buyers + control.buyers)
    one, zero = _shifted(treatment, slope, centre), _shifted(control, slope, centre)
    before = _within(_plain(treatment)) + _within(_plain(control))
    after = _within(one) + _within(zero)
    return Adjusted(one, zero, max(0.0, 1 - after / before) if before > 0 else 0.0)


def _shifted(arm: Paired, slope: float, centre: float) -> Amounts:
    total = arm.y - slope * (arm.x - arm.buyers * centre)
    x_squares = arm.xx - 2 * centre * arm.x + arm.buyers * centre**2
    products = arm.xy - centre * arm.y
    return Amounts(arm.buyers, total, arm.yy - 2 * slope * products + slope**2 * x_squares)


def _plain(arm: Paired) -> Amounts:
    return Amounts(arm.buyers, arm.y, arm.yy)


def _within(arm: Amounts) -> float:
    return float(arm.squares - arm.total * arm.mean)
