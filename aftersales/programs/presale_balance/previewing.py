"""What a preview shows beyond its counts: the messages of the whole window by hour, and some orders as examples."""

import json
from typing import Any

from django.db import connection

from aftersales.programs.contract import RunContext
from aftersales.programs.presale_balance.statements import SCHEDULE

_OPEN = """
WITH open AS MATERIALIZED (
  SELECT e.id, e.order_id, e.buyer_id, e.opens_at, e.closes_at, e.last_step, s.timezone AS tz,
         b.contact_cipher IS NOT NULL AS has_email, b.phone_cipher IS NOT NULL AS has_phone
  FROM presale_balance_enrolment e
  JOIN merchants_shop s ON s.merchant_id = %(merchant)s AND s.id = e.shop_id
  JOIN store_buyer b ON b.merchant_id = %(merchant)s AND b.id = e.buyer_id
  WHERE e.merchant_id = %(merchant)s AND e.next_due_at IS NOT NULL AND (%(shop)s IS NULL OR e.shop_id = %(shop)s)),
"""
_TOUCHES = """
SELECT {columns}
FROM open o JOIN kept k USING (tz, opens_at, closes_at, has_email, has_phone)
WHERE k.step > o.last_step AND k.due_at + make_interval(mins => %(max_late)s) >= %(as_of)s
"""
# One message per buyer and due time, as planning merges them.
BY_HOUR = _TOUCHES.format(
    columns="to_char(k.due_at AT TIME ZONE o.tz, 'YYYY-MM-DD HH24:00'), k.step, count(DISTINCT (o.buyer_id, k.due_at))"
)
SAMPLES = """
SELECT jsonb_build_object('order_id', id, 'opens_at', opens_at, 'closes_at', closes_at, 'touches', touches) FROM (
  SELECT o.order_id AS id, o.opens_at, o.closes_at,
         jsonb_agg(jsonb_build_object('step', k.step, 'at', k.due_at, 'channel', k.channel, 'shift', k.shift)
                   ORDER BY k.step) AS touches
  FROM (SELECT * FROM open ORDER BY id LIMIT 10) o JOIN kept k USING (tz, opens_at, closes_at, has_email, has_phone)
  WHERE k.step > o.last_step AND k.due_at + make_interval(mins => %(max_late)s) >= %(as_of)s
  GROUP BY o.id, o.order_id, o.opens_at, o.closes_at ORDER BY o.id) s
"""
HEAD = _OPEN + SCHEDULE.replace("{source}", "open")


def preview_rows(context: RunContext, values: dict[str, Any]) -> tuple[list[list[Any]], list[dict[str, Any]]]:
    """([local hour, step, messages], example orders) of everything enrolled, before the preview plans what is due now."""
    with connection.cursor() as cursor:
        cursor.execute(f"{HEAD} {BY_HOUR} GROUP BY 1, 2 ORDER BY 1, 2", values)
        by_hour = [list(row) for row in cursor.fetchall()]
        cursor.execute(f"{HEAD} {SAMPLES}", values)
        return by_hour, [json.loads(row) if isinstance(row, str) else row for (row,) in cursor.fetchall()]
