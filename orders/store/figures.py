"""What a merchant's orders say before and after: the numbers behind a provider's case study.

Asked by `providers.profiles` through its registry, in the merchant's scope; one statement whatever the number of orders.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import connection

from providers.profiles.cases.metrics import Figure

#: Days are local to each shop. Amounts are those of the currency most of the orders are in: sums never mix currencies.
STATEMENT = """
WITH spans AS MATERIALIZED (
  SELECT s.id AS shop_id, p.side,
         (p.lo::timestamp AT TIME ZONE s.timezone) AS lo, ((p.hi + 1)::timestamp AT TIME ZONE s.timezone) AS hi
  FROM merchants_shop s,
       (VALUES ('before', %(before_lo)s::date, %(before_hi)s::date), ('after', %(after_lo)s::date, %(after_hi)s::date))
         AS p (side, lo, hi)
  WHERE s.merchant_id = %(merchant)s
), paid AS (
  SELECT sp.side, o.currency, o.captured_amount, o.refunded_amount, o.buyer_id, o.paid_at,
         o.buyer_id IS NOT NULL AND EXISTS (
           SELECT 1 FROM store_shoporder e
           WHERE e.merchant_id = o.merchant_id AND e.buyer_id = o.buyer_id AND e.paid_at < o.paid_at) AS came_back
  FROM store_shoporder o JOIN spans sp ON sp.shop_id = o.shop_id AND o.paid_at >= sp.lo AND o.paid_at < sp.hi
  WHERE o.merchant_id = %(merchant)s AND o.captured_amount > 0
), main AS (
  SELECT currency FROM paid GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 1
)
SELECT side, count(*), sum(captured_amount)::bigint, sum(LEAST(refunded_amount, captured_amount))::bigint,
       count(*) FILTER (WHERE came_back)
FROM paid JOIN main USING (currency) GROUP BY side
"""
NOTHING = (0, 0, 0, 0)


def case_figures(
    merchant_id: int, metrics: Sequence[str], before: tuple[date, date], after: tuple[date, date]
) -> Mapping[str, Figure]:
    """The asked metrics, each with its values before and after and the paid orders behind them. Needs the merchant's scope."""
    values: dict[str, date | int] = {
        "merchant": merchant_id, "before_lo": before[0], "before_hi": before[1], "after_lo": after[0], "after_hi": after[1],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, values)
        sums = {side: (n, captured, refunded, returning) for side, n, captured, refunded, returning in cursor.fetchall()}
    sides = [(sums.get("before", NOTHING), _days(before)), (sums.get("after", NOTHING), _days(after))]
    found = {}
    for metric in metrics:
        one, two = (_value(metric, *side, days) for side, days in sides)
        found[metric] = Figure(before=one, after=two, n_before=sides[0][0][0], n_after=sides[1][0][0])
    return found


def _days(span: tuple[date, date]) -> int:
    return (span[1] - span[0]).days + 1


def _value(metric: str, n: int, captured: int, refunded: int, returning: int, days: int) -> int:
    """In the metric's unit (see `providers.profiles.cases.metrics`), rounded half up; 0 without orders."""
    top, bottom = {
        "sales_per_day": (captured, days),
        "orders_per_day": (n * 100, days),
        "average_order": (captured, n),
        "refund_rate": (refunded * 10_000, captured),
        "repeat_rate": (returning * 10_000, n),
    }[metric]
    return (2 * top + bottom) // (2 * bottom) if bottom else 0
