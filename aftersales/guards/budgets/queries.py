"""Reading budgets and what was used of them. Every query names the merchant, on top of row-level security."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from aftersales.guards.models import Alert, Budget

USED = """
WITH z AS (SELECT guard_zone(%(merchant)s) AS tz)
SELECT b.id, coalesce(max(u.used), 0)::bigint, coalesce(sum(u.used), 0)::bigint, count(u.id)
FROM guards_budget b CROSS JOIN z
LEFT JOIN guards_budgetuse u ON u.merchant_id = %(merchant)s AND u.budget_id = b.id
  AND u.slot = date_trunc(CASE b.level WHEN 'program_hour' THEN 'hour' ELSE 'day' END, %(at)s, z.tz)
WHERE b.merchant_id = %(merchant)s GROUP BY b.id
"""
HISTORY = """
SELECT (u.slot AT TIME ZONE guard_zone(%(merchant)s))::date AS day, sum(u.used)::bigint, max(u.used)::bigint
FROM guards_budgetuse u
WHERE u.merchant_id = %(merchant)s AND u.budget_id = %(budget)s AND u.slot >= %(since)s GROUP BY 1 ORDER BY 1
"""


def budgets(merchant_id: int) -> QuerySet[Budget]:
    return Budget.objects.filter(merchant_id=merchant_id).order_by("currency", "level", "program")


def used_now(merchant_id: int, at: datetime) -> dict[int, dict[str, int]]:
    """Per budget what was used in the current slot: `most` (the only, or the most expensive buyer), `total`, `slots`."""
    with connection.cursor() as cursor:
        cursor.execute(USED, {"merchant": merchant_id, "at": at})
        return {pk: {"most": most, "total": total, "slots": slots} for pk, most, total, slots in cursor.fetchall()}


def used_by_day(budget: Budget, *, at: datetime, days: int) -> list[tuple[Any, int, int]]:
    """(local day, total, largest slot) over the last days."""
    values: dict[str, Any] = {"merchant": budget.merchant_id, "budget": budget.pk, "since": at - timedelta(days=days)}
    with connection.cursor() as cursor:
        cursor.execute(HISTORY, values)
        return list(cursor.fetchall())


def unseen_alerts(merchant_id: int) -> QuerySet[Alert]:
    """Alerts nobody has marked as seen, newest first."""
    return Alert.objects.filter(merchant_id=merchant_id, seen_at__isnull=True).order_by("-id")
