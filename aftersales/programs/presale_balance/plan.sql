-- One chunk of buyers: touches, their messages and the enrolments' next due time in one statement. A touch exists once per
-- enrolment, step and plan; only who inserts it enqueues its message.
WITH due AS MATERIALIZED (
  -- The furthest step of a buyer's orders gives the message its words, its channel and its name.
  SELECT w.*, first_value('presale:' || w.id || ':' || w.step || ':' || w.plan_no)
                OVER (PARTITION BY w.buyer_id ORDER BY w.step DESC NULLS LAST, w.due_at, w.id) AS message_key
  FROM presale_work w WHERE w.place > %(lo)s AND w.place <= %(hi)s),
weighed AS (SELECT d.*, d.messages >= %(max_touches)s AS is_capped FROM due d),
touched AS (
  INSERT INTO presale_balance_touch
    (merchant_id, enrolment_id, run_id, buyer_id, activity, step, plan_no, channel, nominal_at, due_at, shift, opens_at, closes_at,
     policy_version, message_key, state, reason)
  SELECT %(merchant)s, w.id, %(run)s, w.buyer_id, w.activity, w.step, w.plan_no, w.channel, w.nominal_at, w.due_at, w.shift, w.opens_at,
         w.closes_at, %(policy_version)s, CASE WHEN w.is_capped THEN '' ELSE w.message_key END,
         CASE WHEN w.is_capped THEN 'dropped' ELSE 'queued' END, CASE WHEN w.is_capped THEN 'cap_reached' ELSE '' END
  FROM weighed w WHERE w.step IS NOT NULL
  {passed}
  ON CONFLICT (merchant_id, enrolment_id, step, plan_no) DO NOTHING
  RETURNING enrolment_id, buyer_id, step, channel, due_at, opens_at, closes_at, message_key, state, reason),
grouped AS (
  SELECT DISTINCT ON (t.buyer_id) t.*, count(*) OVER g AS orders, max(t.opens_at) OVER g AS opened_at
  FROM touched t WHERE t.state = 'queued'
  WINDOW g AS (PARTITION BY t.buyer_id)
  ORDER BY t.buyer_id, t.step DESC, t.due_at, t.enrolment_id),
enqueued AS (
  INSERT INTO outbox_message
    (merchant_id, kind, channel, consent_class, recipient_id, subject_id, step, data, effect_key, run_at, drop_after)
  SELECT %(merchant)s, %(kind)s, g.channel, 'service', g.buyer_id, g.enrolment_id, 't' || g.step, jsonb_build_object('orders', g.orders),
         g.message_key, greatest(g.due_at, g.opened_at),
         least(greatest(g.due_at, g.opened_at) + make_interval(mins => %(max_late)s), g.closes_at)
  FROM grouped g
  ON CONFLICT (merchant_id, effect_key) DO NOTHING
  RETURNING channel, step),
moved AS (
  UPDATE presale_balance_enrolment e SET last_step = d.passed, next_due_at = d.next_due_at, changed_at = %(as_of)s
  FROM due d
  -- By a list of keys: without it every chunk reads all of the merchant's enrolments.
  WHERE e.merchant_id = %(merchant)s AND e.id = ANY (ARRAY(SELECT id FROM due)) AND e.id = d.id AND e.last_step = d.last_step
    AND e.plan_no = d.plan_no)
SELECT (SELECT count(*) FROM touched WHERE state = 'queued'), (SELECT count(*) FROM enqueued),
       coalesce((SELECT jsonb_object_agg(reason, n) FROM (SELECT reason, count(*) AS n FROM touched WHERE reason <> '' GROUP BY 1) r), '{}'),
       coalesce((SELECT jsonb_object_agg(step || ':' || channel, n) FROM (SELECT step, channel, count(*) AS n FROM enqueued GROUP BY 1, 2) r), '{}')
