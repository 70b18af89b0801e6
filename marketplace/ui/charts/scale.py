"""From values to pixels: nice ticks and linear scales."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

DAY_STEPS = (1, 2, 3, 5, 7, 10, 14, 21, 28)
MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60)
#: From this span on, an axis counts months.
LONG_AXIS = timedelta(days=300)
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def nice_step(span: float, intervals: int = 4) -> float:
    """The smallest step of 1, 2, 2.5 or 5 times a power of ten that covers `span` in at most `intervals` steps."""
    if span <= 0:
        return 1.0
    raw = span / intervals
    magnitude = 10.0 ** math.floor(math.log10(raw))
    return next(step * magnitude for step in STEPS if step * magnitude >= raw * (1 - 1e-9))


def nice_ticks(low: float, high: float, intervals: int = 4) -> list[float]:
    """About five ticks that enclose `low` and `high`. Equal bounds give a small axis around them."""
    if high <= low:
        low, high = min(low, 0.0), max(low, 0.0) or 1.0
    step = nice_step(high - low, intervals)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    while last - first > intervals:  # both ends were rounded outwards: one coarser step
        step = nice_step(step * intervals * 1.01, intervals)
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(k * step, 10) for k in range(first, last + 1)]


@dataclass(frozen=True, slots=True)
class Linear:
    """Maps `[low, high]` onto `[start, end]`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        span = self.high - self.low
        share = (value - self.low) / span if span else 0.5
        return round(self.start + share * (self.end - self.start), 2)


def calendar_ticks(since: datetime, until: datetime, most: int, tz: str | None = None) -> list[datetime]:
    """Local midnights (or firsts of a month, over long spans) within `[since, until]`, at most `most` of them."""
    first = since.astimezone(ZoneInfo(tz or "UTC"))
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    if until - since > LONG_AXIS:
        months = math.ceil((until - since).days / 28)
        step = next((s for s in MONTH_STEPS if months / s <= most), MONTH_STEPS[-1])
        ticks = [_month(midnight, k * step) for k in range(most + 2)]
    else:
        days = max(1, (until - since).days)
        step = next((s for s in DAY_STEPS if days / s <= most - 1), math.ceil(days / (most - 1)))
        ticks = [midnight + timedelta(days=k * step) for k in range(most + 1)]
    return [tick for tick in ticks if since <= tick <= until][:most]


def _month(day: datetime, ahead: int) -> datetime:
    years, month = divmod(day.month - 1 + ahead, 12)
    return day.replace(year=day.year + years, month=month + 1, day=1)


def spread(count: int, most: int) -> list[int]:
    """At most `most` evenly spaced positions of `range(count)`, the first included."""
    if count <= most:
        return list(range(count))
    step = math.ceil((count - 1) / max(1, most - 1))
    return list(range(0, count, step))


def path(points: Sequence[tuple[float, float]]) -> str:
    """An SVG path through the points."""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) if points else ""
