-- The touches of every different window in {source}: (tz, opens_at, closes_at, has_email, has_phone). Thousands of orders share a
-- window, so the schedule is made once per window and joined. Kept steps of a window rise both in number and in time.
-- rules.schedule() computes the same for one window; tests hold both against a search minute by minute.
pair AS MATERIALIZED (
  SELECT DISTINCT tz, opens_at, closes_at, has_email, has_phone FROM {source} WHERE opens_at < closes_at),
wanted AS (
  SELECT p.*, s.step, s.quiet, s.channels,
         CASE s.anchor
           WHEN 'opens' THEN p.opens_at + make_interval(mins => s.amount)
           WHEN 'closes' THEN p.closes_at - make_interval(mins => s.amount)
           ELSE p.opens_at + make_interval(mins => floor(floor(extract(epoch FROM p.closes_at - p.opens_at)) * s.amount / 6000)::int) END
         AS nominal_at
  FROM pair p
  CROSS JOIN jsonb_to_recordset(%(steps)s::jsonb) s(step int, anchor text, amount int, quiet text, channels text[])),
offered AS (
  SELECT w.*, c.channel, c.rank, a.later, a.earlier
  FROM wanted w
  CROSS JOIN unnest(w.channels) WITH ORDINALITY c(channel, rank)
  CROSS JOIN LATERAL (
    SELECT CASE WHEN c.channel = ANY (%(quiet_channels)s)
                THEN next_allowed(w.nominal_at, w.tz, %(quiet_from)s::time, %(quiet_to)s::time) ELSE w.nominal_at END AS later,
           CASE WHEN c.channel = ANY (%(quiet_channels)s)
                THEN last_allowed(w.nominal_at, w.tz, %(quiet_from)s::time, %(quiet_to)s::time) ELSE w.nominal_at END AS earlier) a
  WHERE w.nominal_at >= w.opens_at AND w.nominal_at < w.closes_at
    AND CASE c.channel WHEN 'email' THEN w.has_email WHEN 'sms' THEN w.has_phone ELSE true END),
chosen AS (
  SELECT DISTINCT ON (o.tz, o.opens_at, o.closes_at, o.has_email, o.has_phone, o.step) o.*, d.due_at,
         CASE WHEN d.due_at < o.nominal_at THEN 'forward' WHEN d.due_at > o.nominal_at THEN 'deferred' ELSE '' END AS shift
  FROM offered o
  CROSS JOIN LATERAL (
    SELECT CASE WHEN o.quiet = 'forward' AND o.earlier >= o.opens_at THEN o.earlier
                WHEN o.later < o.closes_at THEN o.later END AS due_at) d
  WHERE d.due_at IS NOT NULL
  ORDER BY o.tz, o.opens_at, o.closes_at, o.has_email, o.has_phone, o.step, o.rank),
kept AS MATERIALIZED (
  SELECT tz, opens_at, closes_at, has_email, has_phone, step, channel, nominal_at, due_at, shift
  FROM (
    SELECT c.*, min(c.due_at) OVER (
             PARTITION BY c.tz, c.opens_at, c.closes_at, c.has_email, c.has_phone
             ORDER BY c.step ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS later_step_at
    FROM chosen c) c
  WHERE later_step_at IS NULL OR later_step_at >= due_at + make_interval(mins => %(min_gap)s))
