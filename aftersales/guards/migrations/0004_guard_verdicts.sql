-- Minor units of one major unit: 1 for JPY, 1000 for KWD (ISO 4217), 100 otherwise.
CREATE FUNCTION guard_major(p_currency text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT CASE WHEN p_currency = ANY ('{BIF,CLP,DJF,GNF,ISK,JPY,KMF,KRW,PYG,RWF,UGX,UYI,VND,VUV,XAF,XOF,XPF}') THEN 1
              WHEN p_currency = ANY ('{BHD,IQD,JOD,KWD,LYD,OMR,TND}') THEN 1000 ELSE 100 END
$$;

-- The merchant's settings; one row always, the defaults where nothing was set. Keep them equal to the columns' defaults.
CREATE FUNCTION guard_settings(
  p_merchant bigint, OUT payout_limit bigint, OUT batch_limit bigint, OUT currency_limits jsonb, OUT approval_days integer,
  OUT breaker_percent integer, OUT breaker_hours integer, OUT breaker_windows integer, OUT breaker_min_windows integer)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce(s.payout_limit, 500), coalesce(s.batch_limit, 10000), coalesce(s.currency_limits, '{}'),
         coalesce(s.approval_days, 7), coalesce(s.breaker_percent, 300), coalesce(s.breaker_hours, 24),
         coalesce(s.breaker_windows, 28), coalesce(s.breaker_min_windows, 7)
  FROM (SELECT 1) one LEFT JOIN guards_guardsettings s ON s.merchant_id = p_merchant
$$;

-- The limit above which a second person approves ('payout' or 'batch'), in minor units of the currency.
CREATE FUNCTION guard_limit(p_merchant bigint, p_kind text, p_currency text) RETURNS numeric
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce((s.currency_limits -> p_currency ->> p_kind)::numeric,
                  CASE p_kind WHEN 'payout' THEN s.payout_limit ELSE s.batch_limit END) * guard_major(p_currency)
  FROM guard_settings(p_merchant) s
$$;

-- Whether what a run pays is checked by a second person. The command line is the operator's own door: what it runs is audited
-- under its name and not held. Everything else is (a run somebody started in the browser, and the automatic ones).
CREATE FUNCTION guard_checks(p_merchant bigint, p_run bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT NOT EXISTS (SELECT 1 FROM aftersales_programrun r
                     WHERE r.merchant_id = p_merchant AND r.id = p_run AND r.created_by = 'system:cli')
$$;

-- Opens the circuit when this window's payouts, with the new ones, exceed the given percentage of the median of the windows
-- before (those in which anything was paid). Windows slide and end with the current hour. A circuit that a person closed is left
-- alone for one window.
CREATE FUNCTION guard_trips(p_merchant bigint, p_program text, p_currency text, p_at timestamptz, p_more numeric) RETURNS boolean
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
  INSERT INTO guards_alert (merchant_id, kind, program, key, facts)
  VALUES (p_merchant, 'breaker.opened', p_program, 'breaker:' || p_program || ':' || p_currency || ':' || extract(epoch FROM p_at)::bigint,
          jsonb_build_object('currency', p_currency, 'current', now_spent::bigint, 'median', round(median)::bigint))
  ON CONFLICT (merchant_id, key) DO NOTHING;
  RETURN true;
END $$;

-- What every guard says about new claims, in the given order: NULL = pay it, otherwise the reason to hold it with:
-- BREAKER (the circuit is open, or opens now), APPROVAL (the claim, or its run, is large), BUDGET. What passes is counted.
CREATE FUNCTION guard_verdicts(
  p_merchant bigint, p_program text, p_run bigint, p_currency text, p_at timestamptz, p_buyers bigint[], p_amounts bigint[])
RETURNS text[]
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  n constant integer := coalesce(cardinality(p_amounts), 0);
  verdict text[]; single numeric; free_n integer; buyers bigint[]; amounts bigint[]; total numeric; taken text[];
BEGIN
  IF n = 0 THEN RETURN ARRAY[]::text[]; END IF;
  IF EXISTS (SELECT 1 FROM guards_breaker b
             WHERE b.merchant_id = p_merchant AND b.program = p_program AND b.currency = p_currency AND b.closed_at IS NULL) THEN
    RETURN array_fill('BREAKER'::text, ARRAY[n]);
  END IF;
  verdict := array_fill(NULL::text, ARRAY[n]);
  buyers := p_buyers; amounts := p_amounts; free_n := n;
  IF guard_checks(p_merchant, p_run) THEN
    IF EXISTS (SELECT 1 FROM guards_approval a
               WHERE a.merchant_id = p_merchant AND a.kind = 'batch' AND a.program = p_program AND a.subject_id = p_run
                 AND a.currency = p_currency AND a.state <> 'approved') THEN
      RETURN array_fill('APPROVAL'::text, ARRAY[n]);
    END IF;
    single := guard_limit(p_merchant, 'payout', p_currency);
    SELECT array_agg(CASE WHEN w.amount > single THEN 'APPROVAL' END ORDER BY w.n),
           array_agg(w.buyer ORDER BY w.n) FILTER (WHERE w.amount <= single),
           array_agg(w.amount ORDER BY w.n) FILTER (WHERE w.amount <= single), count(*) FILTER (WHERE w.amount <= single)
    INTO verdict, buyers, amounts, free_n
    FROM unnest(p_buyers, p_amounts) WITH ORDINALITY AS w (buyer, amount, n);
  END IF;
  IF free_n = 0 THEN RETURN verdict; END IF;
  SELECT sum(a.amount) INTO total FROM unnest(amounts) AS a (amount);
  IF guard_trips(p_merchant, p_program, p_currency, p_at, total) THEN RETURN array_fill('BREAKER'::text, ARRAY[n]); END IF;
  taken := guard_take(p_merchant, p_program, p_currency, p_at, buyers, amounts, false);
  IF free_n < n OR cardinality(array_remove(taken, NULL)) > 0 THEN
    SELECT array_agg(CASE WHEN v.said IS NOT NULL THEN v.said WHEN taken[v.place] IS NOT NULL THEN 'BUDGET' END ORDER BY v.n)
    INTO verdict
    FROM (SELECT u.said, u.n, count(*) FILTER (WHERE u.said IS NULL) OVER (ORDER BY u.n) AS place
          FROM unnest(verdict) WITH ORDINALITY AS u (said, n)) v;
    SELECT coalesce(sum(w.amount), 0), count(*) INTO total, free_n
    FROM unnest(p_amounts, verdict) AS w (amount, said) WHERE w.said IS NULL;
  END IF;
  PERFORM guard_remember(p_merchant, p_program, p_currency, p_at, total, free_n);
  RETURN verdict;
END $$;

-- Adds to the breaker's memory what was paid.
CREATE FUNCTION guard_remember(p_merchant bigint, p_program text, p_currency text, p_at timestamptz, p_amount numeric, p_claims integer)
RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
  INSERT INTO guards_spendhour (merchant_id, program, currency, hour, amount, claims)
  SELECT p_merchant, p_program, p_currency, date_trunc('hour', p_at, guard_zone(p_merchant)), p_amount::bigint, p_claims
  WHERE p_claims > 0
  ON CONFLICT (merchant_id, program, currency, hour)
  DO UPDATE SET amount = guards_spendhour.amount + excluded.amount, claims = guards_spendhour.claims + excluded.claims
$$;

-- To be asked once per run and currency before its first claim, with all the run would pay: true = a second person approves the
-- batch first, and guard_verdicts() holds its claims.
CREATE FUNCTION guard_batch(p_merchant bigint, p_program text, p_run bigint, p_currency text, p_amount numeric, p_at timestamptz)
RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF p_amount <= guard_limit(p_merchant, 'batch', p_currency) OR NOT guard_checks(p_merchant, p_run) THEN RETURN false; END IF;
  INSERT INTO guards_approval (merchant_id, kind, program, subject_id, amount, currency, requested_by, requested_at, expires_at)
  SELECT p_merchant, 'batch', p_program, p_run, p_amount::bigint, p_currency, coalesce(r.created_by, 'system:beat'), p_at,
         p_at + make_interval(days => (guard_settings(p_merchant)).approval_days)
  FROM (SELECT 1) one LEFT JOIN aftersales_programrun r ON r.merchant_id = p_merchant AND r.id = p_run
  WHERE NOT EXISTS (SELECT 1 FROM guards_approval a WHERE a.merchant_id = p_merchant AND a.kind = 'batch' AND a.program = p_program
                      AND a.subject_id = p_run AND a.currency = p_currency)
  ON CONFLICT (merchant_id, kind, program, subject_id, currency) WHERE state = 'waiting' DO NOTHING;
  RETURN EXISTS (SELECT 1 FROM guards_approval a WHERE a.merchant_id = p_merchant AND a.kind = 'batch' AND a.program = p_program
                   AND a.subject_id = p_run AND a.currency = p_currency AND a.state <> 'approved');
END $$;

-- One approval row for each claim of a run that is held as a large single payout; part of the transaction that wrote the claims.
-- Claims of a batch that waits have one approval together. Returns how many were asked for.
CREATE FUNCTION guard_ask(p_merchant bigint, p_program text, p_run bigint, p_at timestamptz) RETURNS bigint
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
  WITH asked AS (
    INSERT INTO guards_approval (merchant_id, kind, program, subject_id, amount, currency, requested_by, requested_at, expires_at)
    SELECT p_merchant, 'payout', p_program, c.id, c.amount, c.currency, r.created_by, p_at,
           p_at + make_interval(days => (guard_settings(p_merchant)).approval_days)
    FROM aftersales_claim c
    JOIN aftersales_programrun r ON r.merchant_id = p_merchant AND r.id = c.run_id
    WHERE c.merchant_id = p_merchant AND c.run_id = p_run AND c.state = 'held' AND c.reason = 'APPROVAL'
      AND NOT EXISTS (SELECT 1 FROM guards_approval a WHERE a.merchant_id = p_merchant AND a.kind = 'batch' AND a.program = p_program
                        AND a.subject_id = p_run AND a.currency = c.currency)
      AND NOT EXISTS (SELECT 1 FROM guards_approval a WHERE a.merchant_id = p_merchant AND a.kind = 'payout' AND a.program = p_program
                        AND a.subject_id = c.id)
    ON CONFLICT (merchant_id, kind, program, subject_id, currency) WHERE state = 'waiting' DO NOTHING
    RETURNING 1)
  SELECT count(*) FROM asked
$$;
