"""A timesheet: every planned shift with what its agent's ticket events make of it. Nothing is stored."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from orders.shifts.clock import WHOLE, Reading, Rule, read, shares
from orders.shifts.files import Event, Planned


@dataclass(frozen=True)
class Line:
    shift: Planned
    reading: Reading


def timesheet(roster: Iterable[Planned], events: Iterable[Event], rule: Rule | None = None) -> list[Line]:
    """Earliest shift first; each event counts in one shift of its own agent at most."""
    shifts: dict[str, list[Planned]] = defaultdict(list)
    moments: dict[str, list[datetime]] = defaultdict(list)
    for shift in roster:
        shifts[shift.agent].append(shift)
    for event in events:
        moments[event.agent].append(event.occurred_at)
    found = []
    for agent, planned in shifts.items():
        given = shares([each.window for each in planned], moments[agent], rule)
        found += [Line(shift, read(shift.window, mine, rule)) for shift, mine in zip(planned, given, strict=True)]
    return sorted(found, key=lambda line: (line.shift.window.starts, line.shift.agent))


def whole_shifts(lines: Iterable[Line]) -> int:
    """How many whole shifts all parts together make, rounded down: contracts count whole units."""
    return sum(line.reading.parts for line in lines) // WHOLE
