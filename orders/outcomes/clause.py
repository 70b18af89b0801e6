"""The outcome clause of a contract: what is measured, on whom, for how long, and what it pays. Frozen when it is signed.

Amounts are minor units of the contract's currency; `rate` is in 1/10,000 of the incremental value, `holdout_ppm` in parts per
million of the buyers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Literal

from django.utils.translation import gettext as _

from marketplace.kernel.money import MAX_MINOR

#: The key among a contract's clauses.
KIND = "outcome"
Basis = Literal["value", "successes"]
WINDOW_DAYS, SETTLE_DAYS = (7, 180), (0, 90)
#: Buyers an arm needs before an interval means anything, whatever the parties would like.
LEAST_SAMPLE, MOST_SAMPLE = 50, 1_000_000
HOLDOUT_PPM = (50_000, 500_000)
WHOLE_RATE = 10_000


@dataclass(frozen=True)
class OutcomeClause:
    """`cap_minor` is the most the outcome can pay. In a contract in milestones it is held in advance: `milestone` is the position
    (from 1) of the milestone that holds it. A standing service has no such milestone (0); its fee is charged when it is known.

    With the basis "value" the incremental value is measured money; with "successes" it is further successes times
    `per_success_minor`, an amount the parties agreed on.
    """

    metric: str
    cap_minor: int
    milestone: int = 0
    window_days: int = 30
    settle_days: int = 30
    min_sample: int = 200
    holdout_ppm: int = 200_000
    basis: Basis = "value"
    rate: int = 1_000
    per_success_minor: int = 0
    shop_id: int | None = None

    @property
    def days(self) -> int:
        """From the first buyer who can count to the result."""
        return self.window_days + self.settle_days

    @property
    def window(self) -> timedelta:
        return timedelta(days=self.window_days)

    @property
    def settling(self) -> timedelta:
        return timedelta(days=self.settle_days)

    @property
    def holdout_share(self) -> float:
        return self.holdout_ppm / 1_000_000


class BadClause(ValueError):
    """What is wrong with a clause, for the person who wrote it; `where` names the field."""

    def __init__(self, message: str, where: str) -> None:
        super().__init__(message)
        self.message, self.where = message, where


def to_json(clause: OutcomeClause) -> dict[str, Any]:
    return asdict(clause)


def from_json(data: Mapping[str, Any]) -> OutcomeClause:
    """The clause behind `to_json`, with defaults for what is missing. Raises BadClause for shapes; see `problems` for ranges."""
    known = set(OutcomeClause.__dataclass_fields__)
    unknown = sorted(set(data) - known)
    if unknown:
        raise BadClause(_("An outcome clause has no field %(name)s.") % {"name": unknown[0]}, unknown[0])
    for name in ("metric", "cap_minor"):
        if not data.get(name):
            raise BadClause(_("Choose what is measured, and the most it can pay."), name)
    for name, value in data.items():
        wanted = str if name in ("metric", "basis") else int
        if (name, value) != ("shop_id", None) and (not isinstance(value, wanted) or isinstance(value, bool)):
            raise BadClause(_("Enter a whole number."), name)
    return OutcomeClause(**data)


def problems(clause: OutcomeClause, *, least_settle_days: int) -> Iterator[tuple[str, str]]:
    """(what to do, field) for everything out of range, in the order of the form."""
    if not 0 < clause.cap_minor <= MAX_MINOR:
        yield _("Enter the most the outcome can pay."), "cap_minor"
    yield from _ranged("window_days", clause.window_days, *WINDOW_DAYS)
    yield from _ranged("settle_days", clause.settle_days, max(least_settle_days, SETTLE_DAYS[0]), SETTLE_DAYS[1])
    yield from _ranged("min_sample", clause.min_sample, LEAST_SAMPLE, MOST_SAMPLE)
    yield from _ranged("holdout_ppm", clause.holdout_ppm, *HOLDOUT_PPM)
    if clause.holdout_ppm % 100:
        yield _("The control group is a share in steps of 0.01 %."), "holdout_ppm"
    yield from _ranged("rate", clause.rate, 1, WHOLE_RATE)
    if clause.basis not in ("value", "successes"):
        yield _("Choose what the fee is a share of."), "basis"
    if clause.basis == "successes" and not 0 < clause.per_success_minor <= MAX_MINOR:
        yield _("Enter what one further success is worth."), "per_success_minor"
    if clause.basis == "value" and clause.per_success_minor:
        yield _("Leave the worth of a success empty when money is measured."), "per_success_minor"


def _ranged(name: str, value: int, low: int, high: int) -> Iterator[tuple[str, str]]:
    if not low <= value <= high:
        yield _("Enter a number from %(low)s to %(high)s.") % {"low": low, "high": high}, name
