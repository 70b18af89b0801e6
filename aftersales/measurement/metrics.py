"""What a program is judged by. Programs register their outcomes; reports compute them from the order store.

A metric's `sql` is one SELECT that yields *facts*: rows `(buyer_id bigint, at timestamptz, value bigint)`, any number per
buyer and in any order; a buyer without a row counts as 0. It may read the table expression

    assigned (buyer_id, arm, eligible_at, shop_id, currency)

(the buyers of one experiment, analysed as assigned, whatever happened to them afterwards) and the parameters
`%(merchant)s`, `%(experiment)s` and `%(as_of)s`; a literal percent sign is written `%%`. The report itself drops facts before the
buyer's `eligible_at` and after `as_of`. Outcomes must be counted alike in both arms; joining anything that only the treated have
(messages, offers) is allowed for the roles `cost`, `touch`, `funnel`,
`watch` and `suppressed` only.

* A **rate** is the share of buyers whose values sum to more than 0: +1 when a balance is paid, −1 when it is fully refunded.
* An **amount** is the sum of a buyer's values in minor units of `assigned.currency`; later refunds are further rows with a
  negative value, at the moment of the refund.
* `suppressed` is the exception: its rows are `(buyer_id, at, reason text)`, one per buyer and reason that kept a message back.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    RATE = "rate"
    AMOUNT = "amount"


class Role(StrEnum):
    """What a report does with a metric. Each program has one `success` and at most one each of the roles in `ONCE`."""

    SUCCESS = "success"  # rate: the outcome the program exists for
    VALUE = "value"  # amount: what a success is worth (GMV)
    COST = "cost"  # amount: what the program spent on the buyer (messages, offers); positive
    TOUCH = "touch"  # rate: a message reached the buyer at this moment; only for the last-touch figure and the funnel
    GUARD = "guard"  # rate: what must not get worse (opt-outs, complaints), compared between the arms
    FUNNEL = "funnel"  # rate: a step on the way of the treated after the message, in the order registered
    WATCH = "watch"  # rate of the treated that has no like in the control group and must stay low (sent after paid)
    SUPPRESSED = "suppressed"  # rows with a reason: whom the program left alone, and why


@dataclass(frozen=True)
class Metric:
    """One outcome of a program. `label` and `definition` are lazy translations; the definition is printed on the report."""

    program: str
    name: str
    kind: Kind
    sql: str
    role: Role
    label: Any = ""
    definition: Any = ""


class MetricKnown(ValueError):
    """A program registered two metrics under one name, or two of a role that exists once."""


ONCE = (Role.SUCCESS, Role.VALUE, Role.COST, Role.TOUCH, Role.SUPPRESSED)
_registry: dict[str, dict[str, Metric]] = {}


def register(*metrics: Metric) -> None:
    """Make metrics known, from an AppConfig.ready(). Raises MetricKnown."""
    for metric in metrics:
        known = _registry.setdefault(metric.program, {})
        if metric.name in known:
            raise MetricKnown(f"{metric.program} has a metric {metric.name!r} already")
        if metric.role in ONCE and any(other.role == metric.role for other in known.values()):
            raise MetricKnown(f"{metric.program} has a metric in the role {metric.role} already")
        known[metric.name] = metric


def metrics_of(program: str) -> list[Metric]:
    """The metrics of a program in the order they were registered; empty when it is not measured."""
    return list(_registry.get(program, {}).values())


def metric_in(program: str, role: Role) -> Metric | None:
    """The first metric of a program in a role, or None."""
    return next(iter(metrics_in(program, role)), None)


def metrics_in(program: str, role: Role) -> list[Metric]:
    """Every metric of a program in a role."""
    return [metric for metric in metrics_of(program) if metric.role == role]


def measured_programs() -> list[str]:
    """The programs with a success metric."""
    return [name for name in _registry if metric_in(name, Role.SUCCESS)]
