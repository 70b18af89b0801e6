"""A price over time: level within each validity interval, with marks for purchases."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from marketplace.ui.charts.base import SERIES_TONES, Chart, Legend, Size, Table, anchor, day_label, full_label
from marketplace.ui.charts.scale import Linear, calendar_ticks, path
from marketplace.ui.charts.svg import el, join, text
from marketplace.ui.kit import Text

MARK_TONE = 2
#: With more marks than this they are drawn smaller.
MANY_MARKS = 30


class Segment(NamedTuple):
    """A value in `[start, end)`; no end means until further notice."""

    start: datetime
    end: datetime | None
    value: int


class StepSeries(NamedTuple):
    """Segments in time order, without overlap."""

    name: Text
    segments: Sequence[Segment]
    tone: int = 0


class Marker(NamedTuple):
    """Something that happened at a value: a purchase at the price paid."""

    at: datetime
    value: int
    label: Text


@dataclass(frozen=True, kw_only=True)
class StepChart(Chart):
    """Step lines from `since` to `until`, in the shop's zone. Marks share one legend entry, `marker_name`."""

    series: Sequence[StepSeries]
    since: datetime
    until: datetime
    markers: Sequence[Marker] = ()
    marker_name: Text = ""
    tz: str | None = None

    @property
    def is_empty(self) -> bool:
        return not any(s.segments for s in self.series)

    def drawing(self, size: Size) -> SafeString:
        values = [self.major(v) for v in self._values()] or [0.0]
        low, high = min(values), max(values)
        pad = (high - low) * 0.08 or high * 0.1
        axis, y = self.y_axis(size, max(0.0, low - pad), high + pad)
        x = Linear(self.since.timestamp(), self.until.timestamp(), size.left, size.width - size.right)
        lines = [self._one(s, s.tone or i % SERIES_TONES + 1, x, y) for i, s in enumerate(self.series)]
        return self.svg(size, axis, self._x_labels(size, x), *lines, self._marks(x, y))

    def _values(self) -> Iterable[int]:
        yield from (segment.value for s in self.series for segment in s.segments)
        yield from (marker.value for marker in self.markers)

    def _x_labels(self, size: Size, x: Linear) -> SafeString:
        span = self.until - self.since
        return join(
            text(x(m.timestamp()), size.height - 8, day_label(m, span, self.tz), anchor(x(m.timestamp()), size))
            for m in calendar_ticks(self.since, self.until, size.labels, self.tz)
        )

    def _one(self, series: StepSeries, number: int, x: Linear, y: Linear) -> SafeString:
        runs: list[list[tuple[float, float]]] = []
        last: datetime | None = None
        for segment in series.segments:
            start, end = max(segment.start, self.since), min(segment.end or self.until, self.until)
            if end <= start:
                continue
            level = y(self.major(segment.value))
            if last != start:
                runs.append([])
            runs[-1] += [(x(start.timestamp()), level), (x(end.timestamp()), level)]
            last = end
        return join(el("path", d=path(run), class_=f"c-line c-{number}") for run in runs)

    def _marks(self, x: Linear, y: Linear) -> SafeString:
        radius = 4.0 if len(self.markers) <= MANY_MARKS else 2.5
        return join(
            el(
                "circle",
                el("title", f"{full_label(m.at, self.tz)} · {m.label} {self.show(m.value)}"),
                cx=x(m.at.timestamp()),
                cy=y(self.major(m.value)),
                r=radius,
                class_=f"c-mark c-{MARK_TONE}",
            )
            for m in self.markers
            if self.since <= m.at <= self.until
        )

    def legend(self) -> list[Legend]:
        entries = [Legend(s.name, s.tone or i % SERIES_TONES + 1) for i, s in enumerate(self.series)]
        if self.markers:
            entries.append(Legend(self.marker_name or gettext("Purchases"), MARK_TONE, is_mark=True))
        return entries

    def table(self) -> Table:
        named = len(self.series) > 1
        head: list[Text] = [gettext("From"), gettext("Until"), gettext("Price")]
        rows = []
        for series in self.series:
            for s in series.segments:
                row = [full_label(s.start, self.tz), full_label(s.end, self.tz) if s.end else "–", self.show(s.value)]
                rows.append([*row, str(series.name)] if named else row)
        return Table([*head, gettext("Series")] if named else head, rows)

    def read(self) -> str:
        segments = [s for s in (self.series[0].segments if self.series else ()) if s.start < self.until]
        if not segments:
            return gettext("No price is known in this period.")
        low = min(segments, key=lambda s: s.value)
        return gettext("Now %(now)s; the lowest was %(low)s from %(day)s.") % {
            "now": self.show(segments[-1].value),
            "low": self.show(low.value),
            "day": full_label(low.start, self.tz),
        }
