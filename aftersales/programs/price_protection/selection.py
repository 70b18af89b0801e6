"""Filling in the selection: the same query for a batch and for one line."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from aftersales.programs.price_protection.rules import Settings
from marketplace.kernel.money import ZERO_DECIMAL

HERE = Path(__file__).parent


def _statement(name: str) -> str:
    """A statement without its comment lines, which must not be filled in."""
    lines = (HERE / name).read_text().splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("--"))


SELECTION, DECIDED, CLAIM = _statement("selection.sql"), _statement("decided.sql"), _statement("claim.sql")
REFUSE = _statement("refuse.sql")
ANCHORS = {"paid": "paid_at", "delivered": "delivered_bound", "completed": "completed_bound"}
LINE_COLUMNS = """
    l.id AS line_id, l.order_id, l.line_no, l.quantity, l.returned_quantity, l.open_aftersale_quantity, l.paid_amount,
    l.goodwill_amount, l.tax_rate_ppm, l.currency, l.paid_at, l.deposit_paid_at, l.revision AS line_revision,
    l.tier AS line_tier, l.{anchor} AS anchor_at
""".strip()
# What a line must be like to be compared with a price point at all. Both stand where lines are read by their index: reading them
# again by number for every pair would cost as much again, and on a wrong estimate the whole table.
LINE_RULES = """(%(channel)s IS NULL OR l.channel = %(channel)s) AND (%(max_quantity)s IS NULL OR l.quantity <= %(max_quantity)s)
      AND ((l.paid_amount > 0 AND (l.paid_amount - 1) / l.quantity >= p.price) OR l.currency <> p.price_currency)"""
# With the delivery as anchor nothing ties it to the payment, and every price would be held against all later deliveries. Almost
# all lines arrive within 30 days: those are looked for in that range, the few others in an index of their own.
# IS TRUE keeps the payment out of the choice of an index: the one by payment has no lower bound here and reads all history.
PAID_CHECK = " IS TRUE"
PROMPT_ONLY = "AND NOT l.is_slow"
SLOW_BRANCH = """
  UNION ALL
  SELECT p.*, l.*
  FROM point p
  CROSS JOIN LATERAL (
    SELECT {line_columns} FROM store_shoporderline l
    WHERE l.merchant_id = %(merchant)s AND l.sku_id = p.sku_id AND l.is_slow
      AND l.delivered_bound >= p.anchor_from AND l.delivered_bound <= p.anchor_to AND l.paid_at < p.valid_from
      AND l.paid_at <= %(as_of)s {line_filter}
      AND {line_rules} OFFSET 0) l
"""
PROMO_BRANCH = """
  UNION ALL
  SELECT p.*, l.*
  FROM point p
  JOIN store_promotion r ON r.merchant_id = %(merchant)s AND r.shop_id = p.shop_id AND r.protected_until > p.valid_from
   AND (r.sku_codes IS NULL OR p.code = ANY (r.sku_codes))
  CROSS JOIN LATERAL (
    SELECT {line_columns} FROM store_shoporderline l
    WHERE l.merchant_id = %(merchant)s AND l.sku_id = p.sku_id
      AND l.paid_at >= r.purchase_from AND l.paid_at < r.purchase_to
      AND (l.paid_at < p.valid_from OR l.deposit_paid_at < p.valid_from) AND l.paid_at <= %(as_of)s {line_filter}
      AND {line_rules} OFFSET 0) l
"""
PROMO_UNTIL = """(
    SELECT max(r.protected_until) FROM store_promotion r
    WHERE r.merchant_id = %(merchant)s AND r.shop_id = m.shop_id AND (r.sku_codes IS NULL OR m.code = ANY (r.sku_codes))
      AND m.paid_at >= r.purchase_from AND m.paid_at < r.purchase_to)"""


def decided_sql(settings: Settings, *, keep: bool, single: bool = False) -> str:
    """The statement that fills the temporary table `decided`, for the policy's anchor and extensions."""
    line_filter = "AND l.order_id = %(order)s" if single else ""
    anchor = ANCHORS[settings["window_anchor"]]
    shared = {"line_filter": line_filter, "line_rules": LINE_RULES, "line_columns": LINE_COLUMNS.format(anchor=anchor)}
    by_delivery = settings["window_anchor"] == "delivered"
    branch = PROMO_BRANCH.format(**shared) if settings["promo_extension"] else ""
    selection = SELECTION.format(
        anchor=anchor,
        promo_branch=branch,
        promo_until=PROMO_UNTIL if settings["promo_extension"] else "NULL",
        anchor_end="prompt_to" if by_delivery else "anchor_to",
        paid_check=PAID_CHECK if by_delivery else "",
        prompt_only=PROMPT_ONLY if by_delivery else "",
        slow_branch=SLOW_BRANCH.format(**shared) if by_delivery else "",
        **shared,
        sku_filter="AND p.sku_id = ANY (%(skus)s)" if single else "",
    )
    return DECIDED.format(keep="" if keep else "ON COMMIT DROP", selection=selection)


def parameters(settings: Settings, *, merchant_id: int, shop_id: int | None, as_of: datetime) -> dict[str, Any]:
    """The policy and the moment as query parameters."""
    return {
        "merchant": merchant_id,
        "shop": shop_id,
        "as_of": as_of,
        "as_of_text": as_of.isoformat(),
        "window_days": settings["window_days"],
        "window_days_by_category": json.dumps(settings["window_days_by_category"]),
        "skip_purchase_day": settings["purchase_day"] == "exclude",
        "lowest": settings["price_point"] == "lowest",
        "late_claims": settings["late_claims"],
        "exclude": settings["exclude"],
        "channel": settings["channel"],
        "max_quantity": settings["max_quantity"],
        "own_tier": settings["member_price"] == "own_tier",
        "deduct_returns": settings["returns"] == "deduct",
        "refuse_open": settings["open_aftersale"] == "refuse",
        "max_claims": settings["max_claims_per_line"],
        "min_diff": settings["min_diff"],
        "zero_decimal": sorted(ZERO_DECIMAL),
        "hold_percent": settings["price_error_hold"],
        "cap": settings["cap_per_claim"],
        "headroom": settings["headroom"],
    }
