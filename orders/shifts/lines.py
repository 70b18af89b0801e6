"""A line of a timesheet as it is stored and shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from orders.shifts.clock import Rule
from orders.shifts.files import Event
from orders.shifts.timesheet import Line

MINUTE = timedelta(minutes=1)


def stored(line: Line, events: Iterable[Event]) -> dict[str, Any]:
    """JSON of one shift: moments in ISO 8601, whole minutes, parts in 1/10,000 of a shift."""
    window, reading, grace = line.shift.window, line.reading, Rule().grace
    tickets = {each.ticket for each in events if each.agent == line.shift.agent and window.distance(each.occurred_at) <= grace}
    return {
        "agent": line.shift.agent, "starts_at": window.starts.isoformat(), "ends_at": window.ends.isoformat(),
        "clock_in": _moment(reading.clock_in), "clock_out": _moment(reading.clock_out), "present": reading.present // MINUTE,
        "active": reading.active // MINUTE, "late": reading.late // MINUTE, "tickets": len(tickets), "parts": reading.parts,
    }  # fmt: skip


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


@dataclass(frozen=True)
class Shown:
    """A stored line with its moments read."""

    agent: str
    starts_at: datetime
    ends_at: datetime
    clock_in: datetime | None
    clock_out: datetime | None
    present: int
    active: int
    late: int
    tickets: int
    parts: int

    @property
    def planned(self) -> int:
        return (self.ends_at - self.starts_at) // MINUTE


def shown(line: dict[str, Any]) -> Shown:
    moments = ("starts_at", "ends_at", "clock_in", "clock_out")
    values: dict[str, Any] = {name: _read(value) if name in moments else value for name, value in line.items()}
    return Shown(**values)


def _read(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
