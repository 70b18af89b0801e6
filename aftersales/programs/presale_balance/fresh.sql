-- Presale orders that are not enrolled, or whose window has been announced since. Also as of a moment in the past, when today's
-- payments had not been made.
CREATE TEMP TABLE presale_work AS
WITH owing AS (
  SELECT o.id, o.shop_id, o.buyer_id, o.presale_activity, o.balance_opens_at, o.balance_closes_at, o.balance_opens_at < o.balance_closes_at AS has_window
  FROM store_shoporder o
  WHERE o.merchant_id = %(merchant)s AND o.deposit_paid_at IS NOT NULL AND o.balance_closes_at > %(as_of)s
    AND o.deposit_paid_at <= %(as_of)s AND o.status <> 'cancelled' AND (%(shop)s IS NULL OR o.shop_id = %(shop)s)
    AND (o.balance_paid_at IS NULL OR o.balance_paid_at > %(as_of)s)
    AND (o.deposit_refunded_at IS NULL OR o.deposit_refunded_at > %(as_of)s)
  UNION ALL
  SELECT o.id, o.shop_id, o.buyer_id, o.presale_activity, NULL, NULL, false
  FROM store_shoporder o
  WHERE o.merchant_id = %(merchant)s AND o.deposit_paid_at IS NOT NULL AND o.balance_closes_at IS NULL
    AND o.deposit_paid_at <= %(as_of)s AND o.status <> 'cancelled' AND (%(shop)s IS NULL OR o.shop_id = %(shop)s)
    AND (o.balance_paid_at IS NULL OR o.balance_paid_at > %(as_of)s)
    AND (o.deposit_refunded_at IS NULL OR o.deposit_refunded_at > %(as_of)s))
SELECT row_number() OVER (ORDER BY o.id) AS place, o.id AS order_id, o.shop_id, o.buyer_id, o.presale_activity AS activity,
       CASE WHEN o.has_window THEN o.balance_opens_at END AS opens_at, CASE WHEN o.has_window THEN o.balance_closes_at END AS closes_at
FROM owing o
WHERE NOT EXISTS (
  SELECT 1 FROM presale_balance_enrolment e
  WHERE e.merchant_id = %(merchant)s AND e.order_id = o.id AND (e.state <> 'deposit_paid' OR o.has_window IS NOT TRUE))
