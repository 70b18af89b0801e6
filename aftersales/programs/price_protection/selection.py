"""Filling in the selection: the same query for a batch and for one line."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from aftersales.guards.models import SkuHold
from aftersales.programs.price_protection.rules import Settings
from aftersales.programs.price_protection.windows import ANCHORS, DAYS, LINE_WINDOW_TO, PROMO_UNTIL, WINDOW_TO, window_values
from marketplace.kernel.money import ZERO_DECIMAL
from orders.store.models import Coupon, OrderTender

HERE = Path(__file__).parent


def statement(name: str) -> str:
    """A statement without its comment lines, which must not be filled in."""
    lines = (HERE / name).read_text().splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("--"))


SELECTION, DECIDED = statement("selection.sql"), statement("decided.sql")
REFUSE = statement("refuse.sql").format(window_to=LINE_WINDOW_TO)
LINE_COLUMNS = """
    l.id AS line_id, l.order_id, l.line_no, l.quantity, l.returned_quantity, l.open_aftersale_quantity, l.paid_amount,
    l.goodwill_amount, l.gift_amount, l.tax_rate_ppm, l.currency, l.paid_at, l.deposit_paid_at, l.revision AS line_revision,
    l.tier AS line_tier, l.{anchor} AS anchor_at
""".strip()
# What a line must be like to be compared with a price point at all. Both stand where lines are read by their index: reading them
# again by number for every pair would cost as much again, and on a wrong estimate the whole table.
LINE_RULES = """(%(channel)s IS NULL OR l.channel = %(channel)s) AND (%(max_quantity)s IS NULL OR l.quantity <= %(max_quantity)s)
      AND l.removed_at IS NULL
      AND ((l.paid_amount > 0 AND (l.paid_amount - 1) / l.quantity >= p.price) OR l.currency <> p.price_currency {coupon_drop})"""
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


# Coupons. The first rule lets every line pass that a coupon could make cheaper, whatever is kept of it; the second one decides.
COUPON_DROP = "OR (p.coupon_id IS NOT NULL AND l.paid_amount > 0 AND l.paid_amount / l.quantity + 1 + p.face > p.price)"
COUPON_OFFERS = """UNION ALL
    SELECT greatest(p.valid_from, c.valid_from), least(coalesce(p.valid_to, 'infinity'), coalesce(c.valid_to, 'infinity')), c.id,
           c.face_amount, c.threshold_amount
    FROM store_coupon c
    WHERE c.merchant_id = %(merchant)s AND c.shop_id = k.shop_id AND c.valid_from <= %(as_of)s AND p.currency = s.currency
      AND (c.is_public OR %(held_coupons)s) AND (c.sku_codes IS NULL OR k.code = ANY (c.sku_codes))
      AND greatest(p.valid_from, c.valid_from) < least(coalesce(p.valid_to, 'infinity'), coalesce(c.valid_to, 'infinity'))"""
COUPON_RULES = """AND (m.coupon_id IS NULL OR (
    m.price_currency = m.currency AND k.kept > 0
    AND k.kept::numeric * m.price >= m.threshold AND k.kept::numeric * m.price > m.face
    AND k.basis > k.kept::numeric * m.price - m.face
    AND EXISTS (
      SELECT 1 FROM store_shoporder o
      LEFT JOIN store_couponholding h ON h.merchant_id = o.merchant_id AND h.coupon_id = m.coupon_id AND h.buyer_id = o.buyer_id
      WHERE o.merchant_id = %(merchant)s AND o.id = m.order_id
        AND CASE WHEN h.id IS NOT NULL THEN h.state = 'held'
                 ELSE NOT %(held_coupons)s AND (o.buyer_id IS NOT NULL OR NOT %(consume)s) END)))"""
# One coupon, one benefit: of a buyer's lines that would get money by one coupon the first does, the others are compared without.
FALLBACK = """) UNION ALL (
  SELECT DISTINCT ON (t.line_id) t.*, true AS is_fallback
  FROM timed t
  WHERE t.coupon_id IS NULL AND {in_time}
  ORDER BY t.line_id, {order}"""
CONTEST = """turn AS (
  SELECT p.line_id, row_number() OVER (PARTITION BY p.buyer_id, p.coupon_id ORDER BY p.order_id, p.line_no, p.line_id) AS n
  FROM priced p WHERE NOT p.is_fallback AND p.coupon_id IS NOT NULL AND p.refusal IS NULL),"""
SETTLED = """(
    SELECT p.* FROM priced p LEFT JOIN turn ON turn.line_id = p.line_id
    WHERE CASE WHEN p.is_fallback THEN turn.n > 1 ELSE coalesce(turn.n, 1) = 1 END)"""
TENDERS = """SELECT sum(t.captured_amount - t.refunded_amount) AS has_left FROM store_ordertender t
    WHERE c.refusal IS NULL AND t.merchant_id = %(merchant)s AND t.order_id = c.order_id"""
NO_TENDERS = "SELECT NULL::bigint AS has_left"


# What an offer must be like to count for a line, and which of several counts: the cheapest.
IN_TIME = """t.valid_from < t.window_to AND t.valid_to > t.window_from
    AND (%(open_at)s < t.window_to OR %(late)s)
    AND (%(lowest)s OR t.valid_to > least(%(as_of)s, t.window_to - interval '1 microsecond'))"""
OFFER_ORDER = """t.price_currency = t.currency DESC, t.cost_now, t.price, t.valid_from, t.window_to DESC,
    t.coupon_id NULLS FIRST"""


# Products that wait for a person because of a price, and prices a person found right.
NOT_RELEASED = """AND NOT EXISTS (
           SELECT 1 FROM guards_skuhold h
           WHERE h.merchant_id = %(merchant)s AND h.sku_id = p.sku_id AND h.currency = p.price_currency AND h.state = 'released'
             AND h.price <= p.price)"""
IS_HELD = """OR (%(hold_percent)s IS NOT NULL AND EXISTS (
          SELECT 1 FROM guards_skuhold h WHERE h.merchant_id = %(merchant)s AND h.sku_id = p.sku_id AND h.state = 'held'))"""


@dataclass(frozen=True)
class Facts:
    """What a merchant's order store has of the rarer things; the statement leaves out what is not there."""

    coupons: bool = False
    tenders: bool = False
    holds: bool = False


NOTHING_RARE = Facts()


def facts_of(merchant_id: int) -> Facts:
    """Needs the merchant's scope."""
    return Facts(
        coupons=Coupon.objects.filter(merchant_id=merchant_id).exists(),
        tenders=OrderTender.objects.filter(merchant_id=merchant_id).exists(),
        holds=SkuHold.objects.filter(merchant_id=merchant_id).exists(),
    )


#: By `by_sku`.
NARROWED = {
    False: "AND p.sku_id = ANY (%(skus)s)",
    True: "AND p.sku_id = ANY (%(skus)s) AND (p.valid_to IS NULL OR p.valid_to > %(before)s)",
}


def decided_sql(
    settings: Settings, *, keep: bool, single: bool = False, by_sku: bool = False, facts: Facts = NOTHING_RARE
) -> str:
    """The statement that fills the temporary table `decided`, for the policy's anchor and extensions.

    `single` narrows it to one order (`%(order)s`) and its products (`%(skus)s`); `by_sku` to products and to prices that
    still held at `%(before)s`: what a run made then has decided on need not be looked at again.
    """
    line_filter = "AND l.order_id = %(order)s" if single else ""
    anchor = ANCHORS[settings["window_anchor"]]
    coupons = facts.coupons and settings["coupon_basis"] != "none"
    rules = LINE_RULES.format(coupon_drop=COUPON_DROP if coupons else "")
    shared = {"line_filter": line_filter, "line_rules": rules, "line_columns": LINE_COLUMNS.format(anchor=anchor)}
    by_delivery = settings["window_anchor"] == "delivered"
    branch = PROMO_BRANCH.format(**shared) if settings["promo_extension"] else ""
    selection = SELECTION.format(
        anchor=anchor,
        promo_branch=branch,
        days=DAYS,
        window_to=WINDOW_TO.format(promo_until=PROMO_UNTIL if settings["promo_extension"] else "NULL"),
        anchor_end="prompt_to" if by_delivery else "anchor_to",
        paid_check=PAID_CHECK if by_delivery else "",
        prompt_only=PROMPT_ONLY if by_delivery else "",
        slow_branch=SLOW_BRANCH.format(**shared) if by_delivery else "",
        not_released=NOT_RELEASED if facts.holds else "",
        is_held=IS_HELD if facts.holds else "",
        in_time=IN_TIME,
        offer_order=OFFER_ORDER,
        tenders=TENDERS if facts.tenders and settings["payout"] == "original" else NO_TENDERS,
        **_coupon_parts(coupons, consumed=settings["consume_coupon"]),
        **shared,
        sku_filter=NARROWED[by_sku] if single or by_sku else "",
    )
    return DECIDED.format(keep="" if keep else "ON COMMIT DROP", selection=selection)


def _coupon_parts(coupons: bool, *, consumed: bool) -> dict[str, str]:
    contested = coupons and consumed
    return {
        "coupon_offers": COUPON_OFFERS if coupons else "",
        "coupon_rules": COUPON_RULES if coupons else "",
        "fallback": FALLBACK.format(in_time=IN_TIME, order=OFFER_ORDER) if contested else "",
        "contest": CONTEST if contested else "",
        "settled": SETTLED if contested else "priced",
    }


def parameters(
    settings: Settings, *, merchant_id: int, shop_id: int | None, as_of: datetime, asked_at: datetime | None = None
) -> dict[str, Any]:
    """The policy and the moment as query parameters. Only a run over all orders may be late; who asks must ask in time."""
    return {
        **window_values(settings),
        "merchant": merchant_id,
        "shop": shop_id,
        "as_of": as_of,
        "as_of_text": as_of.isoformat(),
        "skip_purchase_day": settings["purchase_day"] == "exclude",
        "lowest": settings["price_point"] == "lowest",
        "open_at": asked_at or as_of,
        "late": asked_at is None and settings["late_claims"],
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
        "ignore_gift": settings["gift_policy"] == "ignore",
        "block_gift": settings["gift_policy"] == "block",
        "held_coupons": settings["coupon_basis"] == "held",
        "consume": settings["consume_coupon"],
    }
