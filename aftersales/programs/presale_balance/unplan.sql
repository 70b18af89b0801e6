-- Touches that wait for what has changed. Those on their way (included) and sent ones stay. Locks them, so that the sending
-- transaction and this one agree on who was first; `apply.sql` sees the result.
WITH held AS MATERIALIZED (
  SELECT t.id, w.verdict
  FROM presale_work w
  JOIN presale_balance_touch t ON t.merchant_id = %(merchant)s AND t.enrolment_id = w.id AND t.state = 'queued'
  WHERE w.place > %(lo)s AND w.place <= %(hi)s
  ORDER BY t.id FOR UPDATE OF t)
UPDATE presale_balance_touch t
SET state = 'dropped',
    reason = CASE h.verdict WHEN 'rescheduled' THEN 'window_moved' WHEN 'expired' THEN 'window_closed'
                            WHEN 'balance_paid' THEN 'paid_meanwhile' WHEN 'settled' THEN 'paid_meanwhile'
                            WHEN 'refunded' THEN 'paid_meanwhile' ELSE h.verdict END
FROM held h
WHERE t.merchant_id = %(merchant)s AND t.id = h.id
