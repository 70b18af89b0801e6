"""Estimates with their uncertainty: ranges side by side, a line in its band, and steps that follow each other."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from marketplace.ui import formats
from marketplace.ui.charts.bar import RankChart
from marketplace.ui.charts.base import Chart, Size, Table
from marketplace.ui.charts.line import LineChart
from marketplace.ui.charts.scale import Linear, nice_ticks, path
from marketplace.ui.charts.svg import el, join, line, text
from marketplace.ui.kit import Text

ROW, TOP, FOOT = 44, 6, 26


class Estimate(NamedTuple):
    """A value and the interval it is known to lie in; `tone` 1 … 6. Bounds that are None are not known yet."""

    name: Text
    value: float
    low: float | None
    high: float | None
    tone: int = 1


@dataclass(frozen=True, kw_only=True)
class IntervalChart(Chart):
    """Estimates with whiskers on one scale. `is_share` shows values as percentages of 1."""

    items: Sequence[Estimate]
    is_share: bool = False
    category_name: Text = ""
    css: str = field(default="rank", init=False)

    @property
    def is_empty(self) -> bool:
        return not self.items

    def show(self, value: float | None) -> str:
        return formats.percent(value, 2) if self.is_share and value is not None else super().show(value)

    def _span(self) -> tuple[float, float]:
        """What the axis covers: the whiskers, and zero where it is near them."""
        known = [self.major(v) for item in self.items for v in (item.value, item.low, item.high) if v is not None]
        low, high = min(known), max(known)
        return (min(low, 0.0), max(high, 0.0)) if abs(low) < 2 * (high - low) or low < 0 else (low, high)

    def drawing(self, size: Size) -> SafeString:
        fitted = size._replace(height=TOP + ROW * len(self.items) + FOOT, left=8, right=8)
        ticks = nice_ticks(*self._span())
        x = Linear(ticks[0], ticks[-1], fitted.left, fitted.width - fitted.right)
        bottom = fitted.height - FOOT
        grid = join(line(x(tick), TOP, x(tick), bottom, "c-grid" if tick else "c-axis") for tick in ticks)
        labels = join(text(x(tick), fitted.height - 8, self._tick(tick), _anchor(i, len(ticks))) for i, tick in enumerate(ticks))
        return self.svg(fitted, grid, labels, *(self._row(i, item, x, fitted) for i, item in enumerate(self.items)))

    def _tick(self, value: float) -> str:
        return formats.percent(value) if self.is_share else formats.compact(value, self.currency or None)

    def _row(self, i: int, item: Estimate, x: Linear, size: Size) -> SafeString:
        top, y = TOP + i * ROW + 12, TOP + i * ROW + 28
        parts = [text(0, top, item.name, "start"), text(size.width, top, self.show(item.value), "end strong")]
        if item.low is not None and item.high is not None:
            low, high = x(self.major(item.low)), x(self.major(item.high))
            parts += [
                line(low, y, high, y, f"c-line c-{item.tone}"),
                line(low, y - 5, low, y + 5, f"c-line c-{item.tone}"),
                line(high, y - 5, high, y + 5, f"c-line c-{item.tone}"),
            ]
        dot = el("title", f"{item.name} {self.show(item.value)}")
        return join([*parts, el("circle", dot, cx=x(self.major(item.value)), cy=y, r=5, class_=f"c-dot c-{item.tone}")])

    def table(self) -> Table:
        rows = [[str(item.name), self.show(item.value), self.show(item.low), self.show(item.high)] for item in self.items]
        return Table([self.category_name or gettext("Category"), gettext("Value"), gettext("From"), gettext("To")], rows)

    def read(self) -> str:
        if not self.items:
            return gettext("No data yet.")
        return " · ".join(self._phrase(item) for item in self.items)

    def _phrase(self, item: Estimate) -> str:
        if item.low is None or item.high is None:
            return f"{item.name} {self.show(item.value)}"
        return gettext("%(name)s %(value)s (%(low)s to %(high)s)") % {
            "name": item.name,
            "value": self.show(item.value),
            "low": self.show(item.low),
            "high": self.show(item.high),
        }


def _anchor(i: int, count: int) -> str:
    return "start" if i == 0 else "end" if i == count - 1 else "middle"


@dataclass(frozen=True, kw_only=True)
class BandChart(LineChart):
    """One line over days inside the band of what is possible. `low` and `high` are as long as `days`; None is a gap."""

    low: Sequence[float | None]
    high: Sequence[float | None]
    area: bool = False

    def drawing(self, size: Size) -> SafeString:
        known = [
            self.major(v) for values in (self.low, self.high, *(s.values for s in self.series)) for v in values if v is not None
        ]
        axis, y = self.y_axis(size, min([0.0, *known]), max([0.0, *known]) or 1.0)
        x = Linear(0, max(1, len(self.days) - 1), size.left + 6, size.width - size.right - 6)
        return self.svg(size, axis, self._x_labels(size, x), self._band(x, y), self._one(self.series[0], 1, x, y))

    def _band(self, x: Linear, y: Linear) -> SafeString:
        bounds = [(i, a, b) for i, (a, b) in enumerate(zip(self.low, self.high, strict=True)) if a is not None and b is not None]
        upper = [(x(i), y(self.major(b))) for i, _a, b in bounds]
        lower = [(x(i), y(self.major(a))) for i, a, _b in reversed(bounds)]
        return el("path", d=path([*upper, *lower]) + "Z", class_="c-area c-1") if len(bounds) > 1 else join([])

    def table(self) -> Table:
        rows = [
            [formats.local_date(day), *(self.show(values[i]) for values in (self.series[0].values, self.low, self.high))]
            for i, day in enumerate(self.days)
        ]
        return Table([gettext("Date"), self.series[0].name, gettext("From"), gettext("To")], rows)

    def read(self) -> str:
        last = next((i for i in reversed(range(len(self.days))) if self.series[0].values[i] is not None), None)
        if last is None:
            return gettext("No data in this period.")
        return gettext("%(value)s by %(day)s, and between %(low)s and %(high)s.") % {
            "value": self.show(self.series[0].values[last]),
            "day": formats.local_date(self.days[last]),
            "low": self.show(self.low[last]),
            "high": self.show(self.high[last]),
        }


@dataclass(frozen=True, kw_only=True)
class FunnelChart(RankChart):
    """Steps in their order, each as a share of the first."""

    def _ranked(self) -> list[tuple[Text, int]]:
        return list(self.items)

    def table(self) -> Table:
        first = self.items[0][1] or 1
        rows = [[str(name), self.show(value), formats.percent(value / first)] for name, value in self.items]
        return Table([self.category_name or gettext("Step"), self.value_name or gettext("Number"), gettext("Share")], rows)

    def read(self) -> str:
        if self.is_empty:
            return gettext("Nothing to count yet.")
        (first, start), (last, end) = self.items[0], self.items[-1]
        return gettext("%(end)s of %(start)s (%(share)s): %(last)s, from %(first)s.") % {
            "end": self.show(end),
            "start": self.show(start),
            "share": formats.percent(end / start) if start else "0%",
            "last": last,
            "first": first,
        }
