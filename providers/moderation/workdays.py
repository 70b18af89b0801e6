"""The clock of reviews: two working days of the market's calendar."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from marketplace.kernel.market import MARKET_ZONE

#: The market keeps its own hours, whatever a shop's time zone is.
#: Working days until a decision is due (MARKET.md, O1).
REVIEW_DAYS = 2
#: How far holidays are read ahead; longer than any row of free days.
HORIZON = timedelta(days=45)


def is_working_day(day: date, exceptions: Mapping[date, bool]) -> bool:
    """Monday to Friday, unless the day is an exception: True is worked, False is free."""
    return exceptions.get(day, day.weekday() < 5)


def due_after(start: datetime, days: int, exceptions: Mapping[date, bool]) -> datetime:
    """The same time of day, `days` working days later. What comes in on a free day counts from the next working day's start.

    `start` is aware; so is the answer, in the market's zone.
    """
    local = start.astimezone(MARKET_ZONE)
    if not is_working_day(local.date(), exceptions):
        local = local.replace(hour=0, minute=0, second=0, microsecond=0)
        while not is_working_day(local.date(), exceptions):
            local += timedelta(days=1)
    for _day in range(days):
        local += timedelta(days=1)
        while not is_working_day(local.date(), exceptions):
            local += timedelta(days=1)
    return local
