"""Forecasts of the programs that talk to buyers: what they would have sent and offered, counted on the order store.

Nobody knows how a buyer who got no message would have answered one; so these count what is certain (orders, requests, touches
that would have been due, the limits of offers) and state the rest as assumptions: low, expected and high.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from aftersales.previews.results import TOP, Result
from aftersales.programs.refund_retention.rules import CAP_MAJOR
from marketplace.kernel.money import exponent
from merchants.models import Shop

#: Shares of requests that end with a money offer accepted: low, expected, high.
TAKE_UP = (0.05, 0.15, 0.30)
CHANNEL_COSTS = {"email": "cost_per_email", "sms": "cost_per_sms"}

# Steps that would have been due while the balance was open: three moments of each window, relative to it.
TOUCHES = """
WITH o AS MATERIALIZED (
  SELECT id, balance_amount, balance_opens_at AS opens, balance_closes_at AS closes, balance_paid_at AS paid
  FROM store_shoporder
  WHERE merchant_id = %(merchant)s AND shop_id = %(shop)s AND deposit_paid_at IS NOT NULL AND buyer_id IS NOT NULL
    AND balance_opens_at >= %(since)s AND balance_opens_at < %(until)s AND status <> 'cancelled' AND deposit_refunded_at IS NULL),
touch AS MATERIALIZED (
  SELECT o.id, s.step, s.at FROM o CROSS JOIN LATERAL (VALUES
    (1, o.opens + make_interval(mins => %(t1)s)),
    (2, o.opens + (o.closes - o.opens) * %(t2)s / 100),
    (3, o.closes - make_interval(mins => %(t3)s))) s(step, at)
  WHERE s.step <= %(most)s AND s.at < o.closes AND (o.paid IS NULL OR o.paid > s.at))
"""
TOUCHES_BY_DAY = TOUCHES + "SELECT (at AT TIME ZONE %(tz)s)::date, step, count(*) FROM touch GROUP BY 1, 2 ORDER BY 1, 2"
PRESALES = TOUCHES + (
    "SELECT count(*), coalesce(sum(balance_amount), 0)::bigint, count(*) FILTER (WHERE paid < closes),"
    " coalesce(sum(balance_amount) FILTER (WHERE paid IS NULL OR paid >= closes), 0)::bigint FROM o"
)
PRESALE_SKUS = TOUCHES + (
    "SELECT l.sku_id, count(*), count(*) FROM touch t"
    " JOIN store_shoporderline l ON l.merchant_id = %(merchant)s AND l.order_id = t.id"
    " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(top)s"
)
REQUESTS = """
WITH r AS MATERIALIZED (
  SELECT sku_id, (requested_at AT TIME ZONE %(tz)s)::date AS day, unit_amount * quantity AS asked,
         least(unit_amount * quantity * %(percent)s / 100, %(cap)s) AS card
  FROM store_refundrequest
  WHERE merchant_id = %(merchant)s AND shop_id = %(shop)s AND requested_at >= %(since)s AND requested_at < %(until)s
    AND currency = %(currency)s)
"""
REQUESTS_BY_DAY = REQUESTS + "SELECT day, count(*), sum(card)::bigint, sum(asked)::bigint FROM r GROUP BY 1 ORDER BY 1"
REQUEST_SKUS = REQUESTS + "SELECT sku_id, count(*), sum(card)::bigint FROM r GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT %(top)s"


@dataclass(frozen=True)
class Window:
    """A shop's local days `[since, until)`."""

    shop: Shop
    since: date
    until: date

    def rows(self, statement: str, **more: Any) -> list[tuple[Any, ...]]:
        """Run a statement over the window. Needs the merchant's scope."""
        values = {
            "merchant": self.shop.merchant_id, "shop": self.shop.pk, "tz": self.shop.timezone, "currency": self.shop.currency,
            "since": self._midnight(self.since), "until": self._midnight(self.until), "top": TOP, **more,
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.shop.timezone))


def presale(window: Window, settings: dict[str, Any]) -> Result:
    """Reminders that would have been due before the balance was paid, and their cost by the cheapest and dearest channel."""
    schedule = {
        "t1": settings["t1_after_minutes"], "t2": settings["t2_percent"], "t3": settings["t3_before_minutes"],
        "most": settings["max_touches"],
    }  # fmt: skip
    costs = {step: _costs(settings, step) for step in (1, 2, 3)}
    days: dict[date, tuple[int, int]] = {}
    low = high = 0
    for day, step, count in window.rows(TOUCHES_BY_DAY, **schedule):
        things, amount = days.get(day, (0, 0))
        days[day] = (things + count, amount + count * costs[step][1])
        low, high = low + count * costs[step][0], high + count * costs[step][2]
    orders, value, paid, unpaid = window.rows(PRESALES, **schedule)[0]
    per_touch = [costs[step][1] for step in (1, 2, 3)]
    skus = [(sku, count, count * max(per_touch)) for sku, count, _same in window.rows(PRESALE_SKUS, **schedule)]
    return Result(
        currency=window.shop.currency,
        days=[(day.isoformat(), *found) for day, found in sorted(days.items())],
        low=low,
        amount=sum(amount for _things, amount in days.values()),
        high=high,
        skus=skus,
        base_orders=orders,
        base_value=value,
        count=sum(things for things, _amount in days.values()),
        facts={"paid_without": paid, "unpaid_amount": unpaid},
    )


def _costs(settings: dict[str, Any], step: int) -> tuple[int, int, int]:
    """A touch by the cheapest, the preferred and the dearest of the step's channels."""
    prices = [int(settings.get(CHANNEL_COSTS.get(channel, ""), 0) or 0) for channel in settings[f"t{step}_channels"]]
    return (min(prices), prices[0], max(prices)) if prices else (0, 0, 0)


def retention(window: Window, settings: dict[str, Any]) -> Result:
    """Refund requests, the limit a money offer would have had on each, and what a share of them accepted would have cost."""
    cap = settings["cap_amount"]
    limits = {
        "percent": settings["cap_percent"],
        "cap": CAP_MAJOR * 10 ** exponent(window.shop.currency) if cap is None else cap,
    }
    rows = window.rows(REQUESTS_BY_DAY, **limits)
    most = sum(row[2] for row in rows)
    low, expected, high = (round(most * share) for share in TAKE_UP)
    return Result(
        currency=window.shop.currency,
        days=[(day.isoformat(), count, round(card * TAKE_UP[1])) for day, count, card, _asked in rows],
        low=low,
        amount=expected,
        high=high,
        skus=[(sku, count, round(card * TAKE_UP[1])) for sku, count, card in window.rows(REQUEST_SKUS, **limits)],
        base_orders=sum(row[1] for row in rows),
        base_value=sum(row[3] for row in rows),
        count=sum(row[1] for row in rows),
    )
