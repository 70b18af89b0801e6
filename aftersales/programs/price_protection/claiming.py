"""Filling in the claim: one statement, with what a merchant's coupons, budgets and split payments add to it.

A merchant without any of them runs the plain statement, which costs little more than writing its rows.
"""

from aftersales.payouts.reserving import PAYING, SPLIT, UNSPLIT, WHOLE
from aftersales.programs.price_protection.rules import Settings
from aftersales.programs.price_protection.selection import Facts, statement

CLAIM = statement("claim.sql")
INPUTS = """jsonb_build_object('as_of', %(as_of_text)s, 'point', d.point_id, 'price', d.price, 'price_source', d.source,
           'price_from', d.valid_from, 'window_from', d.window_from, 'window_to', d.window_to, 'paid_amount', d.paid_amount,
           'quantity', d.quantity, 'returned', d.returned_quantity, 'kept', d.units, 'basis', d.basis,
           'goodwill', d.goodwill_amount, 'protected', d.protected_before, 'current', d.cost_now, 'difference', d.difference,
           'tax_amount', d.tax, 'order_headroom', d.headroom)"""
PROMISED = " || jsonb_build_object('promised_at', %(promised_at_text)s)"
COUPON_JOIN = "LEFT JOIN store_coupon c ON c.merchant_id = %(merchant)s AND c.id = d.coupon_id"
# The coupon of a comparison is gone with it; whoever used it meanwhile is not paid for it.
VOIDED = """voided AS (
  INSERT INTO store_couponholding AS h (merchant_id, coupon_id, buyer_id, state, used_for)
  SELECT %(merchant)s, coupon_id, buyer_id, 'voided', 'line:' || line_id || ':' || sequence FROM fresh WHERE coupon_id IS NOT NULL
  ON CONFLICT (merchant_id, coupon_id, buyer_id)
    DO UPDATE SET state = 'voided', used_for = excluded.used_for WHERE h.state = 'held'
  RETURNING coupon_id, buyer_id),
able AS MATERIALIZED (
  SELECT d.* FROM fresh d
  WHERE d.coupon_id IS NULL OR (d.coupon_id, d.buyer_id) IN (SELECT v.coupon_id, v.buyer_id FROM voided v)),"""
# Each claim passes the guards as a whole or is held as a whole for what they say; held ones count nowhere until they are let go.
SPENT = """spent AS MATERIALIZED (
  SELECT v.line_id, v.said
  FROM (SELECT array_agg(line_id ORDER BY place) AS lines,
               guard_verdicts(%(merchant)s, 'price_protection', %(run)s, currency, %(at)s, array_agg(buyer_id ORDER BY place),
                              array_agg(amount::bigint ORDER BY place)) AS verdicts
        FROM {able} WHERE state = 'reserved' GROUP BY currency) g
  CROSS JOIN LATERAL unnest(g.lines, g.verdicts) AS v (line_id, said) WHERE v.said IS NOT NULL),"""
SPENT_JOIN = "LEFT JOIN spent ON spent.line_id = d.line_id"
HELD_STATE = "CASE WHEN spent.said IS NOT NULL THEN 'held' ELSE d.state END"
HELD_REASON = "coalesce(spent.said, d.reason)"


def claim_sql(settings: Settings, facts: Facts, *, guarded: bool, promised: bool = False) -> str:
    """The statement that claims one chunk of `decided`; what was promised earlier says when."""
    coupons = facts.coupons and settings["coupon_basis"] != "none"
    consumed = coupons and settings["consume_coupon"]
    split = facts.tenders and settings["payout"] == "original"
    able = "able" if consumed else "fresh"
    method = "'voucher'" if settings["payout"] == "voucher" else "''"
    parts = WHOLE.format(method=method, unsplit=UNSPLIT.format(is_whole="false") if split else "")
    parts += SPLIT.format(is_whole="false") if split else ""
    return CLAIM.format(
        kept="MATERIALIZED" if consumed or guarded else "",
        coupon_code="c.code" if coupons else "NULL::text",
        coupon_join=COUPON_JOIN if coupons else "",
        voided=VOIDED if consumed else "",
        able=able,
        spent=SPENT.format(able=able) if guarded else "",
        spent_join=SPENT_JOIN if guarded else "",
        state=HELD_STATE if guarded else "d.state",
        reason=HELD_REASON if guarded else "d.reason",
        inputs=INPUTS + PROMISED if promised else INPUTS,
        parts=f"{parts}),",
        paying=PAYING.format(
            program="price_protection", count="count(DISTINCT claim_id)" if split else "count(*)", moment="%(as_of)s"
        ),
    )
