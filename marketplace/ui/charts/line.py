"""Time series: one value per day (or week, month) and series."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from marketplace.ui import formats
from marketplace.ui.charts.base import Chart, Legend, Series, Size, Table, anchor, day_label, tone
from marketplace.ui.charts.scale import Linear, path, spread
from marketplace.ui.charts.svg import el, join, text

#: Up to this many positions every value gets a dot with a tooltip.
DOTTED = 62


@dataclass(frozen=True, kw_only=True)
class LineChart(Chart):
    """Lines over days, filled to zero when `area`. `days` and every series have the same length."""

    days: Sequence[date]
    series: Sequence[Series]
    area: bool = True
    css: str = field(default="", init=False)

    @property
    def is_empty(self) -> bool:
        return not any(v for s in self.series for v in s.values)

    def drawing(self, size: Size) -> SafeString:
        values = [self.major(v) for s in self.series for v in s.values if v is not None]
        axis, y = self.y_axis(size, min([0.0, *values]), max([0.0, *values]) or 1.0)
        x = Linear(0, max(1, len(self.days) - 1), size.left + 6, size.width - size.right - 6)
        drawn = [self._one(series, tone(series, i), x, y) for i, series in enumerate(self.series)]
        return self.svg(size, axis, self._x_labels(size, x), *drawn)

    def _x_labels(self, size: Size, x: Linear) -> SafeString:
        span = self.days[-1] - self.days[0] if self.days else timedelta()
        chosen = spread(len(self.days), size.labels)
        return join(text(x(i), size.height - 8, day_label(self.days[i], span), anchor(x(i), size)) for i in chosen)

    def _one(self, series: Series, number: int, x: Linear, y: Linear) -> SafeString:
        parts: list[SafeString] = []
        for run in _runs(series.values):
            points = [(x(i), y(self.major(v))) for i, v in run]
            if self.area and len(points) > 1:
                floor = y(0)
                closed = [*points, (points[-1][0], floor), (points[0][0], floor)]
                parts.append(el("path", d=path(closed) + "Z", class_=f"c-area c-{number}"))
            parts.append(el("path", d=path(points), class_=f"c-line c-{number}"))
        if len(self.days) <= DOTTED:
            parts += [
                el(
                    "circle",
                    el("title", f"{formats.local_date(self.days[i])} · {series.name} {self.show(v)}"),
                    cx=x(i),
                    cy=y(self.major(v)),
                    r=3 if len(self.days) <= DOTTED // 2 else 2.5,
                    class_=f"c-dot c-{number}",
                )
                for i, v in enumerate(series.values)
                if v is not None
            ]
        return join(parts)

    def legend(self) -> list[Legend]:
        if len(self.series) < 2:
            return []
        return [Legend(series.name, tone(series, i)) for i, series in enumerate(self.series)]

    def table(self) -> Table:
        rows = [
            [formats.local_date(day), *(self.show(series.values[i]) for series in self.series)] for i, day in enumerate(self.days)
        ]
        return Table([gettext("Date"), *(series.name for series in self.series)], rows)

    def read(self) -> str:
        first = self.series[0] if self.series else None
        known = [(v, day) for day, v in zip(self.days, first.values, strict=True) if v is not None] if first else []
        if first is None or not known:
            return gettext("No data in this period.")
        peak, when = max(known, key=lambda pair: pair[0])
        return gettext("%(series)s: %(total)s in total, the most on %(day)s with %(peak)s.") % {
            "series": first.name,
            "total": self.show(sum(v for v, _ in known)),
            "day": formats.local_date(when),
            "peak": self.show(peak),
        }


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Stretches without a gap."""
    runs: list[list[tuple[int, float]]] = [[]]
    for i, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((i, value))
    return [run for run in runs if run]
