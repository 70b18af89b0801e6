-- One chunk: claim, payout and ledger rows in one statement. A line or order that changed since the decision is left for the
-- next run; a claim that exists already is not made again. Filled in by claiming.py: {coupon_code}, {coupon_join}, {voided}, {able},
-- {spent}, {spent_join}, {state}, {reason}, {parts}, {booked_claims}.
WITH fresh AS {kept} (
  SELECT d.*, {coupon_code} AS coupon
  FROM decided d
  JOIN store_shoporderline l ON l.merchant_id = %(merchant)s AND l.id = d.line_id AND l.revision = d.line_revision
  JOIN store_shoporder o ON o.merchant_id = %(merchant)s AND o.id = d.order_id AND o.revision = d.order_revision {coupon_join}
  WHERE d.place > %(lo)s AND d.place <= %(hi)s AND d.state <> 'refused'),
{voided} {spent}
claimed AS (
  INSERT INTO aftersales_claim
    (merchant_id, program, run_id, order_id, line_id, sequence, state, reason, amount, currency, units, policy_version, inputs)
  SELECT %(merchant)s, 'price_protection', %(run)s, d.order_id, d.line_id, d.sequence, {state}, {reason}, d.amount, d.currency,
         d.units, %(policy_version)s,
         jsonb_build_object('as_of', %(as_of_text)s, 'point', d.point_id, 'price', d.price, 'price_source', d.source,
           'price_from', d.valid_from, 'window_from', d.window_from, 'window_to', d.window_to, 'paid_amount', d.paid_amount,
           'quantity', d.quantity, 'returned', d.returned_quantity, 'kept', d.units, 'basis', d.basis, 'goodwill', d.goodwill_amount,
           'protected', d.protected_before, 'current', d.cost_now, 'difference', d.difference, 'tax_amount', d.tax,
           'order_headroom', d.headroom)
         || CASE WHEN d.coupon_id IS NULL THEN '{{}}' ELSE jsonb_build_object('coupon', d.coupon, 'coupon_amount', d.face) END
         || CASE WHEN d.gift_gone = 0 THEN '{{}}' ELSE jsonb_build_object('gift_gone', d.gift_gone) END
  FROM {able} d {spent_join}
  ON CONFLICT (merchant_id, program, line_id, sequence) DO NOTHING
  RETURNING id, order_id, line_id, state, amount, currency),
{parts}
reserved AS (
  INSERT INTO aftersales_payout
    (merchant_id, claim_id, state, amount, currency, tender_id, method, method_ref, request_id, error, gateway_ref, attempts)
  SELECT %(merchant)s, claim_id, 'reserved', amount, currency, tender_id, method, method_ref, 'pp-' || claim_id || '-' || number, '', '', 0
  FROM part RETURNING claim_id, amount, currency, split_part(request_id, '-', 3) AS number),
posted AS (
  SELECT currency, sum(amount) AS amount, {booked_claims} AS claims,
         post_transfers(%(merchant)s, 'price_protection.reserved', currency,
           open_account(%(merchant)s, 'refund_funding', currency, NULL), open_account(%(merchant)s, 'refunds_reserved', currency, 0),
           array_agg('claim:' || claim_id || ':reserved:' || number), array_agg(amount), %(as_of)s) AS transfers
  FROM reserved GROUP BY currency)
SELECT coalesce((SELECT jsonb_object_agg(currency, jsonb_build_object('claims', claims, 'amount', amount, 'transfers', transfers)) FROM posted), '{{}}'),
       (SELECT count(*) FROM claimed WHERE state = 'held')
