"""Reading forecasts, and what really came after them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from aftersales.previews.models import Forecast
from marketplace.kernel.errors import NotFound

ORDERS = """
SELECT count(*), coalesce(sum(captured_amount), 0)::bigint FROM store_shoporder
WHERE merchant_id = %(merchant)s AND shop_id = %(shop)s AND paid_at >= %(since)s AND paid_at < %(until)s AND status <> 'cancelled'
"""
# What price protection really claimed since the forecast was made, by local day of the run.
CLAIMED = """
SELECT (r.as_of AT TIME ZONE %(tz)s)::date, sum(c.amount)::bigint
FROM aftersales_claim c
JOIN aftersales_programrun r ON r.merchant_id = %(merchant)s AND r.id = c.run_id
JOIN store_shoporder o ON o.merchant_id = %(merchant)s AND o.id = c.order_id AND o.shop_id = %(shop)s
WHERE c.merchant_id = %(merchant)s AND c.program = 'price_protection' AND c.state <> 'refused'
  AND r.as_of > %(since)s AND r.as_of <= %(until)s
GROUP BY 1 ORDER BY 1
"""
SENT = """
SELECT (t.sent_at AT TIME ZONE %(tz)s)::date,
       sum(coalesce((p.settings->>('cost_per_' || t.channel))::bigint, 0))::bigint
FROM (SELECT DISTINCT ON (message_key) message_key, sent_at, channel, policy_version, enrolment_id FROM presale_balance_touch
      WHERE merchant_id = %(merchant)s AND state = 'sent' ORDER BY message_key, id) t
JOIN presale_balance_enrolment e ON e.merchant_id = %(merchant)s AND e.id = t.enrolment_id AND e.shop_id = %(shop)s
LEFT JOIN aftersales_programpolicy p
  ON p.merchant_id = %(merchant)s AND p.program = 'presale_balance' AND p.version = t.policy_version
WHERE t.sent_at > %(since)s AND t.sent_at <= %(until)s GROUP BY 1 ORDER BY 1
"""
GIVEN = """
SELECT (c.withdrawn_at AT TIME ZONE %(tz)s)::date, sum(c.cost_amount)::bigint
FROM refund_retention_retentioncase c
JOIN store_refundrequest r ON r.merchant_id = %(merchant)s AND r.id = c.request_id AND r.shop_id = %(shop)s
WHERE c.merchant_id = %(merchant)s AND c.withdrawn_at > %(since)s AND c.withdrawn_at <= %(until)s GROUP BY 1 ORDER BY 1
"""
ACTUAL = {"price_protection": CLAIMED, "presale_balance": SENT, "refund_retention": GIVEN}


def forecasts(merchant_id: int, program: str) -> QuerySet[Forecast]:
    """A program's forecasts, the newest first."""
    return Forecast.objects.filter(merchant_id=merchant_id, program=program).select_related("shop").order_by("-id")


def access_forecast(*, merchant_id: int, pk: int) -> Forecast:
    """One forecast of the merchant. Raises NotFound for foreign and missing alike."""
    found = Forecast.objects.filter(merchant_id=merchant_id, pk=pk).select_related("shop").first()
    if found is None:
        raise NotFound("There is no such forecast.")
    return found


def unfinished() -> list[tuple[int, int]]:
    """(merchant, forecast) of every forecast that has not ended, across tenants (system role)."""
    found = Forecast.objects.using("system").filter(state__in=["waiting", "running"]).order_by("id")
    return list(found.values_list("merchant_id", "id")[:1_000])


def orders_between(*, merchant_id: int, shop_id: int, since: datetime, until: datetime) -> tuple[int, int]:
    """Paid orders of a shop and what was captured on them."""
    with connection.cursor() as cursor:
        cursor.execute(ORDERS, {"merchant": merchant_id, "shop": shop_id, "since": since, "until": until})
        count, value = cursor.fetchone()
    return int(count), int(value)


@dataclass(frozen=True)
class Actual:
    """Cost that really came, by local day."""

    days: list[tuple[date, int]]

    @property
    def amount(self) -> int:
        return sum(amount for _day, amount in self.days)


def actual(forecast: Forecast, *, as_of: datetime) -> Actual:
    """What the program really cost since the forecast was made. Needs the merchant's scope."""
    values: dict[str, Any] = {
        "merchant": forecast.merchant_id, "shop": forecast.shop_id, "tz": forecast.shop.timezone, "since": forecast.created_at,
        "until": as_of,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(ACTUAL[forecast.program], values)
        return Actual([(day, int(amount)) for day, amount in cursor.fetchall()])
