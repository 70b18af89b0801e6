"""When a line's protection ends, and at which moment it must not have ended: one definition for runs, questions about one order,
what they are refused for, and promises made by other programs.

Day N after the anchor ends 24:00 in the shop's zone; a sale may extend that. The end itself lies outside: `[from, to)`.
"""

import json
from datetime import datetime
from typing import Any

from aftersales.programs.contract import RunContext
from aftersales.programs.price_protection.rules import Settings

#: A line that is not delivered or completed yet is bound by 'infinity' there.
ANCHORS = {"paid": "paid_at", "delivered": "delivered_bound", "completed": "completed_bound"}
#: Of a product `k`.
DAYS = "coalesce((%(window_days_by_category)s::jsonb ->> k.category)::int, %(window_days)s)"
#: Of a row `m` with paid_at, shop_id and code.
PROMO_UNTIL = """(
    SELECT max(r.protected_until) FROM store_promotion r
    WHERE r.merchant_id = %(merchant)s AND r.shop_id = m.shop_id AND (r.sku_codes IS NULL OR m.code = ANY (r.sku_codes))
      AND m.paid_at >= r.purchase_from AND m.paid_at < r.purchase_to)"""
#: Of a row `m` that also has anchor_at, tz and days.
WINDOW_TO = "greatest(((m.anchor_at AT TIME ZONE m.tz)::date + m.days + 1)::timestamp AT TIME ZONE m.tz, {promo_until})"
#: Of one order line `l`, whatever the policy: where lines are few, or not read by their anchor.
LINE_WINDOW_TO = f"""(
    SELECT coalesce({WINDOW_TO.format(promo_until=f"CASE WHEN %(promo_extension)s THEN {PROMO_UNTIL} END")}, 'infinity')
    FROM (
      SELECT CASE %(window_anchor)s WHEN 'paid' THEN l.paid_at WHEN 'completed' THEN l.completed_bound
                                    ELSE l.delivered_bound END AS anchor_at,
             l.paid_at, s.timezone AS tz, {DAYS} AS days, k.shop_id, k.code
      FROM store_sku k JOIN merchants_shop s ON s.merchant_id = k.merchant_id AND s.id = k.shop_id
      WHERE k.merchant_id = %(merchant)s AND k.id = l.sku_id) m)"""


def window_values(settings: Settings) -> dict[str, Any]:
    """The policy's part of the definition, as query parameters."""
    return {
        "window_anchor": settings["window_anchor"],
        "window_days": settings["window_days"],
        "window_days_by_category": json.dumps(settings["window_days_by_category"]),
        "promo_extension": settings["promo_extension"],
    }


def asked_at(context: RunContext) -> datetime | None:
    """When somebody asked for one order's protection, which must not have ended then; None for a run over all orders.

    A promise counts from the moment it was made: what another program offered inside the window is not lost by the time it takes.
    """
    return None if context.order_id is None else context.promised_at or context.as_of
