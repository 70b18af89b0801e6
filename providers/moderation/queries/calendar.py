"""The market's calendar of working days."""

from datetime import datetime

from providers.moderation.models import Holiday
from providers.moderation.workdays import HORIZON, MARKET_ZONE, REVIEW_DAYS, due_after


def review_due(at: datetime) -> datetime:
    """When what is handed in now must be decided: two working days later."""
    return working_days_later(at, REVIEW_DAYS)


def working_days_later(at: datetime, days: int) -> datetime:
    """The same time of day, so many of the market's working days later."""
    first = at.astimezone(MARKET_ZONE).date()
    found = Holiday.objects.filter(date__range=(first, first + HORIZON)).values_list("date", "is_working_day")
    return due_after(at, days, dict(found))
