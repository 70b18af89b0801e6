"""When money is expected: releases wait their days, batches are drawn up on Mondays."""

from datetime import date, datetime, timedelta

from orders.payouts.accounts import ZONE
from orders.payouts.rules import BATCH_WEEKDAY
from providers.scorecards.formula import LEVELS
from providers.scorecards.models import PublicScore


def payout_hold_days(provider_id: int) -> int:
    """How many days a release waits before it can be paid out: fewer at the highest level."""
    level = PublicScore.objects.filter(provider_id=provider_id).values_list("level", flat=True).first()
    return LEVELS[level or 1].payout_days


def payout_day(available_at: datetime) -> date:
    """The Monday with whose batch this leaves: the day it becomes available, when that is one, else the next."""
    day = available_at.astimezone(ZONE).date()
    return day + timedelta(days=(BATCH_WEEKDAY - day.weekday()) % 7)
