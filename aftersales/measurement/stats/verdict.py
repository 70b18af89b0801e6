"""What a report may say. "Not measured" and "cannot conclude yet" are answers; 0 is not."""

from enum import StrEnum

import numpy as np

from aftersales.measurement.stats.design import RATIO_THRESHOLD, detectable_rate, sample_ratio
from aftersales.measurement.stats.samples import Number, Proportion
from aftersales.measurement.stats.sequential import always_valid

#: Buyers an arm needs before intervals that rest on the normal law mean anything.
FEWEST = 50


class Verdict(StrEnum):
    NOT_MEASURED = "not_measured"  # nobody is held out
    BLOCKED = "blocked"  # the split is not the planned one
    TOO_EARLY = "too_early"  # cannot conclude yet
    POSITIVE = "positive"
    NEGATIVE = "negative"


def verdict(treatment: Proportion, control: Proportion, control_share: float) -> Verdict:
    """What may be concluded from two arms on a page that is looked at again and again.

    Without a control group nothing was measured; a sample ratio below 0.001 blocks the report.
    """
    if control_share <= 0:
        return Verdict.NOT_MEASURED
    if sample_ratio(treatment.buyers, control.buyers, control_share) < RATIO_THRESHOLD:
        return Verdict.BLOCKED
    if min(treatment.buyers, control.buyers) < 2 or not conclusive(treatment, control):
        return Verdict.TOO_EARLY
    return Verdict.POSITIVE if treatment.rate > control.rate else Verdict.NEGATIVE


def conclusive(treatment: Proportion, control: Proportion) -> Number:
    """Whether these arms, looked at now, show an effect: enough buyers, and no effect is outside the always-valid interval."""
    enough = np.minimum(treatment.buyers, control.buyers) >= FEWEST
    return enough & always_valid(treatment, control).excludes(0)


def detectable(treatment: Proportion, control: Proportion) -> float | None:
    """The smallest rise of the rate that arms of these sizes would show; None when even the largest possible one would not be."""
    return detectable_rate(control.rate, treatment.buyers, control.buyers) if control.buyers else None
