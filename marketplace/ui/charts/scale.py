"""From values to pixels: nice ticks and linear scales."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

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


def spread(count: int, most: int) -> list[int]:
    """At most `most` evenly spaced positions of `range(count)`, the first included."""
    if count <= most:
        return list(range(count))
    step = math.ceil((count - 1) / max(1, most - 1))
    return list(range(0, count, step))


def path(points: Sequence[tuple[float, float]]) -> str:
    """An SVG path through the points."""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) if points else ""
