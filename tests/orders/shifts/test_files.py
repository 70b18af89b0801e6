"""Rosters and ticket events in files, and the timesheet that follows from them."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from marketplace.kernel.market import MARKET_ZONE
from orders.shifts.files import BadFile, events_of, roster_of
from orders.shifts.timesheet import timesheet, whole_shifts

ROSTER = (
    "agent,starts_at,ends_at\n"
    "Li,2026-03-06 17:00,2026-03-07 01:00\n"
    "Li,2026-03-06 09:00,2026-03-06 17:00\n"
    "Wu,2026-03-06 09:00,2026-03-06 17:00\n"
)
HEAD = "event_id,kind,ticket,agent,occurred_at,buyer,text\n"
EVENTS = HEAD + (
    "1,first_answer,T1,Li,2026-03-06 09:00,Zhang San,hello\n"
    "2,closed,T1,Li,2026-03-06T09:00:00+00:00,Zhang San,bye\n"
    "1,first_answer,T1,Li,2026-03-06 09:00,Zhang San,hello\n"
)


def test_a_timesheet_counts_each_event_in_one_shift_of_its_own_agent() -> None:
    lines = timesheet(roster_of(ROSTER.encode(), MARKET_ZONE), events_of(EVENTS.encode(), MARKET_ZONE))
    assert [(line.shift.agent, line.reading.parts, line.reading.is_absent) for line in lines] == [
        ("Li", 0, False), ("Wu", 0, True), ("Li", 0, False),
    ]  # fmt: skip
    more = EVENTS + "3,reply,T2,Li,2026-03-06 16:59,,\n4,reply,T2,Li,2026-03-07 00:00,,\n"
    lines = timesheet(roster_of(ROSTER.encode(), MARKET_ZONE), events_of(more.encode(), MARKET_ZONE))
    assert [line.reading.parts for line in lines] == [10_000 * 479 // 480, 0, 8_750] and whole_shifts(lines) == 1


def test_only_what_a_shift_is_read_from_is_kept() -> None:
    events = events_of(EVENTS.encode("utf-8-sig"), MARKET_ZONE)
    assert [each.event_id for each in events] == ["1", "2"]
    assert "Zhang" not in repr(events) and "hello" not in repr(events)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (HEAD + "1,reply,T1,Li,2026-03-06 09:00,,\n1,reply,T2,Li,2026-03-06 09:00,,\n", "Line 3: this event_id"),
        (HEAD + "1,typed,T1,Li,2026-03-06 09:00,,\n", "Line 2: the kind"),
        (HEAD + "1,reply,T1,Li,yesterday,,\n", "Line 2: write moments"),
        (HEAD + "1,reply,T1,Li,0001-01-01 00:00,,\n", "Line 2: write moments"),
        (HEAD + "1,reply,,Li,2026-03-06 09:00,,\n", "Line 2: something is missing"),
        (HEAD + "1,reply\n", "Line 2: something is missing"),
        ("event_id,kind,agent,occurred_at\n", "no column ticket"),
        ("", "no column"),
    ],
)
def test_a_bad_file_of_events_is_refused_with_its_line(content: str, says: str) -> None:
    with translation.override("en"), pytest.raises(BadFile, match=says):
        events_of(content.encode(), MARKET_ZONE)


def test_a_night_on_which_clocks_change_has_its_real_length() -> None:
    (shift,) = roster_of(b"agent,starts_at,ends_at\nLi,2026-03-28 22:00,2026-03-29 06:00\n", ZoneInfo("Europe/London"))
    assert shift.window.planned == timedelta(hours=7)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(BadFile):
        events_of(b"\xff\xfe\x00", MARKET_ZONE)


def test_shifts_of_one_agent_may_touch_but_not_overlap_nor_end_before_they_begin() -> None:
    assert len(roster_of(ROSTER.encode(), MARKET_ZONE)) == 3
    with translation.override("en"):
        with pytest.raises(BadFile, match="Two shifts of Li overlap"):
            roster_of(ROSTER.replace("17:00,2026-03-07", "16:59,2026-03-07").encode(), MARKET_ZONE)
        with pytest.raises(BadFile, match="Line 2: the shift ends"):
            roster_of(b"agent,starts_at,ends_at\nLi,2026-03-06 09:00,2026-03-06 09:00\n", MARKET_ZONE)


def test_the_command_prints_the_timesheet_in_the_markets_time(tmp_path: Path) -> None:
    (roster := tmp_path / "roster.csv").write_text(ROSTER)
    (events := tmp_path / "events.csv").write_text(EVENTS)
    call_command("read_shifts", str(roster), str(events), "--json", stdout=(out := StringIO()))
    shown = json.loads(out.getvalue())
    assert (shown["whole_shifts"], len(shown["shifts"])) == (0, 3)
    first = shown["shifts"][0]
    assert (first["clock_in"], first["minutes_planned"], first["minutes_late"]) == ("2026-03-06T09:00:00+08:00", 480, 0)


def test_the_command_says_which_file_it_cannot_read(tmp_path: Path) -> None:
    (roster := tmp_path / "roster.csv").write_text(ROSTER)
    with pytest.raises(CommandError, match="nowhere"):
        call_command("read_shifts", str(roster), str(tmp_path / "nowhere.csv"), stdout=StringIO())
