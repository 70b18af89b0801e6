"""Parts of a whole as a ring, the total in the middle."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from marketplace.ui import formats
from marketplace.ui.charts.base import SERIES_TONES, Chart, Legend, Size, Table
from marketplace.ui.charts.svg import el, text
from marketplace.ui.kit import Text

RING = Size("narrow", 220, 220, 0, 0, 0, 0, 0)
OUTER, INNER, CENTRE = 104.0, 72.0, 110.0
GAP = 0.012


class Slice(NamedTuple):
    """One part. `tone` 1 … 6; 0 takes the position's."""

    name: Text
    value: int
    tone: int = 0


@dataclass(frozen=True, kw_only=True)
class DonutChart(Chart):
    """A ring of slices; zero slices appear in the legend only."""

    slices: Sequence[Slice]
    total_name: Text = ""
    css: str = field(default="donut", init=False)

    @property
    def total(self) -> int:
        return sum(part.value for part in self.slices)

    @property
    def is_empty(self) -> bool:
        return not self.total

    def wide(self) -> SafeString:
        """A ring needs no second drawing."""
        return SafeString("")

    def drawing(self, size: Size) -> SafeString:
        del size
        whole = self.total
        centre = formats.compact(self.major(whole), self.currency or None) if self.currency else formats.number(whole)
        parts: list[SafeString] = []
        start = 0.0
        for i, part in enumerate(self.slices):
            share = part.value / whole if whole else 0.0
            if share:
                tip = el("title", f"{part.name} {self.show(part.value)} · {formats.percent(share)}")
                parts.append(el("path", tip, d=_arc(start, start + share), class_=f"c-slice c-{_tone(part, i)}"))
            start += share
        middle = el("text", centre, x=CENTRE, y=CENTRE + 4, class_="c-figure")
        return self.svg(RING, *parts, middle, text(CENTRE, CENTRE + 24, self.total_name, "middle"))

    def legend(self) -> list[Legend]:
        return [Legend(p.name, _tone(p, i), value=self.show(p.value)) for i, p in enumerate(self.slices)]

    def table(self) -> Table:
        whole = self.total or 1
        rows = [[str(p.name), self.show(p.value), formats.percent(p.value / whole)] for p in self.slices]
        return Table([gettext("Part"), self.total_name or gettext("Number"), gettext("Share")], rows)

    def read(self) -> str:
        if not self.total:
            return gettext("Nothing to count yet.")
        most = max(self.slices, key=lambda part: part.value)
        return gettext("%(name)s accounts for %(share)s of %(total)s.") % {
            "name": most.name,
            "share": formats.percent(most.value / self.total),
            "total": self.show(self.total),
        }


def _tone(part: Slice, position: int) -> int:
    return part.tone or position % SERIES_TONES + 1


def _arc(start: float, end: float) -> str:
    """A ring segment between two shares of the circle, clockwise from the top, with a small gap."""
    if end - start > 1 - 1e-9:
        return _arc(0, 0.5) + _arc(0.5, 1)
    gap = min(GAP, (end - start) / 3) / 2
    a, b = (start + gap) * math.tau - math.pi / 2, (end - gap) * math.tau - math.pi / 2
    large = 1 if end - start - 2 * gap > 0.5 else 0
    points = [(r, angle) for r, angle in ((OUTER, a), (OUTER, b), (INNER, b), (INNER, a))]
    (x1, y1), (x2, y2), (x3, y3), (x4, y4) = [
        (round(CENTRE + r * math.cos(t), 2), round(CENTRE + r * math.sin(t), 2)) for r, t in points
    ]
    outer = f"M{x1:g} {y1:g}A{OUTER:g} {OUTER:g} 0 {large} 1 {x2:g} {y2:g}"
    return f"{outer}L{x3:g} {y3:g}A{INNER:g} {INNER:g} 0 {large} 0 {x4:g} {y4:g}Z"
