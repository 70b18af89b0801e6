-- Price protection as one plain statement: whoever paid more than the present price of what arrived in the last week gets the
-- difference. It writes the rows the program writes (claim, payout, transfer, two entries), through the same policies and
-- triggers; the application may write the ledger only through post_transfers(), so the floor does too.
WITH owed AS (
  SELECT l.id AS line_id, l.order_id, l.quantity, l.paid_amount, l.returned_quantity, l.goodwill_amount, p.id AS point_id,
         p.amount AS price, p.valid_from, l.paid_amount - p.amount * l.quantity AS amount
  FROM store_pricepoint p
  JOIN store_shoporderline l ON l.merchant_id = p.merchant_id AND l.sku_id = p.sku_id
   AND l.delivered_bound >= %(since)s AND NOT l.is_slow AND l.paid_at < p.valid_from
  WHERE p.merchant_id = %(merchant)s AND p.valid_to IS NULL AND l.paid_amount > p.amount * l.quantity),
claimed AS (
  INSERT INTO aftersales_claim
    (merchant_id, program, run_id, order_id, line_id, sequence, state, reason, amount, currency, units, policy_version, inputs)
  SELECT %(merchant)s, 'price_protection', %(run)s, order_id, line_id, 1, 'reserved', 'PRICE_DROP', amount, 'GBP', quantity, 1,
         jsonb_build_object('as_of', %(as_of_text)s, 'point', point_id, 'price', price, 'price_source', 'feed',
           'price_from', valid_from, 'window_from', valid_from, 'window_to', valid_from, 'paid', paid_amount,
           'quantity', quantity, 'returned', returned_quantity, 'kept', quantity, 'basis', paid_amount, 'goodwill', goodwill_amount,
           'protected_before', 0, 'cost_now', price * quantity, 'difference', amount, 'tax', 0, 'headroom', paid_amount)
  FROM owed RETURNING id, amount),
reserved AS (
  INSERT INTO aftersales_payout (merchant_id, claim_id, state, amount, currency, request_id, error, gateway_ref, attempts)
  SELECT %(merchant)s, id, 'reserved', amount, 'GBP', 'pp-' || id || '-1', '', '', 0 FROM claimed RETURNING claim_id, amount)
SELECT post_transfers(%(merchant)s, 'price_protection.reserved', 'GBP', open_account(%(merchant)s, 'refund_funding', 'GBP', NULL),
         open_account(%(merchant)s, 'refunds_reserved', 'GBP', 0), array_agg('claim:' || claim_id || ':reserved:1'),
         array_agg(amount), %(as_of)s)
FROM reserved
