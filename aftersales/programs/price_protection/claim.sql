-- One chunk: claim, payout and ledger rows in one statement. A line or order that changed since the decision is left for the
-- next run; a claim that exists already is not made again. Filled in by claiming.py: {coupon_code}, {coupon_join}, {voided}, {able},
-- {spent}, {spent_join}, {state},
-- {reason}, {inputs}, {parts}, {paying}.
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
         CASE WHEN d.coupon_id IS NULL AND d.gift_gone = 0 THEN {inputs}
              ELSE {inputs} || jsonb_strip_nulls(jsonb_build_object('coupon', d.coupon, 'coupon_amount', nullif(d.face, 0),
                                                                    'gift_gone', nullif(d.gift_gone, 0))) END
  FROM {able} d {spent_join}
  ORDER BY d.place
  ON CONFLICT (merchant_id, program, line_id, sequence) DO NOTHING
  RETURNING id, order_id, line_id, state, reason, amount, currency),
{parts}
{paying}
SELECT coalesce((SELECT jsonb_object_agg(currency, jsonb_build_object('claims', claims, 'amount', amount, 'transfers', transfers)) FROM posted), '{{}}'),
       count(*) FILTER (WHERE state = 'held'), count(*) FILTER (WHERE reason = 'APPROVAL')
FROM claimed
