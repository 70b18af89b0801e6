"""The facts behind each outcome: SELECTs of `(buyer_id, at, value)` as `aftersales.measurement.metrics` explains them.

They may read the table expression `assigned` and the parameters `%(merchant)s`, `%(experiment)s`, `%(as_of)s`, `%(since)s` and
`%(until)s`. Both arms are counted alike, but for costs, which only the treated have and which are taken off the value.
"""

from aftersales.programs.presale_balance.metrics import BALANCES as PRESALE_VALUE
from aftersales.programs.presale_balance.metrics import PAID as PRESALE_PAID
from aftersales.programs.refund_retention import measures

# A purchase that a second request took back after all was not kept; the market counts it in neither arm.
RETAINED = f"""
{measures.KEPT}
UNION ALL
SELECT q.buyer_id, q.closed_at, -1::bigint
FROM ({measures.ASKED}) q WHERE q.outcome = 'refunded' AND q.reason = 'SECOND_REQUEST' AND q.closed_at IS NOT NULL
"""
RETAINED_VALUE = f"""
{measures.KEPT_AMOUNT}
UNION ALL
SELECT c.buyer_id, c.at, -c.value FROM ({measures.COST}) c (buyer_id, at, value)
"""

# Orders the assigned buyers paid within the window, of the currency that counts.
_BOUGHT = """
FROM assigned a
JOIN store_shoporder o ON o.merchant_id = %(merchant)s AND o.buyer_id = a.buyer_id AND o.currency = a.currency
WHERE o.paid_at >= a.eligible_at AND o.paid_at < %(until)s AND o.status <> 'cancelled'
"""
#: A buyer who asked nothing back: 1 from the first order on, taken away by a request that was not withdrawn or rejected.
NOT_RETURNED = """
SELECT a.buyer_id, a.eligible_at, 1::bigint FROM assigned a
UNION ALL
SELECT a.buyer_id, r.requested_at, -1::bigint
FROM assigned a
JOIN store_refundrequest r ON r.merchant_id = %(merchant)s AND r.buyer_id = a.buyer_id AND r.outcome IN ('open', 'refunded')
WHERE EXISTS (
  SELECT 1 FROM store_refundallocation q
  JOIN store_shoporderline l ON l.merchant_id = %(merchant)s AND l.id = q.line_id
  JOIN store_shoporder o ON o.merchant_id = %(merchant)s AND o.id = l.order_id
  WHERE q.merchant_id = %(merchant)s AND q.request_id = r.id AND o.paid_at >= a.eligible_at AND o.paid_at < %(until)s)
"""
#: What buyers paid for goods and did not get back, shipping excluded.
NET_SALES = f"""
SELECT a.buyer_id, o.paid_at, greatest(o.captured_amount - o.shipping_amount - o.refunded_amount, 0)
{_BOUGHT}
"""

__all__ = ["NET_SALES", "NOT_RETURNED", "PRESALE_PAID", "PRESALE_VALUE", "RETAINED", "RETAINED_VALUE"]
