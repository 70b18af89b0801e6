"""When money is expected: releases wait their days, batches are drawn up on Mondays."""

from datetime import date, datetime, timedelta

from orders.payouts.accounts import ZONE
from orders.payouts.rules import BATCH_WEEKDAY, HOLD_DAYS, TOP_HOLD_DAYS
from providers.scorecards.models import PublicScore

TOP_LEVEL = 4


def payout_hold_days(provider_id: int) -> int:
    """How many days a release waits before it can be paid out: fewer at the highest level."""
    level = PublicScore.objects.filter(provider_id=provider_id).values_list("level", flat=True).first()
    return TOP_HOLD_DAYS if level == TOP_LEVEL else HOLD_DAYS


def payout_day(available_at: datetime) -> date:
    """The Monday with whose batch this leaves: the day it becomes available, when that is one, else the next."""
    day = available_at.astimezone(ZONE).date()
    return day + timedelta(days=(BATCH_WEEKDAY - day.weekday()) % 7)
