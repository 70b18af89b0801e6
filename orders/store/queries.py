"""Reading the order store. Every query names the merchant, on top of row-level security."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from marketplace.kernel.errors import NotFound
from merchants.models import Shop
from orders.store.models import (
    ImportBatch,
    PricePoint,
    QuarantinedRow,
    RefundRequest,
    ShopOrder,
    ShopOrderLine,
    Sku,
)


def shops(merchant_id: int) -> QuerySet[Shop]:
    """The merchant's shops by name."""
    return Shop.objects.filter(merchant_id=merchant_id).order_by("name", "id")


def orders(merchant_id: int) -> QuerySet[ShopOrder]:
    """The merchant's orders, newest first, with their shop."""
    return ShopOrder.objects.filter(merchant_id=merchant_id).select_related("shop").order_by("-placed_at", "-id")


def access_order(*, merchant_id: int, pk: int) -> ShopOrder:
    """One order of the merchant. Raises NotFound for foreign and missing alike."""
    found = orders(merchant_id).select_related("shop", "buyer").filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such order.")
    return found


def lines_of(order: ShopOrder) -> QuerySet[ShopOrderLine]:
    return (
        ShopOrderLine.objects.filter(merchant_id=order.merchant_id, order_id=order.pk).select_related("sku").order_by("line_no")
    )


def lines_by_id(merchant_id: int, ids: Iterable[int]) -> QuerySet[ShopOrderLine]:
    """Lines with their product, order and shop."""
    found = ShopOrderLine.objects.filter(merchant_id=merchant_id, pk__in=list(ids))
    return found.select_related("sku", "order__shop")


def refund_requests_of(order: ShopOrder) -> QuerySet[RefundRequest]:
    """Requests of which a part was matched to this order's lines."""
    return (
        RefundRequest.objects.filter(
            merchant_id=order.merchant_id,
            allocations__merchant_id=order.merchant_id,
            allocations__line__merchant_id=order.merchant_id,
            allocations__line__order_id=order.pk,
        )
        .select_related("sku")
        .distinct()
        .order_by("requested_at", "id")
    )


def skus(merchant_id: int) -> QuerySet[Sku]:
    return Sku.objects.filter(merchant_id=merchant_id).select_related("shop").order_by("code", "id")


def access_sku(*, merchant_id: int, pk: int) -> Sku:
    """One product of the merchant. Raises NotFound for foreign and missing alike."""
    found = skus(merchant_id).filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such product.")
    return found


def sales_of_skus(merchant_id: int, sku_ids: Iterable[int]) -> dict[int, int]:
    """Units sold per product."""
    rows = (
        ShopOrderLine.objects.filter(merchant_id=merchant_id, sku_id__in=list(sku_ids))
        .values("sku_id")
        .annotate(units=Sum("quantity"))
        .values_list("sku_id", "units")
    )
    return dict(rows)


def recent_points(merchant_id: int, sku_ids: Iterable[int]) -> dict[int, list[PricePoint]]:
    """Per product its base-tier price points, oldest first."""
    found: dict[int, list[PricePoint]] = {}
    points = PricePoint.objects.filter(merchant_id=merchant_id, sku_id__in=list(sku_ids), tier="").order_by("valid_from")
    for point in points:
        found.setdefault(point.sku_id, []).append(point)
    return found


def points_of(sku: Sku) -> QuerySet[PricePoint]:
    return PricePoint.objects.filter(merchant_id=sku.merchant_id, sku_id=sku.pk).order_by("-valid_from", "-id")


def lines_of_sku(sku: Sku) -> QuerySet[ShopOrderLine]:
    return (
        ShopOrderLine.objects.filter(merchant_id=sku.merchant_id, sku_id=sku.pk)
        .select_related("order")
        .order_by("-paid_at", "-id")
    )


def batches(merchant_id: int) -> QuerySet[ImportBatch]:
    return ImportBatch.objects.filter(merchant_id=merchant_id).select_related("shop").order_by("-created_at", "-id")


def access_batch(*, merchant_id: int, pk: int) -> ImportBatch:
    """One import of the merchant. Raises NotFound for foreign and missing alike."""
    found = batches(merchant_id).filter(pk=pk).first()
    if found is None:
        raise NotFound("There is no such import.")
    return found


def quarantine_of(batch: ImportBatch) -> QuerySet[QuarantinedRow]:
    return QuarantinedRow.objects.filter(merchant_id=batch.merchant_id, batch_id=batch.pk).order_by("row_no")


def daily_sales(merchant_id: int, *, since: datetime, until: datetime, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Captured amount and orders per day of the zone and currency in `[since, until)`."""
    rows = (
        ShopOrder.objects.filter(merchant_id=merchant_id, placed_at__gte=since, placed_at__lt=until)
        .annotate(day=TruncDate("placed_at", tzinfo=zone))
        .values("day", "currency")
        .annotate(captured=Sum("captured_amount"), count=Count("id"), refunded=Sum(F("refunded_amount")))
        .order_by("day")
    )
    return [dict(row) for row in rows]


def order_counts(merchant_id: int) -> dict[str, Any]:
    """How many orders there are, and when the last one was placed, in which shop's zone."""
    newest = orders(merchant_id).values_list("placed_at", "shop__timezone").first()
    waiting = Q(state__in=["unmatched", "partial"])
    return {
        "orders": ShopOrder.objects.filter(merchant_id=merchant_id).count(),
        "newest": newest and newest[0],
        "zone": newest and newest[1],
        "unmatched": RefundRequest.objects.filter(waiting, merchant_id=merchant_id).count(),
    }


def merchants_with_imports() -> list[tuple[int, int]]:
    """(merchant, batch) of every uploaded import that has not ended, across tenants (system role)."""
    found = ImportBatch.objects.using("system").exclude(state__in=["finished", "failed"]).exclude(stored_path="").order_by("id")
    return list(found.values_list("merchant_id", "id")[:1_000])
