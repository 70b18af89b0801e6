"""Reading programs: policies, runs, claims, payouts. Every query names the merchant, on top of row-level security."""

from typing import Any

from django.db.models import Count, Prefetch, QuerySet, Sum

from aftersales.models import Claim, Payout, ProgramPolicy, ProgramRun
from marketplace.kernel.errors import NotFound
from orders.store.models import ShopOrder

#: What has to be looked at first, first.
FURTHEST_FIRST = ("failed", "unknown", "retry", "reserved", "submitted", "paid")


def runs(merchant_id: int, program: str) -> QuerySet[ProgramRun]:
    """Runs that may pay, newest first."""
    return (
        ProgramRun.objects.filter(merchant_id=merchant_id, program=program, dry_run=False)
        .select_related("policy", "shop")
        .order_by("-id")
    )


def access_run(*, merchant_id: int, pk: int) -> ProgramRun:
    """One run or preview of the merchant. Raises NotFound for foreign and missing alike."""
    found = ProgramRun.objects.filter(merchant_id=merchant_id, pk=pk).select_related("shop").first()
    if found is None:
        raise NotFound("There is no such run.")
    return found


def claims(merchant_id: int, program: str) -> QuerySet[Claim]:
    """Claims newest first, with what a row shows."""
    payouts = Payout.objects.filter(merchant_id=merchant_id).order_by("-id")
    return (
        Claim.objects.filter(merchant_id=merchant_id, program=program)
        .select_related("order__shop", "line__sku__shop", "line__order")
        .prefetch_related(Prefetch("payouts", queryset=payouts))
        .order_by("-id")
    )


def claims_of_order(order: ShopOrder) -> QuerySet[Claim]:
    return claims(order.merchant_id, "price_protection").filter(order_id=order.pk)


def access_claim(*, merchant_id: int, pk: int) -> Claim:
    """One claim of the merchant. Raises NotFound for foreign and missing alike."""
    found = claims(merchant_id, "price_protection").select_related("run").filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such claim.")
    return found


def shown_state(claim: Claim) -> str:
    """The state people care about: its payouts', or the claim's own where there is none.

    Of a claim that goes back by several means the newest payout of each counts, and of those the one that is furthest from done.
    """
    newest = {payout.tender_id: payout.state for payout in reversed(claim.payouts.all())}
    return next((state for state in FURTHEST_FIRST if state in newest.values()), claim.state)


def claim_totals(merchant_id: int, program: str) -> list[dict[str, Any]]:
    """Claims and amounts by state and currency."""
    found = Claim.objects.filter(merchant_id=merchant_id, program=program).values("state", "currency")
    return [dict(row) for row in found.annotate(count=Count("id"), amount=Sum("amount")).order_by("state")]


def payout_totals(merchant_id: int, program: str) -> list[dict[str, Any]]:
    """A program's payouts and amounts by state and currency."""
    own = {"merchant_id": merchant_id, "claim__merchant_id": merchant_id, "claim__program": program}
    found = Payout.objects.filter(**own).values("state", "currency")
    return [dict(row) for row in found.annotate(count=Count("id"), amount=Sum("amount")).order_by("state")]


def protected_amount(order: ShopOrder) -> int:
    """What price protection has booked on an order and not refused, in minor units."""
    found = Claim.objects.filter(merchant_id=order.merchant_id, order_id=order.pk).exclude(state="refused")
    return int(found.aggregate(total=Sum("amount"))["total"] or 0)


def unfinished_runs() -> list[tuple[int, int]]:
    """(merchant, run) of every run that has not ended, across tenants (system role)."""
    found = ProgramRun.objects.using("system").filter(state__in=["waiting", "running"]).order_by("id")
    return list(found.values_list("merchant_id", "id")[:1_000])


def merchants_with_open_payouts() -> list[int]:
    """Merchants with payouts that are not final, or that buyers are still to be told of, across tenants (system role)."""
    payouts = Payout.objects.using("system").order_by()
    moving = payouts.exclude(state__in=["paid", "failed"]).values_list("merchant_id", flat=True)
    untold = payouts.filter(notice_due=True).values_list("merchant_id", flat=True)
    return sorted(moving.union(untold))


def automatic_policies() -> list[tuple[int, str]]:
    """(merchant, program) of every policy in force that runs by itself, across tenants (system role)."""
    found = ProgramPolicy.objects.using("system").filter(valid_to__isnull=True, is_automatic=True)
    return list(found.values_list("merchant_id", "program").order_by("merchant_id"))
