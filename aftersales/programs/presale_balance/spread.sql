-- The last reminder is useless later, and its channel sends only so many a minute before the quiet hours (or the closing, or before
-- it is too late). Counted backwards from there, every minute takes as many buyers as the channel may send: the first fill the last
-- minute, the others come before it, never before the window, the end of the quiet hours, or the smallest gap after the reminder
-- before. Who is beyond what can still leave, behind what already waits, is reminded by the next channel without quiet hours at its
-- own time, or not at all. Changes presale_work, in which all that may be due by then stand; {schedule} is schedule.sql.
WITH due AS MATERIALIZED (
  SELECT w.id, w.buyer_id, w.opens_at, w.closes_at, w.last_step, w.step, w.next_due_at, w.messages, s.timezone AS tz,
         b.contact_cipher IS NOT NULL AS has_email, b.phone_cipher IS NOT NULL AS has_phone
  FROM presale_work w
  JOIN presale_balance_enrolment e ON e.merchant_id = %(merchant)s AND e.id = w.id
  JOIN merchants_shop s ON s.merchant_id = %(merchant)s AND s.id = e.shop_id
  JOIN store_buyer b ON b.merchant_id = %(merchant)s AND b.id = w.buyer_id),
{schedule},
bounded AS (
  SELECT k.*, r.rate::int AS rate, o.channel AS other_channel, greatest(k.nominal_at, k.due_at) AS other_at,
         least(k.closes_at, k.due_at + make_interval(mins => %(max_late)s), q.quiet_at) AS ends_at,
         greatest(k.opens_at, k.before_at + make_interval(mins => %(min_gap)s), q.awake_at) AS begins_at
  FROM (
    SELECT k.*, max(k.due_at) OVER (
             PARTITION BY k.tz, k.opens_at, k.closes_at, k.has_email, k.has_phone
             ORDER BY k.step ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before_at
    FROM kept k) k
  JOIN jsonb_each_text(%(rates)s::jsonb) r(channel, rate) USING (channel)
  CROSS JOIN LATERAL (
    SELECT min(d.quiet_at) FILTER (WHERE d.quiet_at > k.due_at) AS quiet_at, max(d.awake_at) FILTER (WHERE d.awake_at <= k.due_at) AS awake_at
    FROM generate_series(-1, 1) n
    CROSS JOIN LATERAL (
      SELECT ((k.due_at AT TIME ZONE k.tz)::date + n + %(quiet_from)s::time) AT TIME ZONE k.tz AS quiet_at,
             ((k.due_at AT TIME ZONE k.tz)::date + n + %(quiet_to)s::time) AT TIME ZONE k.tz AS awake_at) d
    WHERE %(quiet_from)s::time <> %(quiet_to)s::time) q
  LEFT JOIN LATERAL (
    SELECT o.channel FROM offered o
    WHERE o.tz = k.tz AND o.opens_at = k.opens_at AND o.closes_at = k.closes_at AND o.has_email = k.has_email AND o.has_phone = k.has_phone
      AND o.step = k.step AND o.channel <> ALL (%(quiet_channels)s)
    ORDER BY o.rank LIMIT 1) o ON true
  WHERE k.step = %(last)s),
room AS MATERIALIZED (
  -- How many may still leave in time: what the channel sends until then, less what waits for it already.
  SELECT b.*, b.rate * extract(epoch FROM b.ends_at - greatest(b.begins_at, %(as_of)s)) / 60
         - (SELECT count(*) FROM outbox_message m
            WHERE m.merchant_id = %(merchant)s AND m.channel = b.channel AND m.state = 'ready' AND m.run_at < b.ends_at
              AND coalesce(m.drop_after > %(as_of)s, true)) AS places
  FROM bounded b),
ranked AS (
  SELECT d.id, r.*, dense_rank() OVER (PARTITION BY r.channel, r.ends_at ORDER BY r.due_at DESC, d.buyer_id) - 1 AS place
  FROM due d
  JOIN room r USING (tz, opens_at, closes_at, has_email, has_phone)
  WHERE r.step > d.last_step AND (d.step = r.step OR d.next_due_at = r.due_at) AND d.messages < %(max_touches)s),
slotted AS (
  SELECT r.*, least(r.due_at, greatest(r.ends_at - make_interval(mins => (r.place / r.rate)::int + 1), r.begins_at)) AS slot_at,
         r.place < r.places AS fits
  FROM ranked r),
told AS (
  SELECT s.*, CASE WHEN fits AND slot_at <= %(soon)s THEN 'go'
                   WHEN NOT fits AND due_at <= %(horizon)s AND other_channel IS NOT NULL THEN 'other'
                   WHEN NOT fits AND due_at <= %(as_of)s AND other_channel IS NULL THEN 'full' ELSE 'wait' END AS verdict
  FROM slotted s)
UPDATE presale_work w
SET step = CASE WHEN t.verdict IN ('go', 'other') THEN t.step WHEN w.step < t.step AND t.verdict = 'wait' THEN w.step END,
    passed = CASE WHEN t.verdict <> 'wait' THEN t.step WHEN w.step = t.step THEN w.last_step ELSE w.passed END,
    next_due_at = CASE WHEN t.verdict = 'wait' THEN w.next_due_at END,
    channel = CASE t.verdict WHEN 'go' THEN t.channel WHEN 'other' THEN t.other_channel ELSE w.channel END,
    nominal_at = CASE WHEN t.verdict IN ('go', 'other') THEN t.nominal_at ELSE w.nominal_at END,
    due_at = CASE t.verdict WHEN 'go' THEN t.slot_at WHEN 'other' THEN t.other_at ELSE w.due_at END,
    shift = CASE t.verdict WHEN 'go' THEN CASE WHEN t.slot_at < t.nominal_at THEN 'forward' WHEN t.slot_at > t.nominal_at THEN 'deferred' ELSE '' END
                           WHEN 'other' THEN CASE WHEN t.other_at > t.nominal_at THEN 'deferred' ELSE '' END ELSE w.shift END
FROM told t WHERE w.id = t.id;
DELETE FROM presale_work WHERE step IS NULL AND passed = last_step
