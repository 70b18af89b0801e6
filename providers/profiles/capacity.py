"""Whether a provider takes new orders on a day, and from when it does: plain rules on pauses and running jobs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Load:
    """Jobs that run now, and the day on which the first of them ends, when that is known."""

    active: int = 0
    first_end: date | None = None


@dataclass(frozen=True, slots=True)
class Availability:
    """`next_free_date`: the first day with room for a new order; None: not known (jobs without an end)."""

    is_open: bool
    next_free_date: date | None
    reason: Literal["", "paused", "full"] = ""


#: Asked in the provider's scope. Filled by the room that has jobs.
Jobs = Callable[[int], Load]
_jobs: list[Jobs] = []


def register_jobs(callback: Jobs) -> None:
    """Have this asked for the jobs that run; several rooms add up. From `AppConfig.ready()`."""
    if callback not in _jobs:
        _jobs.append(callback)


def load_of(provider_id: int) -> Load:
    """All jobs that run, whoever knows of them. Needs the provider's scope."""
    loads = [callback(provider_id) for callback in _jobs]
    ends = [load.first_end for load in loads if load.first_end]
    return Load(sum(load.active for load in loads), min(ends, default=None))


def judge(*, on: date, pauses: Iterable[tuple[date, date]], load: Load, most: int | None) -> Availability:
    """Whether there is room on a day. Pauses are (first, last) days, both included; `most` None: no limit."""
    spans = sorted(pauses)
    if most is not None and load.active >= most:
        end = load.first_end
        free = after_pauses(max(end + ONE_DAY, on), spans) if end is not None and most > 0 else None
        return Availability(False, free, "full")
    free = after_pauses(on, spans)
    return Availability(free == on, free, "" if free == on else "paused")


def after_pauses(day: date, spans: Iterable[tuple[date, date]]) -> date:
    """The first day from `day` on that no pause covers; `spans` in order of their first day."""
    for first, last in spans:
        if first <= day <= last:
            day = last + ONE_DAY
    return day
