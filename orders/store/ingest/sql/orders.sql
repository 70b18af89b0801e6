-- The slice's orders. Parameters: merchant, shop, currency, is_correction, orders, known.
-- A presale order owes its balance until it is paid, or said to be: what was captured is the deposit.
CREATE TEMP TABLE slice_order ON COMMIT DROP AS
WITH told AS (
  SELECT s.order_ref, max(s.buyer_ref) AS buyer_ref, max(s.channel) AS channel, min(s.placed_at) AS placed_at,
         max(s.updated_at) AS updated_at, max(o.id) AS known_id, sum(s.paid_amount) AS goods,
         max(s.extra->>'status') AS status, max((s.extra->>'paid_at')::timestamptz) AS paid_at,
         max((s.extra->>'delivered_at')::timestamptz) AS delivered_at,
         max((s.extra->>'completed_at')::timestamptz) AS completed_at, max((s.extra->>'captured')::bigint) AS captured,
         max((s.extra->>'refunded')::bigint) AS refunded, coalesce(max((s.extra->>'shipping')::bigint), 0) AS shipping,
         coalesce(max(s.extra->>'presale_activity'), '') AS presale_activity, max((s.extra->>'deposit')::bigint) AS deposit,
         max((s.extra->>'deposit_paid_at')::timestamptz) AS deposit_paid_at,
         max((s.extra->>'deposit_refunded_at')::timestamptz) AS deposit_refunded_at,
         max((s.extra->>'balance')::bigint) AS balance, max((s.extra->>'balance_opens_at')::timestamptz) AS balance_opens_at,
         max((s.extra->>'balance_closes_at')::timestamptz) AS balance_closes_at,
         max((s.extra->>'balance_paid_at')::timestamptz) AS balance_paid_at
  FROM slice s LEFT JOIN slice_known o ON o.external_ref = s.order_ref
  WHERE s.kind = 'S' GROUP BY s.order_ref),
judged AS (
  SELECT t.*, t.deposit_paid_at IS NOT NULL AND t.balance_paid_at IS NULL AND t.paid_at IS NULL
              AND coalesce(t.status, 'open') IN ('open', 'cancelled') AS is_owing
  FROM told t),
paid AS (
  SELECT j.*, coalesce(j.paid_at, CASE WHEN j.deposit_paid_at IS NOT NULL THEN j.balance_paid_at END,
                       CASE WHEN NOT j.is_owing AND coalesce(j.status, '') <> 'open' THEN j.placed_at END) AS settled_at
  FROM judged j)
SELECT p.order_ref, b.id AS buyer_id, p.channel, p.placed_at, p.updated_at, p.known_id, p.settled_at AS paid_at, p.delivered_at,
       p.completed_at, p.refunded, p.shipping, p.presale_activity, p.deposit, p.deposit_paid_at, p.deposit_refunded_at, p.balance,
       p.balance_opens_at, p.balance_closes_at, coalesce(p.status, CASE WHEN p.is_owing THEN 'open' ELSE 'paid' END) AS status,
       coalesce(p.captured, CASE WHEN p.is_owing THEN coalesce(p.deposit, 0) ELSE p.goods + p.shipping END) AS captured,
       coalesce(p.balance_paid_at, CASE WHEN p.deposit_paid_at IS NOT NULL THEN p.settled_at END) AS balance_paid_at
FROM paid p LEFT JOIN slice_buyer b ON b.external_ref = p.buyer_ref
-----
ANALYZE slice_order (order_ref, known_id)
-----
-- known
UPDATE store_shoporder o
SET buyer_id = i.buyer_id, channel = i.channel, placed_at = i.placed_at, status = i.status, paid_at = i.paid_at,
    delivered_at = i.delivered_at, completed_at = i.completed_at, captured_amount = i.captured,
    refunded_amount = coalesce(i.refunded, o.refunded_amount), shipping_amount = i.shipping,
    presale_activity = i.presale_activity, deposit_amount = i.deposit, deposit_paid_at = i.deposit_paid_at,
    deposit_refunded_at = i.deposit_refunded_at, balance_amount = i.balance, balance_opens_at = i.balance_opens_at,
    balance_closes_at = i.balance_closes_at, balance_paid_at = i.balance_paid_at,
    source_updated_at = NULLIF(i.updated_at, '-infinity'), revision = o.revision + 1
FROM slice_order i
WHERE o.merchant_id = %(merchant)s AND o.id = i.known_id AND o.id = ANY (%(known)s::bigint[]) AND NOT %(is_correction)s
  AND (coalesce(o.source_updated_at, '-infinity'), o.buyer_id, o.channel, o.placed_at, o.status, o.paid_at, o.delivered_at,
       o.completed_at, o.captured_amount, o.refunded_amount, o.shipping_amount, o.presale_activity, o.deposit_amount,
       o.deposit_paid_at, o.deposit_refunded_at, o.balance_amount, o.balance_opens_at, o.balance_closes_at, o.balance_paid_at)
      IS DISTINCT FROM
      (i.updated_at, i.buyer_id, i.channel, i.placed_at, i.status, i.paid_at, i.delivered_at,
       i.completed_at, i.captured, coalesce(i.refunded, o.refunded_amount), i.shipping, i.presale_activity, i.deposit,
       i.deposit_paid_at, i.deposit_refunded_at, i.balance, i.balance_opens_at, i.balance_closes_at, i.balance_paid_at)
-----
INSERT INTO store_shoporder
  (merchant_id, shop_id, buyer_id, external_ref, status, channel, currency, placed_at, paid_at, delivered_at, completed_at,
   captured_amount, refunded_amount, shipping_amount, presale_activity, deposit_amount, deposit_paid_at, deposit_refunded_at,
   balance_amount, balance_opens_at, balance_closes_at, balance_paid_at, source_updated_at, revision)
SELECT %(merchant)s, %(shop)s, n.buyer_id, n.order_ref, n.status, n.channel, %(currency)s, n.placed_at, n.paid_at, n.delivered_at,
       n.completed_at, n.captured, coalesce(n.refunded, 0), n.shipping, n.presale_activity, n.deposit, n.deposit_paid_at,
       n.deposit_refunded_at, n.balance, n.balance_opens_at, n.balance_closes_at, n.balance_paid_at,
       NULLIF(n.updated_at, '-infinity'), 0
FROM slice_order n
WHERE n.known_id IS NULL
ON CONFLICT (merchant_id, shop_id, external_ref) DO NOTHING
-----
CREATE TEMP TABLE slice_stored ON COMMIT DROP AS
SELECT o.external_ref AS order_ref, o.id, o.paid_at, o.deposit_paid_at, o.delivered_at, o.completed_at, o.source_updated_at
FROM store_shoporder o
WHERE o.merchant_id = %(merchant)s AND o.shop_id = %(shop)s AND o.external_ref = ANY (%(orders)s::text[])
-----
ANALYZE slice_stored (order_ref)
