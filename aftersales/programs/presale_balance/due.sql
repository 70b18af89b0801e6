-- Enrolments with a touch due up to the horizon, and those up to `until` whose last reminder may have to leave before its time
-- (spread.sql). {schedule} is schedule.sql. Of the steps due, those too late are dropped, the last of the others is sent. Orders of one buyer have one place, so that no chunk parts them.
CREATE TEMP TABLE presale_work AS
WITH due AS MATERIALIZED (
  SELECT e.id, e.buyer_id, e.activity, e.opens_at, e.closes_at, e.last_step, e.plan_no, s.timezone AS tz,
         b.contact_cipher IS NOT NULL AS has_email, b.phone_cipher IS NOT NULL AS has_phone
  FROM presale_balance_enrolment e
  JOIN merchants_shop s ON s.merchant_id = %(merchant)s AND s.id = e.shop_id
  JOIN store_buyer b ON b.merchant_id = %(merchant)s AND b.id = e.buyer_id
  WHERE e.merchant_id = %(merchant)s AND e.next_due_at <= %(until)s AND (%(shop)s IS NULL OR e.shop_id = %(shop)s)
    AND NOT (SELECT guard_killed(%(merchant)s, %(program)s))),
{schedule},
spent AS (
  SELECT t.buyer_id, t.activity, count(DISTINCT t.message_key) AS messages
  FROM presale_balance_touch t
  WHERE t.merchant_id = %(merchant)s AND t.buyer_id IN (SELECT buyer_id FROM due) AND t.state <> 'dropped'
  GROUP BY t.buyer_id, t.activity),
later AS (SELECT v.last_step FROM (VALUES (0), (1), (2), (3)) v(last_step)),
hop AS MATERIALIZED (
  -- Per window and last step: what happens now, and when there is something to do next.
  SELECT k.tz, k.opens_at, k.closes_at, k.has_email, k.has_phone, l.last_step,
         max(k.step) FILTER (WHERE k.due_at <= %(horizon)s AND NOT k.is_late) AS step,
         max(k.step) FILTER (WHERE k.due_at <= %(horizon)s) AS passed,
         min(k.due_at) FILTER (WHERE k.due_at > %(horizon)s) AS next_due_at
  FROM (SELECT k.*, k.due_at + make_interval(mins => %(max_late)s) < %(as_of)s AS is_late FROM kept k) k
  JOIN later l ON k.step > l.last_step
  GROUP BY 1, 2, 3, 4, 5, 6)
SELECT dense_rank() OVER (ORDER BY d.buyer_id) AS place, d.id, d.buyer_id, d.activity, d.opens_at, d.closes_at, d.plan_no, d.last_step,
       h.step, coalesce(h.passed, d.last_step) AS passed, h.next_due_at, k.channel, k.nominal_at, k.due_at, k.shift,
       coalesce(s.messages, 0) AS messages
FROM due d
LEFT JOIN spent s ON s.buyer_id = d.buyer_id AND s.activity = d.activity
LEFT JOIN hop h USING (tz, opens_at, closes_at, has_email, has_phone, last_step)
LEFT JOIN kept k USING (tz, opens_at, closes_at, has_email, has_phone, step)
