"""Days and periods of contracts, in the market's zone (Asia/Shanghai)."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta

from marketplace.kernel.market import MARKET_ZONE

ZONE = MARKET_ZONE
ONE_DAY = timedelta(days=1)


def day_of(moment: datetime) -> date:
    """The market's day."""
    return moment.astimezone(ZONE).date()


def start_of(day: date) -> datetime:
    """The first moment of a day of the market's, in UTC."""
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The moment a day of the market's is over, in UTC."""
    return start_of(day + ONE_DAY)


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the month's last day where there is none: 31 January + 1 is 28 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def period(start: date, number: int, months: int) -> tuple[date, date]:
    """First and last day of the n-th period (from 0) since a start; periods are reckoned from the start, so none drifts."""
    return months_later(start, number * months), months_later(start, (number + 1) * months) - ONE_DAY
