"""What a merchant asks about all programs at once: state, runs, cost. Every query names the merchant."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from aftersales.models import ProgramPolicy, ProgramRun

# What a program let pass, by local day: the memory of the breaker, which every spend goes through.
SPENT = """
SELECT h.program, h.currency, (h.hour AT TIME ZONE guard_zone(%(merchant)s))::date, sum(h.amount)::bigint, sum(h.claims)::int
FROM guards_spendhour h WHERE h.merchant_id = %(merchant)s AND h.hour >= %(since)s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


def policies_in_force(merchant_id: int) -> dict[str, ProgramPolicy]:
    """The version in force of each program that has one."""
    found = ProgramPolicy.objects.filter(merchant_id=merchant_id, valid_to__isnull=True).order_by("version")
    return {policy.program: policy for policy in found}


def last_runs(merchant_id: int) -> dict[str, ProgramRun]:
    """The newest run of each program that was no preview and no single order."""
    found = ProgramRun.objects.filter(merchant_id=merchant_id, dry_run=False, order__isnull=True)
    return {run.program: run for run in found.order_by("program", "-id").distinct("program")}


def spent_by_day(merchant_id: int, since: datetime) -> dict[tuple[str, str], dict[date, tuple[int, int]]]:
    """(amount, claims) by (program, currency) and local day, in minor units."""
    values: dict[str, Any] = {"merchant": merchant_id, "since": since}
    found: dict[tuple[str, str], dict[date, tuple[int, int]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(SPENT, values)
        for program, currency, day, amount, claims in cursor.fetchall():
            found.setdefault((program, currency), {})[day] = (amount, claims)
    return found


def next_run(interval: timedelta, at: datetime, tz: str) -> datetime:
    """When an automatic program runs next: at the next local midnight, or at the end of the current interval."""
    if interval < timedelta(days=1):
        seconds = int(interval.total_seconds())
        return datetime.fromtimestamp((int(at.timestamp()) // seconds + 1) * seconds, at.tzinfo)
    zone = ZoneInfo(tz)
    tomorrow = at.astimezone(zone).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone)
