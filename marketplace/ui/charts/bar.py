"""Stacked columns by category, and ranked bars with their label above."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from marketplace.ui import formats
from marketplace.ui.charts.base import Chart, Legend, Series, Size, Table, anchor, tone
from marketplace.ui.charts.scale import Linear, spread
from marketplace.ui.charts.svg import el, join, text
from marketplace.ui.kit import Text

ROW = 40
RANK_TOP = 6


@dataclass(frozen=True, kw_only=True)
class BarChart(Chart):
    """Columns, stacked when there are several series. Categories and every series have the same length."""

    categories: Sequence[Text]
    series: Sequence[Series]
    category_name: Text = ""

    @property
    def is_empty(self) -> bool:
        return not any(v for s in self.series for v in s.values)

    def _totals(self) -> list[float]:
        return [sum(s.values[i] or 0 for s in self.series) for i in range(len(self.categories))]

    def drawing(self, size: Size) -> SafeString:
        axis, y = self.y_axis(size, 0.0, max(map(self.major, self._totals()), default=0.0) or 1.0)
        left, right = size.x_range
        band = (right - left) / max(1, len(self.categories))
        width = round(min(band * 0.68, 40), 2)
        columns = [self._column(i, left + band * (i + 0.5), width, y) for i in range(len(self.categories))]
        labels = [
            text(
                round(left + band * (i + 0.5), 2),
                size.height - 8,
                self.categories[i],
                anchor(left + band * (i + 0.5), size),
            )
            for i in spread(len(self.categories), size.labels)
        ]
        return self.svg(size, axis, *columns, *labels)

    def _column(self, i: int, centre: float, width: float, y: Linear) -> SafeString:
        parts, below = [], 0.0
        for position, series in enumerate(self.series):
            value = series.values[i]
            if not value:
                continue
            above = below + self.major(value)
            top, bottom = y(above), y(below)
            tip = f"{self.categories[i]} · {series.name} {self.show(value)}"
            parts.append(
                el(
                    "rect",
                    el("title", tip),
                    x=round(centre - width / 2, 2),
                    y=top,
                    width=width,
                    height=round(max(bottom - top, 0.5), 2),
                    rx=min(2.0, width / 4),
                    class_=f"c-bar c-{tone(series, position)}",
                )
            )
            below = above
        return join(parts)

    def legend(self) -> list[Legend]:
        return [Legend(s.name, tone(s, i)) for i, s in enumerate(self.series)] if len(self.series) > 1 else []

    def table(self) -> Table:
        rows = [[str(c), *(self.show(s.values[i]) for s in self.series)] for i, c in enumerate(self.categories)]
        return Table([self.category_name or gettext("Category"), *(s.name for s in self.series)], rows)

    def read(self) -> str:
        totals = self._totals()
        if not any(totals):
            return gettext("No data in this period.")
        best = max(range(len(totals)), key=totals.__getitem__)
        return gettext("%(total)s in total, the most for %(category)s with %(peak)s.") % {
            "total": self.show(sum(totals)),
            "category": self.categories[best],
            "peak": self.show(totals[best]),
        }


@dataclass(frozen=True, kw_only=True)
class RankChart(Chart):
    """Bars from the largest down, with the label above each: for reasons, products, anything with long names."""

    items: Sequence[tuple[Text, int]]
    category_name: Text = ""
    value_name: Text = ""
    css: str = field(default="rank", init=False)

    @property
    def is_empty(self) -> bool:
        return not any(value for _, value in self.items)

    def _ranked(self) -> list[tuple[Text, int]]:
        return sorted(self.items, key=lambda item: -item[1])

    def drawing(self, size: Size) -> SafeString:
        ranked = self._ranked()
        fitted = size._replace(height=RANK_TOP + ROW * max(1, len(ranked)), left=0, right=0)
        most = max((value for _, value in ranked), default=0) or 1
        return self.svg(fitted, *(self._row(i, item, most, fitted) for i, item in enumerate(ranked)))

    def _row(self, i: int, item: tuple[Text, int], most: int, size: Size) -> SafeString:
        name, value = item
        top = RANK_TOP + i * ROW
        return join(
            [
                text(0, top + 12, _phrase(name), "start"),
                text(size.width, top + 12, self.show(value), "end strong"),
                el("rect", x=0, y=top + 19, width=size.width, height=8, rx=4, class_="c-band"),
                el(
                    "rect",
                    x=0,
                    y=top + 19,
                    width=round(max(size.width * value / most, 2), 2),
                    height=8,
                    rx=4,
                    class_="c-bar c-1",
                ),
            ]
        )

    def table(self) -> Table:
        total = sum(value for _, value in self.items) or 1
        rows = [[_phrase(name), self.show(value), formats.percent(value / total)] for name, value in self._ranked()]
        return Table([self.category_name or gettext("Category"), self.value_name or gettext("Number"), gettext("Share")], rows)

    def read(self) -> str:
        ranked = self._ranked()
        total = sum(value for _, value in ranked)
        if not total:
            return gettext("Nothing to count yet.")
        name, value = ranked[0]
        return gettext("Most often: %(name)s (%(share)s of %(total)s).") % {
            "name": _phrase(name),
            "share": formats.percent(value / total),
            "total": self.show(total),
        }


def _phrase(name: Text) -> str:
    """A label without the full stop that a sentence ends with."""
    return str(name).rstrip(".。")
