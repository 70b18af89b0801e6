-- Held claims whose rows the caller has locked and chosen (ids in the temporary order of their numbers): reserved, each with its
-- payout and its amount set aside in the ledger. The guards have been asked before.
WITH freed AS (
  UPDATE aftersales_claim c SET state = 'reserved'
  WHERE c.merchant_id = %(merchant)s AND c.id = ANY (%(claims)s) AND c.state = 'held'
  RETURNING c.id, c.program, c.amount, c.currency),
paying AS (
  INSERT INTO aftersales_payout (merchant_id, claim_id, state, amount, currency, request_id, error, gateway_ref, attempts)
  SELECT %(merchant)s, f.id, 'reserved', f.amount, f.currency, 'pp-' || f.id || '-1', '', '', 0 FROM freed f
  RETURNING claim_id, amount, currency),
posted AS (
  SELECT post_transfers(%(merchant)s, f.program || '.reserved', f.currency,
           open_account(%(merchant)s, 'refund_funding', f.currency, NULL),
           open_account(%(merchant)s, 'refunds_reserved', f.currency, 0),
           array_agg('claim:' || f.id || ':reserved:1' ORDER BY f.id), array_agg(f.amount ORDER BY f.id), %(at)s) AS transfers
  FROM freed f JOIN paying p ON p.claim_id = f.id GROUP BY f.program, f.currency)
SELECT coalesce(sum(transfers), 0) FROM posted
