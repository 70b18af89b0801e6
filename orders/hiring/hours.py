"""The response clock: business minutes between an invitation and the first answer.

Business hours are 9:00 to 18:00 of the market's working days (its calendar of free and worked days), in the market's zone.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from providers.moderation.workdays import MARKET_ZONE, is_working_day

OPENS, CLOSES = time(9), time(18)


def business_minutes(start: datetime, end: datetime, exceptions: Mapping[date, bool]) -> int:
    """Whole minutes of business hours between two aware moments; 0 when the end is not after the start."""
    first, last = start.astimezone(MARKET_ZONE), end.astimezone(MARKET_ZONE)
    total, day = timedelta(0), first.date()
    while day <= last.date():
        if is_working_day(day, exceptions):
            opens = datetime.combine(day, OPENS, MARKET_ZONE)
            closes = datetime.combine(day, CLOSES, MARKET_ZONE)
            total += max(min(closes, last) - max(opens, first), timedelta(0))
        day += timedelta(days=1)
    return int(total.total_seconds()) // 60
