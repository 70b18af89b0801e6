"""manage.py read_shifts ROSTER EVENTS [--json]: what ticket events say of planned shifts, such as those in dispute."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from marketplace.commands import ReportCommand
from marketplace.kernel.market import MARKET_ZONE
from orders.shifts.files import BadFile, events_of, roster_of
from orders.shifts.timesheet import Line, timesheet, whole_shifts


class Command(ReportCommand):
    help = "Read planned shifts from ticket events: clock-in, clock-out, minutes present and active, parts of a shift."

    def options(self, parser: ArgumentParser) -> None:
        parser.add_argument("roster", type=Path, help="CSV: agent, starts_at, ends_at")
        parser.add_argument(
            "events", type=Path, help="CSV: event_id, kind, ticket, agent, occurred_at; other columns are not read"
        )

    def report(self, **options: Any) -> dict[str, Any]:
        roster, events = options["roster"], options["events"]
        lines = timesheet(roster_of(_content(roster), MARKET_ZONE), events_of(_content(events), MARKET_ZONE))
        return {"whole_shifts": whole_shifts(lines), "shifts": [_shown(line) for line in lines]}


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise BadFile(_("%(file)s cannot be read.") % {"file": path.name}) from problem


def _shown(line: Line) -> dict[str, Any]:
    window, reading = line.shift.window, line.reading
    return {
        "agent": line.shift.agent, "starts_at": _clock(window.starts), "ends_at": _clock(window.ends),
        "clock_in": _clock(reading.clock_in), "clock_out": _clock(reading.clock_out),
        "minutes_planned": _minutes(reading.planned), "minutes_present": _minutes(reading.present),
        "minutes_active": _minutes(reading.active), "minutes_late": _minutes(reading.late), "parts": reading.parts,
    }  # fmt: skip


def _clock(moment: datetime | None) -> str | None:
    return moment.astimezone(MARKET_ZONE).isoformat() if moment else None


def _minutes(span: timedelta) -> int:
    return span // timedelta(minutes=1)
