"""What a program truly earned: arms compared as they were assigned, with what may and what may not be concluded.

Built from sums per arm and day; the statistics are in `stats`, the SQL in `queries`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from aftersales.measurement import queries
from aftersales.measurement.metrics import Metric, Role, metric_in, metrics_in
from aftersales.measurement.models import WHOLE, Arm, Experiment
from aftersales.measurement.queries import Change, Study
from aftersales.measurement.stats.cuped import Paired, adjusted
from aftersales.measurement.stats.design import sample_ratio
from aftersales.measurement.stats.fixed import newcombe, welch, wilson
from aftersales.measurement.stats.samples import Amounts, Interval, Proportion
from aftersales.measurement.stats.sequential import always_valid
from aftersales.measurement.stats.verdict import Verdict, detectable, verdict

#: An adjustment that explains less of the variance than this is not worth a line on the page.
WORTH = 0.01


@dataclass(frozen=True)
class Tally:
    """An arm so far."""

    buyers: int = 0
    successes: int = 0
    total: int = 0
    squares: int = 0

    def __add__(self, change: "Change | Tally") -> "Tally":
        return Tally(
            self.buyers + change.buyers,
            self.successes + change.successes,
            self.total + change.total,
            self.squares + change.squares,
        )

    @property
    def proportion(self) -> Proportion:
        return Proportion(self.buyers, self.successes)

    @property
    def amounts(self) -> Amounts:
        return Amounts(self.buyers, float(self.total), float(self.squares))


def tallies(changes: Iterable[Change], currency: str | None = None) -> tuple[Tally, Tally]:
    """Treatment and control at the end, of all buyers or of those of one currency."""
    found = {Arm.TREATMENT.value: Tally(), Arm.HOLDOUT.value: Tally()}
    for change in changes:
        if currency in (None, change.currency):
            found[change.arm] += change
    return found["treatment"], found["holdout"]


@dataclass(frozen=True)
class RateResult:
    """A rate in both arms. Intervals are None while an arm has fewer than two buyers."""

    metric: Metric
    treatment: Proportion
    control: Proportion
    difference: Interval | None = None
    always: Interval | None = None
    #: Successes that would not have been, over all treated buyers.
    extra: Interval | None = None
    extra_always: Interval | None = None
    detectable: float | None = None

    def rate_interval(self, arm: Proportion) -> Interval | None:
        return wilson(arm) if arm.buyers else None


@dataclass(frozen=True)
class AmountResult:
    """Money in both arms, in minor units of one currency; incremental figures are over all treated buyers."""

    currency: str
    treatment: Amounts
    control: Amounts
    cost: int
    difference: Interval | None = None
    incremental: Interval | None = None
    incremental_always: Interval | None = None
    incremental_cuped: Interval | None = None
    explained: float = 0.0
    #: What last-touch attribution would claim: attributed, not incremental.
    attributed: int | None = None

    @property
    def net(self) -> Interval | None:
        """Incremental value less what the program spent."""
        return None if self.incremental is None else self.incremental.shifted(-self.cost)


@dataclass(frozen=True)
class Point:
    """Incremental value up to the end of a day, with its always-valid band."""

    day: date
    value: Interval | None


@dataclass(frozen=True)
class Report:
    """Everything the page shows. Effects are there even when the page must not show them: see `verdict`."""

    experiment: Experiment
    as_of: datetime
    tz: str
    treated: int
    held_out: int
    ratio_p: float
    verdict: Verdict
    success: RateResult
    guards: list[RateResult] = field(default_factory=list)
    values: list[AmountResult] = field(default_factory=list)
    series: dict[str, list[Point]] = field(default_factory=dict)
    funnel: list[tuple[Any, int]] = field(default_factory=list)
    #: Treated buyers of whom something is true that must stay rare.
    watched: list[tuple[Metric, int]] = field(default_factory=list)
    suppressed: list[tuple[str, int]] = field(default_factory=list)
    attributed_orders: int | None = None

    @property
    def holdout_share(self) -> float:
        return self.experiment.holdout_ppm / WHOLE

    @property
    def shows_effects(self) -> bool:
        """Whether the page may show differences at all."""
        return self.verdict not in (Verdict.NOT_MEASURED, Verdict.BLOCKED)


def report_of(experiment: Experiment, *, as_of: datetime, tz: str) -> Report | None:
    """The report of one experiment as of a moment; None for a program without a success metric. Needs the merchant's scope."""
    success = metric_in(experiment.program, Role.SUCCESS)
    if success is None:
        return None
    study = Study(experiment.merchant_id, experiment.pk, as_of, tz)
    with queries.planned_for(queries.size(study)):
        arms = queries.joined(study)
        return _with_values(_counted(study, experiment, success, arms), study, arms)


