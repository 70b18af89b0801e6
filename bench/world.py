"""Synthetic shops: a long history, and lines of the last week whose price fell yesterday."""

from datetime import UTC, datetime
from typing import Any

from django.db import connections

from bench.scratch import new_shop
from orders.store.ingest.rows import ShopContext

AS_OF = datetime(2026, 6, 15, 12, tzinfo=UTC)
SKUS = 950
LINES_PER_ORDER = 5
FILL = (
    """INSERT INTO store_sku (merchant_id, id, shop_id, code, title, category, is_gift, is_bundle, is_clearance,
         is_flash, is_live_room)
       SELECT %(merchant)s, n, %(shop)s, 'S' || n, '', '', false, false, false, false, false
       FROM generate_series(1, %(skus)s) n""",
    """INSERT INTO store_shoporder (merchant_id, id, shop_id, external_ref, status, channel, currency, placed_at, paid_at,
         delivered_at, captured_amount, refunded_amount, shipping_amount, revision)
       SELECT %(merchant)s, n, %(shop)s, 'O' || n, 'delivered', 'account', 'GBP', t, t, t + interval '2 days', 10000, 0, 0, 0
       FROM generate_series(1, %(lines)s / %(per_order)s) n, LATERAL (SELECT {paid} AS t) moment""",
    """INSERT INTO store_shoporderline (merchant_id, id, order_id, sku_id, line_no, quantity, returned_quantity,
         open_aftersale_quantity, list_unit_amount, paid_amount, goodwill_amount, tax_rate_ppm, currency, channel, tier,
         placed_at, paid_at, delivered_at, revision)
       SELECT %(merchant)s, i, (i - 1) / %(per_order)s + 1, 1 + i %% %(skus)s, 1 + (i - 1) %% %(per_order)s, 2, 0, 0, 1000, 2000,
         0, 0, 'GBP', 'account', '', t, t, t + interval '2 days', 0
       FROM generate_series(%(low)s, %(high)s) i, LATERAL (SELECT (i - 1) / %(per_order)s + 1 AS n) o,
            LATERAL (SELECT {paid} AS t) moment""",
    """INSERT INTO store_pricepoint (merchant_id, sku_id, amount, currency, valid_from, valid_to, source, tier)
       SELECT %(merchant)s, n, 1000, 'GBP', %(as_of)s::timestamptz - interval '3 years',
              %(as_of)s::timestamptz - interval '1 day', 'feed', '' FROM generate_series(1, %(skus)s) n
       UNION ALL
       SELECT %(merchant)s, n, 900, 'GBP', %(as_of)s::timestamptz - interval '1 day', NULL, 'feed', ''
       FROM generate_series(1, %(skus)s) n""",
    """INSERT INTO store_promotion (merchant_id, shop_id, code, name, purchase_from, purchase_to, protected_until)
       VALUES (%(merchant)s, %(shop)s, 'SALE', 'Sale', %(as_of)s::timestamptz - interval '40 days',
               %(as_of)s::timestamptz - interval '39 days', %(as_of)s::timestamptz + interval '30 days')""",
)
# The history ends 60 days before; the affected lines, the last ones, were paid four days before.
PAID = """
%(as_of)s::timestamptz - CASE WHEN n > (%(lines)s - %(affected)s) / %(per_order)s THEN interval '4 days'
  ELSE interval '60 days' + interval '1000 days' * (1 - n * %(per_order)s::float / %(lines)s) END
"""
STEP = 500_000


def shop_with_drop(name: str, *, lines: int, affected: int) -> ShopContext:
    """A shop of so many order lines, the last `affected` of which are owed two pounds each under the default policy."""
    shop = new_shop(name)
    values: dict[str, Any] = {"merchant": shop.merchant_id, "shop": shop.shop_id, "skus": SKUS, "lines": lines, "as_of": AS_OF}
    values |= {"affected": affected, "per_order": LINES_PER_ORDER}
    with connections["system"].cursor() as cursor:
        for statement in FILL:
            text = statement.replace("{paid}", PAID)
            if "%(low)s" not in text:
                cursor.execute(text, values)
                continue
            for low in range(1, lines + 1, STEP):
                cursor.execute(text, {**values, "low": low, "high": min(low + STEP - 1, lines)})
    return shop
