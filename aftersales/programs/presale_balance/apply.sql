-- Moves enrolments on; a moved window gets a new plan for the steps that have not been sent. {schedule} is schedule.sql.
WITH work AS MATERIALIZED (SELECT * FROM presale_work WHERE place > %(lo)s AND place <= %(hi)s),
moved AS MATERIALIZED (
  SELECT w.id, s.timezone AS tz, w.balance_opens_at AS opens_at, w.balance_closes_at AS closes_at,
         coalesce(b.contact_cipher IS NOT NULL, false) AS has_email, coalesce(b.phone_cipher IS NOT NULL, false) AS has_phone,
         b.id IS NOT NULL AND w.verdict = 'rescheduled' AS may_touch,
         coalesce((SELECT max(t.step) FROM presale_balance_touch t
                   WHERE t.merchant_id = %(merchant)s AND t.enrolment_id = w.id AND t.state IN ('included', 'sent')), 0) AS sent_step
  FROM work w
  JOIN presale_balance_enrolment e ON e.merchant_id = %(merchant)s AND e.id = w.id
  JOIN merchants_shop s ON s.merchant_id = %(merchant)s AND s.id = e.shop_id
  LEFT JOIN store_buyer b ON b.merchant_id = %(merchant)s AND b.id = e.buyer_id
  WHERE w.is_moved),
{schedule},
planned AS (
  SELECT m.id,
         greatest(m.sent_step, max(k.step) FILTER (WHERE k.due_at + make_interval(mins => %(max_late)s) < %(as_of)s)) AS last_step,
         min(k.due_at) FILTER (WHERE m.may_touch AND k.step > m.sent_step
                               AND k.due_at + make_interval(mins => %(max_late)s) >= %(as_of)s) AS next_due_at
  FROM moved m
  LEFT JOIN kept k USING (tz, opens_at, closes_at, has_email, has_phone)
  GROUP BY m.id, m.sent_step),
changed AS (
  UPDATE presale_balance_enrolment e
  SET state = w.verdict, is_final = w.is_final, balance_paid_at = w.balance_paid_at, changed_at = %(as_of)s,
      reason = CASE WHEN w.verdict = 'suppressed' THEN e.reason ELSE '' END,
      opens_at = CASE WHEN w.is_moved THEN w.balance_opens_at ELSE e.opens_at END,
      closes_at = CASE WHEN w.is_moved THEN w.balance_closes_at ELSE e.closes_at END,
      plan_no = e.plan_no + w.is_moved::int,
      last_step = CASE WHEN w.is_moved THEN p.last_step ELSE e.last_step END,
      next_due_at = p.next_due_at
  FROM work w LEFT JOIN planned p USING (id)
  WHERE e.merchant_id = %(merchant)s AND e.id = ANY (ARRAY(SELECT id FROM work)) AND e.id = w.id
  RETURNING e.state)
SELECT coalesce((SELECT jsonb_object_agg(state, n) FROM (SELECT state, count(*) AS n FROM changed GROUP BY 1) r), '{}')
