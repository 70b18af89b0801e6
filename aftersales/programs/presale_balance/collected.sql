WITH work AS MATERIALIZED (SELECT * FROM presale_work WHERE place > %(lo)s AND place <= %(hi)s),
closed AS (
  UPDATE presale_balance_touch t SET state = w.verdict, reason = w.reason, sent_at = CASE WHEN w.verdict = 'sent' THEN w.closed_at END
  FROM work w WHERE t.merchant_id = %(merchant)s AND t.id = w.id AND t.state IN ('queued', 'included')
  RETURNING t.enrolment_id, t.state, t.reason),
counted AS (
  SELECT enrolment_id, count(*) FILTER (WHERE state = 'sent') AS sent, bool_or(reason = 'opted_out') AS opted_out
  FROM closed GROUP BY enrolment_id),
moved AS (
  UPDATE presale_balance_enrolment e
  SET touches = e.touches + c.sent, changed_at = %(as_of)s,
      state = CASE WHEN c.opted_out AND e.state IN ('scheduled', 'touched', 'rescheduled') THEN 'opted_out'
                   WHEN c.sent > 0 AND e.state IN ('scheduled', 'rescheduled') THEN 'touched' ELSE e.state END,
      next_due_at = CASE WHEN c.opted_out THEN NULL ELSE e.next_due_at END
  FROM counted c WHERE e.merchant_id = %(merchant)s AND e.id = c.enrolment_id AND (c.sent > 0 OR c.opted_out))
SELECT (SELECT count(*) FROM closed WHERE state = 'sent'),
       coalesce((SELECT jsonb_object_agg(reason, n) FROM (SELECT reason, count(*) AS n FROM closed WHERE state <> 'sent' GROUP BY 1) r), '{}')
