-- One alert per key, and a notice to the merchant's people about it, in the write that causes both.
CREATE FUNCTION guard_alert(p_merchant bigint, p_kind text, p_program text, p_key text, p_facts jsonb) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
  WITH raised AS (
    INSERT INTO guards_alert (merchant_id, kind, program, key, facts) VALUES (p_merchant, p_kind, p_program, p_key, p_facts)
    ON CONFLICT (merchant_id, key) DO NOTHING RETURNING id)
  INSERT INTO outbox_message (merchant_id, kind, channel, consent_class, recipient_id, subject_id, step, language, data, effect_key,
                              run_at, drop_after)
  SELECT p_merchant, 'guards.alert.raised', 'in_app', 'service', NULL, r.id, split_part(p_kind, '.', 2), '', '{}', 'guards.alert:' || r.id,
         now(), NULL
  FROM raised r
  ON CONFLICT (merchant_id, effect_key) DO NOTHING
$$;

CREATE OR REPLACE FUNCTION guard_budget_alert(p_merchant bigint, p_budget bigint, p_slot timestamptz, p_kind text) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT guard_alert(p_merchant, p_kind, b.program, p_kind || ':' || b.id || ':' || extract(epoch FROM p_slot)::bigint,
    jsonb_build_object('level', b.level, 'currency', b.currency, 'limit', b.limit_amount, 'percent', b.alert_percent, 'slot', p_slot))
  FROM guards_budget b WHERE b.merchant_id = p_merchant AND b.id = p_budget
$$;

-- Opens the circuit when this window's payouts, with the new ones, exceed the given percentage of the median of the windows
-- before (those in which anything was paid). Windows slide and end with the current hour. A circuit that a person closed is left
-- alone for one window.
CREATE OR REPLACE FUNCTION guard_trips(p_merchant bigint, p_program text, p_currency text, p_at timestamptz, p_more numeric) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  s record; this_hour timestamptz; now_spent numeric; median numeric; seen integer;
BEGIN
  IF p_more <= 0 THEN RETURN false; END IF;
  SELECT * INTO s FROM guard_settings(p_merchant);
  this_hour := date_trunc('hour', p_at, guard_zone(p_merchant));
  SELECT coalesce(sum(w.amount) FILTER (WHERE w.age = 0), 0) + p_more,
         percentile_cont(0.5) WITHIN GROUP (ORDER BY w.amount) FILTER (WHERE w.age > 0), count(*) FILTER (WHERE w.age > 0)
  INTO now_spent, median, seen
  FROM (SELECT floor(extract(epoch FROM this_hour - h.hour) / 3600 / s.breaker_hours) AS age, sum(h.amount)::float8 AS amount
        FROM guards_spendhour h
        WHERE h.merchant_id = p_merchant AND h.program = p_program AND h.currency = p_currency AND h.amount > 0
          AND h.hour <= this_hour AND h.hour > this_hour - make_interval(hours => s.breaker_hours * (s.breaker_windows + 1))
        GROUP BY 1) w;
  IF seen < s.breaker_min_windows OR now_spent * 100 <= median * s.breaker_percent THEN RETURN false; END IF;
  IF EXISTS (SELECT 1 FROM guards_breaker b
             WHERE b.merchant_id = p_merchant AND b.program = p_program AND b.currency = p_currency
               AND b.closed_at > p_at - make_interval(hours => s.breaker_hours)) THEN
    RETURN false;
  END IF;
  INSERT INTO guards_breaker (merchant_id, program, currency, opened_at, facts)
  VALUES (p_merchant, p_program, p_currency, p_at, jsonb_build_object('current', now_spent::bigint, 'median', round(median)::bigint,
          'percent', s.breaker_percent, 'hours', s.breaker_hours, 'windows', seen))
  ON CONFLICT (merchant_id, program, currency) WHERE closed_at IS NULL DO NOTHING;
  PERFORM guard_alert(p_merchant, 'breaker.opened', p_program,
    'breaker:' || p_program || ':' || p_currency || ':' || extract(epoch FROM p_at)::bigint,
    jsonb_build_object('currency', p_currency, 'current', now_spent::bigint, 'median', round(median)::bigint));
  RETURN true;
END $$;
