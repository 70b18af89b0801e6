"""Reading what is held. Every query names the merchant, on top of row-level security."""

from typing import Any

from django.db.models import Count, QuerySet, Sum

from aftersales.guards.models import Breaker, SkuHold
from aftersales.models import Claim


def held(merchant_id: int, *, program: str = "", reason: str = "", currency: str = "") -> QuerySet[Claim]:
    """Held claims, oldest first, with what a row shows."""
    chosen = {name: value for name, value in (("program", program), ("reason", reason), ("currency", currency)) if value}
    found = Claim.objects.filter(merchant_id=merchant_id, state=Claim.State.HELD, **chosen)
    return found.select_related("order__shop", "line__sku", "run").order_by("id")


def held_totals(merchant_id: int) -> list[dict[str, Any]]:
    """Held claims and amounts by program, reason and currency."""
    found = Claim.objects.filter(merchant_id=merchant_id, state=Claim.State.HELD).values("program", "reason", "currency")
    return [
        dict(row) for row in found.annotate(count=Count("id"), amount=Sum("amount")).order_by("program", "reason", "currency")
    ]


def held_products(merchant_id: int) -> QuerySet[SkuHold]:
    """Products on hold, oldest first."""
    found = SkuHold.objects.filter(merchant_id=merchant_id, state=SkuHold.State.HELD)
    return found.select_related("sku__shop").order_by("id")


def claims_waiting_on(merchant_id: int, sku_ids: list[int]) -> dict[int, int]:
    """How many claims are held as price errors, by product."""
    found = Claim.objects.filter(
        merchant_id=merchant_id,
        state=Claim.State.HELD,
        reason="PRICE_ERROR",
        line__merchant_id=merchant_id,
        line__sku_id__in=sku_ids,
    )
    return dict(found.values_list("line__sku_id").annotate(count=Count("id")))


def open_breakers(merchant_id: int) -> QuerySet[Breaker]:
    return Breaker.objects.filter(merchant_id=merchant_id, closed_at__isnull=True).order_by("id")
