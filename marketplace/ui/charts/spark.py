"""A word-sized line for a table row."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.safestring import SafeString

from marketplace.ui.charts.scale import Linear, path
from marketplace.ui.charts.svg import el
from marketplace.ui.kit import Text


@dataclass(frozen=True, kw_only=True)
class Sparkline:
    """Values in order; None is skipped. `label` is what a screen reader says instead.

    `steps` holds each value until the next one, as prices do.
    """

    values: Sequence[float | None]
    label: Text
    tone: int = 1
    steps: bool = False
    inline: bool = True

    def drawing(self) -> SafeString:
        known = [(i, v) for i, v in enumerate(self.values) if v is not None]
        if not known:
            return SafeString("")
        numbers = [v for _, v in known]
        x = Linear(0, max(1, len(self.values) - 1), 3, 101)
        y = Linear(min(numbers), max(numbers), 24, 4)
        points = [(x(i), y(v)) for i, v in known]
        if self.steps:
            corners = [[(here[0], before[1]), here] for before, here in pairwise(points)]
            points = [points[0], *(point for pair in corners for point in pair)]
        end = el("circle", cx=points[-1][0], cy=points[-1][1], r=2.5, class_=f"c-dot c-{self.tone}")
        drawn = el("path", d=path(points), class_=f"c-line c-{self.tone}")
        return el("svg", el("title", self.label), drawn, end, class_="spark", view_box="0 0 104 28", role="img")
