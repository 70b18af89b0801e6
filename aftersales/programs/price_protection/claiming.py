"""Filling in the claim: one statement, with what a merchant's coupons, budgets and split payments add to it.

A merchant without any of them runs the plain statement, which costs little more than writing its rows.
"""

from aftersales.guards.models import Budget
from aftersales.programs.price_protection.rules import Settings
from aftersales.programs.price_protection.selection import Facts, statement

CLAIM = statement("claim.sql")
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
# Claims that do not fit a budget are held as a whole; held ones cost no budget until a person lets them go.
SPENT = """spent AS MATERIALIZED (
  SELECT v.line_id, v.fits
  FROM (SELECT array_agg(line_id ORDER BY place) AS lines,
               guard_spend(%(merchant)s, 'price_protection', currency, %(at)s, array_agg(buyer_id ORDER BY place),
                           array_agg(amount::bigint ORDER BY place)) AS verdicts
        FROM {able} WHERE state = 'reserved' GROUP BY currency) g
  CROSS JOIN LATERAL unnest(g.lines, g.verdicts) AS v (line_id, fits)),"""
SPENT_JOIN = "LEFT JOIN spent ON spent.line_id = d.line_id"
HELD_STATE = "CASE WHEN spent.fits IS FALSE THEN 'held' ELSE d.state END"
HELD_REASON = "CASE WHEN spent.fits IS FALSE THEN 'BUDGET' ELSE d.reason END"
WHOLE = """part AS (
  SELECT id AS claim_id, amount, currency, NULL::bigint AS tender_id, '{method}' AS method, '' AS method_ref, 1 AS number
  FROM claimed WHERE state = 'reserved'{unsplit}"""
UNSPLIT = """
    AND NOT EXISTS (SELECT 1 FROM store_ordertender t WHERE t.merchant_id = %(merchant)s AND t.order_id = claimed.order_id)"""
# Claims of one order in line order, each over what the ones before left of its means of payment. A payout that failed keeps its
# room, because it may be sent again.
SPLIT = """
  UNION ALL
  SELECT o.claims[s.claim_no], s.share, o.currency, t.ids[s.tender_no], t.methods[s.tender_no], t.refs[s.tender_no],
         row_number() OVER (PARTITION BY o.claims[s.claim_no] ORDER BY s.tender_no)
  FROM (SELECT order_id, currency, array_agg(id ORDER BY line_id) AS claims, array_agg(amount ORDER BY line_id) AS amounts
        FROM claimed WHERE state = 'reserved' GROUP BY order_id, currency) o
  CROSS JOIN LATERAL (
    SELECT array_agg(t.id ORDER BY t.position) AS ids, array_agg(t.method ORDER BY t.position) AS methods,
           array_agg(t.reference ORDER BY t.position) AS refs,
           array_agg(greatest(t.captured_amount - t.refunded_amount - (
             SELECT coalesce(sum(q.amount), 0) FROM (
               SELECT DISTINCT p.claim_id, p.amount FROM aftersales_payout p
               WHERE p.merchant_id = %(merchant)s AND p.tender_id = t.id) q), 0)::bigint ORDER BY t.position) AS rooms
    FROM store_ordertender t WHERE t.merchant_id = %(merchant)s AND t.order_id = o.order_id HAVING count(*) > 0) t
  CROSS JOIN LATERAL split_over_tenders(o.amounts, t.rooms) s"""


def has_budgets(merchant_id: int) -> bool:
    """Whether anything limits what the merchant pays. Needs the merchant's scope."""
    return Budget.objects.filter(merchant_id=merchant_id, limit_amount__isnull=False).exists()


def claim_sql(settings: Settings, facts: Facts, *, guarded: bool) -> str:
    """The statement that claims one chunk of `decided`."""
    coupons = facts.coupons and settings["coupon_basis"] != "none"
    consumed = coupons and settings["consume_coupon"]
    split = facts.tenders and settings["payout"] == "original"
    able = "able" if consumed else "fresh"
    method = "voucher" if settings["payout"] == "voucher" else ""
    parts = WHOLE.format(method=method, unsplit=UNSPLIT if split else "") + (SPLIT if split else "")
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
        parts=f"{parts}),",
        booked_claims="count(DISTINCT claim_id)" if split else "count(*)",
    )
