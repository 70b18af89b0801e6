"""Reading reconciliation cases. Every query names the merchant, on top of row-level security."""

from datetime import datetime, timedelta
from itertools import pairwise

from django.db.models import Count, Q, QuerySet

from aftersales.guards.models import ReconciliationCase, ReconciliationRun
from aftersales.models import Payout
from marketplace.kernel.errors import NotFound

#: Ages in days: under a day, a week, a month, and older.
AGES = (1, 7, 30)


def cases(merchant_id: int) -> QuerySet[ReconciliationCase]:
    """Cases, oldest first: what waited longest is looked at first."""
    return ReconciliationCase.objects.filter(merchant_id=merchant_id).select_related("order").order_by("opened_at", "id")


def access_case(*, merchant_id: int, pk: int) -> ReconciliationCase:
    """One case of the merchant. Raises NotFound for foreign and missing alike."""
    found = cases(merchant_id).select_related("order__shop", "payout__claim").filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such case.")
    return found


def unsettled_by_age(merchant_id: int, at: datetime) -> list[int]:
    """How many cases are open or explained per age bucket of AGES, the last one for what is older."""
    edges = [at - timedelta(days=days) for days in AGES]
    found = ReconciliationCase.objects.filter(merchant_id=merchant_id).exclude(state=ReconciliationCase.State.RESOLVED)
    between = [Q(opened_at__gt=older, opened_at__lte=newer) for newer, older in pairwise(edges)]
    spans = [Q(opened_at__gt=edges[0]), *between, Q(opened_at__lte=edges[-1])]
    counted = found.aggregate(**{f"n{place}": Count("id", filter=span) for place, span in enumerate(spans)})
    return [counted[f"n{place}"] for place in range(len(spans))]


def access_run(*, merchant_id: int, pk: int) -> ReconciliationRun:
    """One comparison of the merchant. Raises NotFound for foreign and missing alike."""
    found = ReconciliationRun.objects.filter(merchant_id=merchant_id, pk=pk).first()
    if found is None:
        raise NotFound("There is no such comparison.")
    return found


def last_run(merchant_id: int) -> ReconciliationRun | None:
    """The newest finished comparison."""
    found = ReconciliationRun.objects.filter(merchant_id=merchant_id, finished_at__isnull=False)
    return found.order_by("-finished_at").first()


def merchants_with_payouts() -> list[int]:
    """Merchants that have paid anything, across tenants (system role)."""
    return list(Payout.objects.using("system").order_by("merchant_id").values_list("merchant_id", flat=True).distinct())


def unfinished_runs() -> list[tuple[int, int]]:
    """(merchant, run) of every comparison that was opened and not finished, across tenants (system role)."""
    found = ReconciliationRun.objects.using("system").filter(finished_at__isnull=True).order_by("id")
    return list(found.values_list("merchant_id", "id")[:1_000])