def _counted(study: Study, experiment: Experiment, success: Metric, arms: list[Change]) -> Report:
    """The report but for money."""
    treated, held_out = tallies(arms)
    share = experiment.holdout_ppm / WHOLE
    headline = _rate(success, arms, queries.daily(study, success))
    return Report(
        experiment=experiment,
        as_of=study.as_of,
        tz=study.tz,
        treated=treated.buyers,
        held_out=held_out.buyers,
        ratio_p=sample_ratio(treated.buyers, held_out.buyers, share),
        verdict=verdict(headline.treatment, headline.control, share),
        success=headline,
        guards=[_rate(guard, arms, queries.daily(study, guard)) for guard in metrics_in(experiment.program, Role.GUARD)],
        watched=[(one, queries.treated_with(study, one)) for one in metrics_in(experiment.program, Role.WATCH)],
        suppressed=_suppressed(study, experiment.program),
        funnel=_funnel(study, experiment.program, headline),
    )


def _rate(metric: Metric, arms: list[Change], facts: list[Change]) -> RateResult:
    treated, held_out = tallies([*arms, *facts])
    one, zero = treated.proportion, held_out.proportion
    if min(one.buyers, zero.buyers) < 2:
        return RateResult(metric, one, zero)
    once, often = newcombe(one, zero), always_valid(one, zero)
    return RateResult(metric, one, zero, once, often, once.scaled(one.buyers), often.scaled(one.buyers), detectable(one, zero))


def _with_values(report: Report, study: Study, arms: list[Change]) -> Report:
    program = report.experiment.program
    value, cost, touch = (metric_in(program, role) for role in (Role.VALUE, Role.COST, Role.TOUCH))
    if value is None:
        return report
    facts = queries.daily(study, value)
    spent = queries.daily(study, cost) if cost else []
    before = queries.paired(study, value)
    claimed = queries.last_touch(study, value, touch) if touch else {}
    orders = queries.last_touch(study, report.success.metric, touch) if touch else {}
    currencies = sorted({change.currency for change in arms})
    return replace(
        report,
        values=[_amount(currency, arms, facts, spent, before, claimed if touch else None) for currency in currencies],
        series={currency: _series(currency, arms, facts) for currency in currencies},
        attributed_orders=sum(successes for _value, successes in orders.values()) if touch else None,
    )


def _amount(
    currency: str,
    arms: list[Change],
    facts: list[Change],
    spent: list[Change],
    before: list[tuple[Any, ...]],
    claimed: dict[str, tuple[int, int]] | None,
) -> AmountResult:
    treated, held_out = tallies([*arms, *facts], currency)
    cost = sum(change.total for change in spent if change.currency == currency)
    attributed = None if claimed is None else claimed.get(currency, (0, 0))[0]
    found = AmountResult(currency, treated.amounts, held_out.amounts, cost, attributed=attributed)
    if min(treated.buyers, held_out.buyers) < 2:
        return found
    once, often = welch(found.treatment, found.control), always_valid(found.treatment, found.control)
    found = replace(
        found,
        difference=once,
        incremental=once.scaled(treated.buyers),
        incremental_always=often.scaled(treated.buyers),
    )
    sums = {arm: Paired(*map(float, rest)) for arm, code, *rest in before if code == currency}
    both = adjusted(sums["treatment"], sums["holdout"])
    if both.explained < WORTH:
        return found
    precise = welch(both.treatment, both.control).scaled(treated.buyers)
    return replace(found, incremental_cuped=precise, explained=both.explained)


def _series(currency: str, arms: list[Change], facts: list[Change]) -> list[Point]:
    by_day: dict[date, list[Change]] = {}
    for change in [*arms, *facts]:
        if change.currency == currency:
            by_day.setdefault(change.day, []).append(change)
    points, sides = [], {"treatment": Tally(), "holdout": Tally()}
    for day in sorted(by_day):
        for change in by_day[day]:
            sides[change.arm] += change
        points.append(Point(day, _so_far(sides["treatment"], sides["holdout"])))
    return points


def _so_far(treated: Tally, held_out: Tally) -> Interval | None:
    if min(treated.buyers, held_out.buyers) < 2:
        return None
    return always_valid(treated.amounts, held_out.amounts).scaled(treated.buyers)


def _suppressed(study: Study, program: str) -> list[tuple[str, int]]:
    metric = metric_in(program, Role.SUPPRESSED)
    return queries.reasons(study, metric) if metric else []


def _funnel(study: Study, program: str, success: RateResult) -> list[tuple[Any, int]]:
    steps: Sequence[Metric] = [*metrics_in(program, Role.TOUCH), *metrics_in(program, Role.FUNNEL)]
    counted = [(step.label or step.name, queries.treated_with(study, step)) for step in steps]
    return [*counted, (success.metric.label or success.metric.name, int(success.treatment.successes))] if counted else []
