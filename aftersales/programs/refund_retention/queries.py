"""Reading refund retention. Every query names the merchant, on top of row-level security."""

from typing import Any

from django.db import connection
from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import TruncMonth

from aftersales.guards.queries import is_killed
from aftersales.models import ProgramPolicy
from aftersales.programs.policies import active_policy
from aftersales.programs.price_protection import rules as protection
from aftersales.programs.refund_retention.models import RetentionCase
from aftersales.programs.refund_retention.rules import PROGRAM
from marketplace.kernel.errors import NotFound

#: Cases in which a card went out, or would have: the rows of the retained-value ledger.
CARDED = tuple(state for state in RetentionCase.State.values if state not in ("not_eligible", "holdout"))
SAVED = (RetentionCase.State.SAVED_PROVISIONAL, RetentionCase.State.SAVED_FINAL)


def cases(merchant_id: int) -> QuerySet[RetentionCase]:
    """Cases newest first, with what a row shows."""
    return (
        RetentionCase.objects.filter(merchant_id=merchant_id)
        .select_related("request__sku", "request__shop", "order", "buyer")
        .order_by("-id")
    )


def access_case(*, merchant_id: int, pk: int) -> RetentionCase:
    """One case of the merchant. Raises NotFound for foreign and missing alike."""
    found = cases(merchant_id).select_related("line", "claim", "run").filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such case.")
    return found


def state_counts(merchant_id: int) -> dict[str, int]:
    """How many cases are in each state."""
    rows = RetentionCase.objects.filter(merchant_id=merchant_id).values_list("state").annotate(count=Count("id"))
    return dict(rows.order_by("state"))


def totals(merchant_id: int) -> list[dict[str, Any]]:
    """Per currency: what the saved units were paid, goodwill, later price protection, and how many cases."""
    rows = (
        RetentionCase.objects.filter(merchant_id=merchant_id, state__in=[*SAVED, RetentionCase.State.REFUNDED])
        .values("currency")
        .annotate(saved=Sum("saved_amount"), cost=Sum("cost_amount"), later=Sum("later_amount"), count=Count("id"))
        .order_by("currency")
    )
    return [{**row, "net": row["saved"] - row["cost"] - row["later"]} for row in rows]


def by_month(merchant_id: int, *, currency: str, timezone: Any) -> list[dict[str, Any]]:
    """Per shop-local month of the request: asked back, saved and net in minor units, and the GMV paid in that month."""
    rows = (
        RetentionCase.objects.filter(merchant_id=merchant_id, currency=currency)
        .annotate(month=TruncMonth("requested_at", tzinfo=timezone))
        .values("month")
        .annotate(
            requests=Count("id"),
            asked=Sum("asked_amount"),
            saved=Sum("saved_amount"),
            net=Sum(F("saved_amount") - F("cost_amount") - F("later_amount")),
        )
        .order_by("month")
    )
    sold = _gmv(merchant_id, currency, str(timezone))
    return [{**row, "gmv": sold.get(row["month"].date(), 0)} for row in rows]


GMV = """
SELECT date_trunc('month', o.paid_at AT TIME ZONE %s)::date, sum(o.captured_amount)::bigint
FROM store_shoporder o WHERE o.merchant_id = %s AND o.currency = %s AND o.paid_at IS NOT NULL GROUP BY 1
"""


def _gmv(merchant_id: int, currency: str, timezone: str) -> dict[Any, int]:
    with connection.cursor() as cursor:
        cursor.execute(GMV, [timezone, merchant_id, currency])
        return dict(cursor.fetchall())


UNDECIDED = """
SELECT EXISTS (
  SELECT 1 FROM store_refundrequest r
  WHERE r.merchant_id = %(merchant)s AND r.outcome = 'open' AND r.state <> 'new'
    AND NOT EXISTS (SELECT 1 FROM refund_retention_retentioncase c WHERE c.merchant_id = %(merchant)s AND c.request_id = r.id))
"""


def has_undecided(merchant_id: int) -> bool:
    """Whether an open request waits for a decision. Needs the merchant's scope."""
    with connection.cursor() as cursor:
        cursor.execute(UNDECIDED, {"merchant": merchant_id})
        return bool(cursor.fetchone()[0])


def has_withdrawn(merchant_id: int) -> bool:
    """Whether a withdrawn case waits for its goodwill or price protection. Needs the merchant's scope."""
    found = RetentionCase.objects.filter(merchant_id=merchant_id, state=RetentionCase.State.WITHDRAWN)
    return found.exists() and (found.exclude(offer="price_protection").exists() or protection_settings(merchant_id) is not None)


def protection_settings(merchant_id: int) -> protection.Settings | None:
    """The policy of a price protection claim; None where none can be paid: stopped, or only previewed. Needs the scope."""
    policy = active_policy(merchant_id=merchant_id, program=protection.PROGRAM)
    settings = protection.validated(policy.settings if policy else {})
    return settings if protection.may_pay(settings) and not is_killed(merchant_id, protection.PROGRAM) else None


def merchants_with_work() -> list[int]:
    """Merchants that have the program's policy, across tenants (system role)."""
    found = ProgramPolicy.objects.using("system").filter(program=PROGRAM, valid_to__isnull=True)
    return list(found.values_list("merchant_id", flat=True).distinct().order_by("merchant_id"))


def ledger_rows(merchant_id: int) -> QuerySet[RetentionCase]:
    """The retained-value ledger: one row per request that got a card, newest first."""
    return cases(merchant_id).filter(state__in=CARDED)
