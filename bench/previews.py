"""A replay of ninety days over a large history: what a preview takes before a merchant switches the program on."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import connections

from aftersales.previews.replay import replayed
from aftersales.programs.price_protection.rules import DEFAULTS
from bench.result import Result
from bench.scratch import new_shop, settled
from bench.world import AS_OF, FILL, LINES_PER_ORDER, SKUS, STEP
from marketplace.tenancy.actor import CLI
from merchants.queries import shop_of
from orders.store.ingest.rows import ShopContext

DAYS = 90
# Orders spread evenly over the window. Every eighth product falls by a tenth, for three days of every forty and on days of its
# own: about three lines in a hundred, as many as in a real shop (Online Retail, 30 days).
PAID = "%(as_of)s::timestamptz - interval '90 days' * (1 - n * %(per_order)s::float / %(lines)s)"
PRICES = """
INSERT INTO store_pricepoint (merchant_id, sku_id, amount, currency, valid_from, valid_to, source, tier)
SELECT %(merchant)s, n, CASE WHEN phase = 0 AND n %% 8 = 0 THEN 900 ELSE 1000 END, 'GBP', t,
       t + interval '1 day' * CASE phase WHEN 0 THEN 3 ELSE 37 END, 'feed', ''
FROM generate_series(1, %(skus)s) n, generate_series(0, 3) turn, generate_series(0, 1) phase,
     LATERAL (SELECT %(as_of)s::timestamptz - interval '1 day' * (100 - n %% 40 - 40 * turn - 3 * phase) AS t) moment
"""


def shop_with_history(name: str, lines: int) -> ShopContext:
    """A shop of so many lines in ninety days, with prices that fall and rise again."""
    shop = new_shop(name)
    values: dict[str, Any] = {"merchant": shop.merchant_id, "shop": shop.shop_id, "skus": SKUS, "lines": lines, "as_of": AS_OF}
    values |= {"per_order": LINES_PER_ORDER}
    with connections["system"].cursor() as cursor:
        for statement in [*FILL[:3], PRICES]:
            text = statement.replace("{paid}", PAID)
            for low in range(1, lines + 1, STEP) if "%(low)s" in text else [1]:
                cursor.execute(text, {**values, "low": low, "high": min(low + STEP - 1, lines)})
    return shop


def run(scale: int) -> Iterator[Result]:
    """Ninety days of `scale` lines, replayed day by day under the default policy, against the ten seconds that are allowed."""
    shop = shop_with_history("previewed", scale)
    settled()
    stored = shop_of(merchant_id=shop.merchant_id, shop_id=shop.shop_id)
    since = AS_OF.date() - timedelta(days=DAYS)
    started = time.perf_counter()
    found = replayed(shop=stored, settings=DEFAULTS, since=since, until=AS_OF.date(), by=CLI, told=lambda _day: None)
    seconds = time.perf_counter() - started
    claims = sum(row[2] for row in found.by_day)
    yield Result(f"preview of {DAYS} days of {scale:,} lines ({claims:,} claims)", seconds, 10.0, 1.0)
