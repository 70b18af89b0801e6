-- One batch of 1,000 payouts without leases, retries or answers to judge: mark them sent, pay them, book them as paid.
UPDATE aftersales_payout SET state = 'submitted', attempts = 1
WHERE merchant_id = %(merchant)s AND id = ANY (
  ARRAY(SELECT id FROM aftersales_payout WHERE merchant_id = %(merchant)s AND state = 'reserved' ORDER BY id LIMIT 1000))
-----
INSERT INTO aftersales_sandboxpayment (merchant_id, request_id, amount, currency)
SELECT merchant_id, request_id, amount, currency FROM aftersales_payout
WHERE merchant_id = %(merchant)s AND state = 'submitted'
-----
WITH paid AS (
  UPDATE aftersales_payout SET state = 'paid', gateway_ref = 'SBX' || id, settled_at = %(at)s
  WHERE merchant_id = %(merchant)s AND state = 'submitted' RETURNING request_id, amount)
SELECT post_transfers(%(merchant)s, 'price_protection.paid', 'GBP', open_account(%(merchant)s, 'refunds_reserved', 'GBP', 0),
         open_account(%(merchant)s, 'refunds_paid', 'GBP', NULL), array_agg('payout:' || request_id || ':paid'),
         array_agg(amount), %(at)s)
FROM paid HAVING count(*) > 0
