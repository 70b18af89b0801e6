-- Every difference between the books of one merchant, as cases. Four books: the ledger, our payouts, the gateway's answers (the
-- temporary table gateway_answer) and the platform's refunds. A case that is there already is brought up to date, one that had been
-- resolved is opened again, and what is not found any more closes itself.
WITH payout AS MATERIALIZED (
  SELECT p.id, p.request_id, p.claim_id, p.state, p.amount, p.currency, p.created_at, c.order_id
  FROM aftersales_payout p
  JOIN aftersales_claim c ON c.merchant_id = %(merchant)s AND c.id = p.claim_id
  WHERE p.merchant_id = %(merchant)s AND (p.settled_at >= %(since)s OR p.state NOT IN ('paid', 'failed')
    OR p.id IN (SELECT k.payout_id FROM guards_reconciliationcase k WHERE k.merchant_id = %(merchant)s AND k.state <> 'resolved'))),
booked AS MATERIALIZED (
  -- What the ledger says was paid: the transfer of this payout, and what of it reached the account of paid refunds.
  SELECT p.id, sum(e.amount)::bigint AS amount
  FROM payout p
  JOIN ledger_ledgertransfer t ON t.merchant_id = %(merchant)s AND t.key = 'payout:' || p.request_id || ':paid'
  JOIN ledger_ledgerentry e ON e.merchant_id = %(merchant)s AND e.transfer_id = t.id AND e.amount > 0
  GROUP BY 1),
difference AS (
  SELECT 'not_booked' AS kind, p.request_id AS subject, p.order_id, p.id AS payout_id, p.currency, p.amount AS left_amount, NULL::bigint AS right_amount
  FROM payout p LEFT JOIN booked b ON b.id = p.id WHERE p.state = 'paid' AND b.id IS NULL
  UNION ALL
  SELECT 'ledger_amount', p.request_id, p.order_id, p.id, p.currency, CASE WHEN p.state = 'paid' THEN p.amount END, b.amount
  FROM payout p JOIN booked b ON b.id = p.id WHERE p.state <> 'paid' OR b.amount <> p.amount
  UNION ALL
  SELECT CASE WHEN p.state = 'paid' AND g.result = 'absent' THEN 'gateway_missing' WHEN p.state = 'paid' THEN 'gateway_amount' ELSE 'gateway_extra' END,
         p.request_id, p.order_id, p.id, p.currency, CASE WHEN p.state = 'paid' THEN p.amount END,
         CASE WHEN g.result = 'paid' THEN coalesce(g.amount, p.amount) END
  FROM payout p JOIN gateway_answer g ON g.request_id = p.request_id
  WHERE (p.state = 'paid' AND (g.result = 'absent' OR g.amount <> p.amount OR g.currency <> p.currency))
     OR (p.state = 'failed' AND g.result = 'paid')
  UNION ALL
  SELECT 'stuck', p.request_id, p.order_id, p.id, p.currency, p.amount, NULL
  FROM payout p WHERE p.state NOT IN ('paid', 'failed') AND p.created_at < %(stuck_before)s
  UNION ALL
  -- The platform's refunds and ours together never exceed what the buyer paid.
  SELECT 'over_refunded', o.external_ref || ' #' || o.id, o.id, NULL, o.currency, o.captured_amount, o.refunded_amount + s.amount
  FROM (SELECT c.order_id, sum(p.amount)::bigint AS amount
        FROM aftersales_payout p JOIN aftersales_claim c ON c.merchant_id = %(merchant)s AND c.id = p.claim_id
        WHERE p.merchant_id = %(merchant)s AND p.state = 'paid' GROUP BY 1) s
  JOIN store_shoporder o ON o.merchant_id = %(merchant)s AND o.id = s.order_id
  WHERE o.refunded_amount + s.amount > o.captured_amount),
written AS (
  INSERT INTO guards_reconciliationcase AS k
    (merchant_id, kind, subject, order_id, payout_id, currency, left_amount, right_amount, opened_at, seen_at)
  SELECT %(merchant)s, d.kind, d.subject, d.order_id, d.payout_id, d.currency, d.left_amount, d.right_amount, %(at)s, %(at)s FROM difference d
  ON CONFLICT (merchant_id, kind, subject) DO UPDATE
  SET seen_at = excluded.seen_at, left_amount = excluded.left_amount, right_amount = excluded.right_amount,
      opened_at = CASE WHEN k.state = 'resolved' THEN excluded.opened_at ELSE k.opened_at END,
      state = CASE WHEN k.state = 'resolved' THEN 'open' ELSE k.state END,
      closed_at = CASE WHEN k.state = 'resolved' THEN NULL ELSE k.closed_at END,
      closed_by = CASE WHEN k.state = 'resolved' THEN '' ELSE k.closed_by END
  RETURNING k.id, k.opened_at = %(at)s AS is_new),
gone AS (
  UPDATE guards_reconciliationcase k SET state = 'resolved', closed_at = %(at)s, closed_by = %(by)s
  WHERE k.merchant_id = %(merchant)s AND k.state <> 'resolved'
    AND NOT EXISTS (SELECT 1 FROM difference d WHERE d.kind = k.kind AND d.subject = k.subject)
  RETURNING k.id),
noted AS (
  INSERT INTO guards_casenote (merchant_id, case_id, text, created_by, created_at)
  SELECT %(merchant)s, g.id, 'GONE', %(by)s, %(at)s FROM gone g
  UNION ALL
  SELECT %(merchant)s, w.id, 'FOUND', %(by)s, %(at)s FROM written w WHERE w.is_new
  RETURNING 1)
SELECT (SELECT count(*) FROM written), (SELECT count(*) FROM written WHERE is_new), (SELECT count(*) FROM gone), (SELECT count(*) FROM payout)
