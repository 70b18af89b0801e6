"""Weeks and their review, by the market's calendar: a week is over on Sunday night and looked at until Thursday night."""

from datetime import date, datetime, timedelta

from orders.service.calendar import ONE_DAY, day_of, start_of

WEEK = 7 * ONE_DAY
#: The merchant has at least so long, also where a timesheet comes late.
LEAST = timedelta(days=3)
#: Older weeks are not handed in any more.
MOST_WEEKS = 8
THURSDAY = 3


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def is_over(week: date, at: datetime) -> bool:
    return at >= start_of(week + WEEK)


def closes_at(at: datetime) -> datetime:
    """The end of the first Thursday that leaves at least three days to look. Handed in on a Monday: that week's Thursday."""
    day = day_of(at + LEAST)
    friday = day + timedelta(days=(THURSDAY - day.weekday()) % 7 + 1)
    return start_of(friday)


def open_weeks(started: date, ended: date | None, at: datetime) -> list[date]:
    """The Mondays of the contract's weeks that are over, newest first; the last eight."""
    last = monday_of(day_of(at)) - WEEK
    if ended is not None:
        last = min(last, monday_of(ended))
    first = max(monday_of(started), last - (MOST_WEEKS - 1) * WEEK, monday_of(day_of(at)) - MOST_WEEKS * WEEK)
    return [last - n * WEEK for n in range(MOST_WEEKS) if last - n * WEEK >= first]
