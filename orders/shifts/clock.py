"""What a planned shift comes to, from the ticket events of its agent alone: no screenshots, no keystrokes.

Pure functions of moments with time zones. Neither the order of events nor repeated ones change anything, more events never
make a shift worth less, and no shift is worth more than it was planned for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

#: A whole shift, in 1/10,000.
WHOLE = 10_000
NONE = timedelta()


@dataclass(frozen=True)
class Rule:
    """Silence longer than `idle` is not active time; events up to `grace` before and after a shift still belong to it."""

    idle: timedelta = timedelta(minutes=15)
    grace: timedelta = timedelta(minutes=30)


@dataclass(frozen=True)
class Window:
    """From the first moment of a planned shift to the first after it."""

    starts: datetime
    ends: datetime

    def __post_init__(self) -> None:
        if self.starts >= self.ends:
            raise ValueError("a shift ends after it begins")

    @property
    def planned(self) -> timedelta:
        return self.ends - self.starts

    def distance(self, moment: datetime) -> timedelta:
        """How far outside a moment lies; nothing inside."""
        return max(NONE, self.starts - moment, moment - self.ends)

    def holds(self, moment: datetime) -> bool:
        return self.starts <= moment < self.ends


@dataclass(frozen=True)
class Reading:
    """`clock_in` and `clock_out` are as they happened, None when absent; all spans lie within the planned window.

    `parts`: what is to be paid, in 1/10,000 of a shift, rounded down.
    """

    planned: timedelta
    clock_in: datetime | None = None
    clock_out: datetime | None = None
    present: timedelta = NONE
    active: timedelta = NONE
    late: timedelta = NONE
    intervals: tuple[tuple[datetime, datetime], ...] = ()
    parts: int = 0

    @property
    def is_absent(self) -> bool:
        return self.clock_in is None


def read(window: Window, moments: Iterable[datetime], rule: Rule | None = None) -> Reading:
    """Read one shift from the moments of its agent's events; those beyond the grace are left out."""
    rule = rule or Rule()
    known = sorted({each for each in moments if window.distance(each) <= rule.grace})
    if not known:
        return Reading(planned=window.planned)
    first, last = known[0], known[-1]
    intervals = tuple(_clipped(window, each) for each in _runs(known, rule.idle) if _touches(window, each))
    present = max(NONE, min(last, window.ends) - max(first, window.starts))
    return Reading(
        planned=window.planned, clock_in=first, clock_out=last, present=present,
        active=sum((until - since for since, until in intervals), NONE), intervals=intervals,
        late=min(window.planned, max(NONE, first - window.starts)), parts=WHOLE * present // window.planned,
    )  # fmt: skip


def shares(windows: Sequence[Window], moments: Iterable[datetime], rule: Rule | None = None) -> list[list[datetime]]:
    """Which events belong to which of one agent's shifts, so that none counts twice: the one that holds it, else the nearest.

    Between two equally near it is the earlier one. The shifts must not overlap.
    """
    rule = rule or Rule()
    found: list[list[datetime]] = [[] for _window in windows]
    for moment in moments:
        near = [n for n, window in enumerate(windows) if window.distance(moment) <= rule.grace]
        if near:
            found[min(near, key=lambda n: _rank(windows[n], moment))].append(moment)
    return found


def _rank(window: Window, moment: datetime) -> tuple[bool, timedelta, datetime]:
    return not window.holds(moment), window.distance(moment), window.starts


def _runs(known: Sequence[datetime], idle: timedelta) -> list[tuple[datetime, datetime]]:
    """Stretches without a silence longer than `idle`."""
    runs = [(known[0], known[0])]
    for moment in known[1:]:
        since, last = runs[-1]
        if moment - last <= idle:
            runs[-1] = (since, moment)
        else:
            runs.append((moment, moment))
    return runs


def _touches(window: Window, run: tuple[datetime, datetime]) -> bool:
    return run[0] < window.ends and run[1] >= window.starts


def _clipped(window: Window, run: tuple[datetime, datetime]) -> tuple[datetime, datetime]:
    return max(run[0], window.starts), min(run[1], window.ends)
