"""The numbers of a report, once: as rows of the page's table and of the CSV."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from aftersales.measurement.reports import AmountResult, RateResult, Report
from aftersales.measurement.stats.samples import Interval
from aftersales.measurement.web.wording import CONTROL, TREATED, points
from marketplace.kernel.money import format_major
from marketplace.ui import formats


@dataclass(frozen=True)
class Row:
    """A named number with its interval; `unit` is share, points, count or a currency (then values are minor units)."""

    name: str
    unit: str
    value: float
    low: float | None = None
    high: float | None = None
    note: str = ""

    def shown(self, value: float | None) -> str:
        """As people read it."""
        if value is None:
            return ""
        if self.unit == "share":
            return formats.percent(value, 2)
        if self.unit == "points":
            return points(value)
        return formats.number(round(value)) if self.unit == "count" else formats.money(round(value), self.unit)

    def plain(self, value: float | None) -> str:
        """As programs read it: fractions, whole counts, major units."""
        if value is None:
            return ""
        if self.unit in ("share", "points"):
            return f"{value:.6f}"
        return str(round(value)) if self.unit == "count" else format_major(round(value), self.unit)

    @property
    def text(self) -> str:
        return self.shown(self.value)

    @property
    def range(self) -> str:
        return "" if self.low is None else f"{self.shown(self.low)} … {self.shown(self.high)}"


def _estimated(name: str, unit: str, found: Interval | None, note: str = "") -> Iterator[Row]:
    if found is not None:
        yield Row(name, unit, float(found.estimate), float(found.low), float(found.high), note)


def effect_rows(report: Report) -> list[Row]:
    """Every number of the report that may be shown."""
    rows = list(_rate_rows(report.success))
    watched = [
        Row(str(metric.label or metric.name), "count", count, note=_("of the treated")) for metric, count in report.watched
    ]
    if not report.shows_effects:
        return rows[:2] + watched
    for money in report.values:
        rows += _amount_rows(money)
    return rows + watched


def _rate_rows(rate: RateResult) -> Iterator[Row]:
    once, daily = _("looked at once"), _("looked at daily")
    for arm, sample in ((TREATED, rate.treatment), (CONTROL, rate.control)):
        found = rate.rate_interval(sample)
        if found is not None:
            yield from _estimated(f"{rate.metric.label or rate.metric.name} · {arm}", "share", found)
    yield from _estimated(_("Difference"), "points", rate.difference, once)
    yield from _estimated(_("Difference"), "points", rate.always, daily)
    yield from _estimated(_("Incremental orders"), "count", rate.extra, once)
    yield from _estimated(_("Incremental orders"), "count", rate.extra_always, daily)
    if rate.detectable is not None:
        yield Row(_("Detectable effect (80% power)"), "points", rate.detectable)


def _amount_rows(money: AmountResult) -> list[Row]:
    once, daily = _("looked at once"), _("looked at daily")
    rows = [
        Row(_("Value per buyer · %(arm)s") % {"arm": arm}, money.currency, sample.mean)
        for arm, sample in ((TREATED, money.treatment), (CONTROL, money.control))
        if sample.buyers
    ]
    rows += _estimated(_("Incremental value"), money.currency, money.incremental, once)
    rows += _estimated(_("Incremental value"), money.currency, money.incremental_always, daily)
    explained = _("adjusted for earlier spending, which explains %(share)s") % {"share": formats.percent(money.explained)}
    rows += _estimated(_("Incremental value"), money.currency, money.incremental_cuped, explained)
    rows.append(Row(_("Cost"), money.currency, money.cost))
    rows += _estimated(_("Net value"), money.currency, money.net, once)
    if money.attributed is not None:
        rows.append(Row(_("Last touch"), money.currency, money.attributed, note=_("attributed, not incremental")))
    return rows


def csv_rows(report: Report) -> Iterator[list[Any]]:
    """The whole report as lines of a table."""
    yield ["name", "unit", "value", "low", "high", "note"]
    yield ["program", "", report.experiment.program, "", "", report.experiment.seed]
    yield ["as of", "", report.as_of.isoformat(), "", "", report.tz]
    yield ["verdict", "", report.verdict.value, "", "", ""]
    yield ["treatment", "buyers", report.treated, "", "", ""]
    yield ["holdout", "buyers", report.held_out, "", "", ""]
    yield ["sample ratio p", "", f"{report.ratio_p:.6g}", "", "", ""]
    for row in effect_rows(report):
        yield [row.name, row.unit, row.plain(row.value), row.plain(row.low), row.plain(row.high), row.note]
    for guard in report.guards if report.shows_effects else []:
        for row in guard_rows(guard):
            yield [row.name, row.unit, row.plain(row.value), row.plain(row.low), row.plain(row.high), row.note]
    for reason, count in report.suppressed:
        yield [f"suppressed: {reason}", "buyers", count, "", "", ""]


def guard_rows(guard: RateResult) -> list[Row]:
    """A rate that must not get worse: both arms and the difference."""
    return list(_rate_rows(guard))[:3]
