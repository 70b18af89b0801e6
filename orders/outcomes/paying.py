"""What a measured outcome pays: the rate times the incremental value at the lower bound of the 95 % interval.

The lower bound is the least effect the data leave possible at 95 %, so chance alone pays in at most one contract of forty, and a
larger sample pays more for the same effect. The result is never negative and never above the cap. Everything is rounded down to
the minor unit, in favour of the side that pays.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

from orders.outcomes.clause import WHOLE_RATE, OutcomeClause
from orders.outcomes.metrics import Reading

#: Below this probability the split is not the one that was agreed, and nothing else in a reading means anything.
RATIO_THRESHOLD = 0.001


class Verdict(StrEnum):
    """Why an outcome pays what it pays."""

    PAID = "paid"
    NO_EFFECT = "no_effect"  # no effect is among those the data leave possible
    TOO_FEW = "too_few"  # not enough evidence yet: an arm is below the minimum sample
    BLOCKED = "blocked"  # the split is not the planned one: people decide


@dataclass(frozen=True)
class Pay:
    """`value` is the incremental value at the lower bound, over all treated buyers; `fee` what it pays. Minor units."""

    verdict: Verdict
    value: int
    fee: int
    is_capped: bool = False


def pay(clause: OutcomeClause, reading: Reading) -> Pay:
    """What the reading pays under the clause."""
    if min(reading.treated.units, reading.control.units) < clause.min_sample:
        return Pay(Verdict.TOO_FEW, 0, 0)
    if not reading.ratio_p >= RATIO_THRESHOLD:
        return Pay(Verdict.BLOCKED, 0, 0)
    value = incremental(clause, reading)
    fee = value * clause.rate // WHOLE_RATE
    if fee <= 0:
        return Pay(Verdict.NO_EFFECT, value, 0)
    return Pay(Verdict.PAID, value, min(fee, clause.cap_minor), is_capped=fee > clause.cap_minor)


def incremental(clause: OutcomeClause, reading: Reading) -> int:
    """Incremental value at the lower bound over all treated buyers; 0 when that is not above 0 or not a number."""
    low = _low(clause, reading)
    if low is None or not math.isfinite(low) or low <= 0:
        return 0
    return math.floor(low * reading.treated.units)


def _low(clause: OutcomeClause, reading: Reading) -> float | None:
    """The lower bound per treated buyer, in minor units."""
    if clause.basis == "value":
        return reading.value.low if reading.value else None
    return reading.rate.low * clause.per_success_minor if reading.rate else None
