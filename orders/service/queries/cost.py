"""What a listing would have cost a merchant on its own past orders (B4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from providers.listings.fees import MonthFee, month_fee
from providers.listings.models import PublicListing

MONTH = timedelta(days=30)
MONTHS = 3
#: Paid orders by the month they were placed in. Shipping is nobody's sale; a refund counts up to what the goods cost.
SALES = """
SELECT floor(extract(epoch FROM o.placed_at - %(since)s) / %(month)s)::int AS month, count(*),
       sum(greatest(o.captured_amount - o.shipping_amount, 0)),
       sum(least(o.refunded_amount, greatest(o.captured_amount - o.shipping_amount, 0)))
FROM store_shoporder o
WHERE o.merchant_id = %(merchant)s AND o.currency = %(currency)s AND o.placed_at >= %(since)s AND o.placed_at < %(until)s
  AND o.paid_at IS NOT NULL AND o.status <> 'cancelled' AND (%(shop)s::bigint IS NULL OR o.shop_id = %(shop)s)
GROUP BY 1
"""


@dataclass(frozen=True)
class Month:
    """Thirty days of a merchant's own orders and what they would have cost. Amounts are minor units."""

    since: datetime
    until: datetime
    orders: int
    sales: int
    returned: int
    fee: MonthFee

    @property
    def share(self) -> float | None:
        """The total as a share of the counted sales; None without sales."""
        return self.fee.total / self.fee.counted if self.fee.counted else None


@dataclass(frozen=True)
class Replay:
    """Three months, oldest first, and their sum."""

    currency: str
    months: Sequence[Month]

    @property
    def orders(self) -> int:
        return sum(month.orders for month in self.months)

    @property
    def counted(self) -> int:
        return sum(month.fee.counted for month in self.months)

    @property
    def sales(self) -> int:
        return sum(month.sales for month in self.months)

    @property
    def returned(self) -> int:
        return sum(month.returned for month in self.months)

    @property
    def base(self) -> int:
        return sum(month.fee.base for month in self.months)

    @property
    def commission(self) -> int:
        return sum(month.fee.commission for month in self.months)

    @property
    def total(self) -> int:
        return self.base + self.commission

    @property
    def share(self) -> float | None:
        return self.total / self.counted if self.counted else None


def replay(*, merchant_id: int, listing: PublicListing, package: str, shop_id: int | None, as_of: datetime) -> Replay:
    """The last 90 days before `as_of` as three months of 30 days, under one of the listing's packages. One statement.

    Raises LookupError when the listing has no such package or no commission.
    """
    base = next((p["price_minor"] for p in listing.offer.get("packages", ()) if p["key"] == package), None)
    commission = listing.offer.get("commission")
    if base is None or not commission:
        raise LookupError(package)
    since = as_of - MONTHS * MONTH
    found = _sales(merchant_id, listing.currency, shop_id, since, as_of)
    months = []
    for n in range(MONTHS):
        orders, sales, returned = found.get(n, (0, 0, 0))
        fee = month_fee(base_minor=base, commission=commission, sales_minor=sales, returned_minor=returned)
        months.append(Month(since + n * MONTH, since + (n + 1) * MONTH, orders, sales, returned, fee))
    return Replay(listing.currency, months)


def _sales(
    merchant_id: int, currency: str, shop_id: int | None, since: datetime, until: datetime
) -> dict[int, tuple[int, int, int]]:
    facts: dict[str, Any] = {
        "merchant": merchant_id, "currency": currency, "shop": shop_id, "since": since, "until": until,
        "month": int(MONTH.total_seconds()),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(SALES, facts)
        return {month: (orders, int(sales), int(returned)) for month, orders, sales, returned in cursor.fetchall()}


#: The same sums between two moments, for a contract's period.
PERIOD_SALES = """
SELECT count(*), coalesce(sum(greatest(o.captured_amount - o.shipping_amount, 0)), 0),
       coalesce(sum(least(o.refunded_amount, greatest(o.captured_amount - o.shipping_amount, 0))), 0)
FROM store_shoporder o
WHERE o.merchant_id = %(merchant)s AND o.currency = %(currency)s AND o.placed_at >= %(since)s AND o.placed_at < %(until)s
  AND o.paid_at IS NOT NULL AND o.status <> 'cancelled' AND (%(shop)s::bigint IS NULL OR o.shop_id = %(shop)s)
"""


def sales_between(
    *, merchant_id: int, currency: str, shop_id: int | None, since: datetime, until: datetime
) -> tuple[int, int, int]:
    """(paid orders, their sales, what of these was refunded) in minor units, of orders placed in [since, until)."""
    facts: dict[str, Any] = {
        "merchant": merchant_id, "currency": currency, "shop": shop_id, "since": since, "until": until,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(PERIOD_SALES, facts)
        orders, sales, returned = cursor.fetchone()
    return orders, int(sales), int(returned)
