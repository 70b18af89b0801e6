-- One chunk: each buyer gets an arm, once and for good; each order its state and, when it may be reminded, its first due time.
-- {schedule} is schedule.sql. The arm is a function of experiment and buyer, so it need not be read back.
WITH fresh AS MATERIALIZED (
  SELECT f.*, s.timezone AS tz, coalesce(b.contact_cipher IS NOT NULL, false) AS has_email,
         coalesce(b.phone_cipher IS NOT NULL, false) AS has_phone, coalesce(b.opted_out_at <= %(as_of)s, false) AS is_opted_out,
         CASE WHEN f.opens_at IS NULL OR b.id IS NULL THEN ''
              WHEN experiment_bucket(%(seed)s, b.external_ref) * 100 < %(holdout_ppm)s THEN 'holdout' ELSE 'treatment' END AS arm
  FROM presale_work f
  JOIN merchants_shop s ON s.merchant_id = %(merchant)s AND s.id = f.shop_id
  LEFT JOIN store_buyer b ON b.merchant_id = %(merchant)s AND b.id = f.buyer_id
  WHERE f.place > %(lo)s AND f.place <= %(hi)s),
assigned AS (
  INSERT INTO measurement_assignment (merchant_id, experiment_id, buyer_id, arm, eligible_at)
  SELECT DISTINCT %(merchant)s, %(experiment)s, f.buyer_id, f.arm, %(as_of)s::timestamptz FROM fresh f WHERE f.arm <> ''
  ON CONFLICT (merchant_id, experiment_id, buyer_id) DO NOTHING),
{schedule},
first AS (
  SELECT k.tz, k.opens_at, k.closes_at, k.has_email, k.has_phone,
         coalesce(max(k.step) FILTER (WHERE k.due_at + make_interval(mins => %(max_late)s) < %(as_of)s), 0) AS last_step,
         min(k.due_at) FILTER (WHERE k.due_at + make_interval(mins => %(max_late)s) >= %(as_of)s) AS due_at
  FROM kept k GROUP BY 1, 2, 3, 4, 5),
enrolled AS (
  INSERT INTO presale_balance_enrolment
    (merchant_id, run_id, order_id, shop_id, buyer_id, experiment_id, arm, activity, opens_at, closes_at, state, reason, policy_version,
     last_step, next_due_at, enrolled_at, changed_at)
  SELECT %(merchant)s, %(run)s, f.order_id, f.shop_id, f.buyer_id, CASE WHEN f.arm <> '' THEN %(experiment)s END, f.arm,
         coalesce(nullif(f.activity, ''), to_char(f.opens_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"'), ''), f.opens_at, f.closes_at,
         s.state, CASE WHEN s.state <> 'suppressed' THEN '' WHEN f.buyer_id IS NULL THEN 'no_buyer' ELSE 'no_address' END,
         %(policy_version)s, coalesce(n.last_step, 0), CASE WHEN s.state = 'scheduled' THEN n.due_at END, %(as_of)s, %(as_of)s
  FROM fresh f
  LEFT JOIN first n USING (tz, opens_at, closes_at, has_email, has_phone)
  CROSS JOIN LATERAL (
    SELECT CASE WHEN f.opens_at IS NULL THEN 'deposit_paid' WHEN f.buyer_id IS NULL THEN 'suppressed'
                WHEN f.is_opted_out THEN 'opted_out' WHEN f.arm = 'holdout' THEN 'holdout' WHEN n.due_at IS NOT NULL THEN 'scheduled'
                WHEN NOT (f.has_email AND 'email' = ANY (%(channels)s) OR f.has_phone AND 'sms' = ANY (%(channels)s) OR 'in_app' = ANY (%(channels)s))
                THEN 'suppressed' ELSE 'enrolled' END AS state) s
  ON CONFLICT (merchant_id, order_id) DO UPDATE
  SET run_id = excluded.run_id, experiment_id = excluded.experiment_id, arm = excluded.arm, activity = excluded.activity,
      opens_at = excluded.opens_at, closes_at = excluded.closes_at, state = excluded.state, reason = excluded.reason,
      policy_version = excluded.policy_version, last_step = excluded.last_step, next_due_at = excluded.next_due_at,
      changed_at = excluded.changed_at
  WHERE presale_balance_enrolment.state = 'deposit_paid' AND excluded.state <> 'deposit_paid'
  RETURNING state, reason)
SELECT coalesce((SELECT jsonb_object_agg(state, n) FROM (SELECT state, count(*) AS n FROM enrolled GROUP BY 1) r), '{}'),
       coalesce((SELECT jsonb_object_agg(reason, n) FROM (SELECT reason, count(*) AS n FROM enrolled WHERE reason <> '' GROUP BY 1) r), '{}')
