"""Rosters and ticket events as files (CSV, UTF-8). What a shift is read from, and nothing else, is kept.

Columns are found by their names; every other column is left out unread, so that texts and buyers' data go no further.
"""

import csv
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from marketplace.kernel.errors import UserError
from orders.shifts.clock import Window

MOST_BYTES = 5 * 1024 * 1024
ROSTER = ("agent", "starts_at", "ends_at")
EVENTS = ("event_id", "kind", "ticket", "agent", "occurred_at")
KINDS = frozenset({"first_answer", "reply", "closed"})


class BadFile(UserError):
    """A file that cannot be read. The message says which line and why."""


@dataclass(frozen=True)
class Planned:
    agent: str
    window: Window


@dataclass(frozen=True)
class Event:
    """What an agent did: gave a ticket its first answer, replied, or closed it."""

    event_id: str
    kind: str
    ticket: str
    agent: str
    occurred_at: datetime


def roster_of(content: bytes, zone: ZoneInfo) -> list[Planned]:
    """The planned shifts, earliest first. Raises BadFile, also for two shifts of one agent that overlap."""
    found = [
        Planned(row["agent"], _window(number, _moment(number, row["starts_at"], zone), _moment(number, row["ends_at"], zone)))
        for number, row in _rows(content, ROSTER)
    ]
    found.sort(key=lambda each: (each.window.starts, each.agent))
    ends: dict[str, datetime] = {}
    for each in found:
        if each.agent in ends and each.window.starts < ends[each.agent]:
            raise BadFile(_("Two shifts of %(agent)s overlap.") % {"agent": each.agent})
        ends[each.agent] = each.window.ends
    return found


def events_of(content: bytes, zone: ZoneInfo) -> list[Event]:
    """The events, each once. Raises BadFile, also when the same event_id stands for something else."""
    found: dict[str, Event] = {}
    for number, row in _rows(content, EVENTS):
        if row["kind"] not in KINDS:
            raise BadFile(_("Line %(line)s: the kind is first_answer, reply or closed.") % {"line": number})
        event = Event(row["event_id"], row["kind"], row["ticket"], row["agent"], _moment(number, row["occurred_at"], zone))
        if found.setdefault(event.event_id, event) != event:
            raise BadFile(_("Line %(line)s: this event_id stands for something else above.") % {"line": number})
    return list(found.values())


def _rows(content: bytes, columns: Collection[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The wanted cells of each line, with its number in the file."""
    if len(content) > MOST_BYTES:
        raise BadFile(_("The file is larger than 5 MB. Split it by weeks."))
    try:
        lines = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        missing = sorted(set(columns) - set(lines.fieldnames or ()))
        if missing:
            raise BadFile(_("The file has no column %(names)s.") % {"names": ", ".join(missing)})
        for line in lines:
            row = {name: (line[name] or "").strip() for name in columns}
            if not all(row.values()):
                raise BadFile(_("Line %(line)s: something is missing.") % {"line": lines.line_num})
            yield lines.line_num, row
    except (UnicodeDecodeError, csv.Error) as problem:
        raise BadFile(_("The file is not a CSV file in UTF-8.")) from problem


def _moment(number: int, text: str, zone: ZoneInfo) -> datetime:
    """ISO 8601, in UTC so that spans are right when clocks change; without an offset, by the market's clock."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadFile(_("Line %(line)s: write moments such as 2026-03-06 09:00.") % {"line": number}) from None


def _window(number: int, starts: datetime, ends: datetime) -> Window:
    if starts >= ends:
        raise BadFile(_("Line %(line)s: the shift ends before it begins.") % {"line": number})
    return Window(starts, ends)
