-- Days and hours of budgets and claims follow the merchant's clock: the time zone of the first shop it opened, UTC before that.
CREATE FUNCTION guard_zone(p_merchant bigint) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce((SELECT s.timezone FROM merchants_shop s WHERE s.merchant_id = p_merchant ORDER BY s.id LIMIT 1), 'UTC')
$$;

-- Whether a program of the merchant is stopped, by its own switch or by the one for all programs.
CREATE FUNCTION guard_killed(p_merchant bigint, p_program text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM guards_killswitch k WHERE k.merchant_id = p_merchant AND k.program IN ('', p_program) AND k.is_on)
$$;

-- One alert per budget and slot for being near (the budget's percentage was reached) and one for having stopped something.
CREATE FUNCTION guard_budget_alert(p_merchant bigint, p_budget bigint, p_slot timestamptz, p_kind text) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
  INSERT INTO guards_alert (merchant_id, kind, program, key, facts)
  SELECT p_merchant, p_kind, b.program, p_kind || ':' || b.id || ':' || extract(epoch FROM p_slot)::bigint,
         jsonb_build_object('level', b.level, 'currency', b.currency, 'limit', b.limit_amount, 'percent', b.alert_percent, 'slot', p_slot)
  FROM guards_budget b WHERE b.merchant_id = p_merchant AND b.id = p_budget
  ON CONFLICT (merchant_id, key) DO NOTHING
$$;

-- guard_take decides claims one after the other in the given order, each as a whole: NULL = it passes and is counted in every
-- budget, otherwise the level it does not fit. The merchant's budgets that apply are locked first, in id order, until the
-- caller's transaction ends; whoever waited reads what the other one spent. `p_force` counts without asking: a person decided.
CREATE FUNCTION guard_take(
  p_merchant bigint, p_program text, p_currency text, p_at timestamptz, p_buyers bigint[], p_amounts bigint[], p_force boolean)
RETURNS text[]
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  n constant integer := coalesce(cardinality(p_amounts), 0);
  verdict text[];
  b record; buyer_day record; merchant_day record; program_hour record;
  has_buyer boolean := false; has_merchant boolean := false; has_program boolean := false;
  zone text; today timestamptz; this_hour timestamptz;
  merchant_left numeric := 'Infinity'; program_left numeric := 'Infinity';
  total numeric; fits boolean := true;
  places integer[]; lefts numeric[];
BEGIN
  IF n <> coalesce(cardinality(p_buyers), 0) THEN
    RAISE EXCEPTION 'as many buyers as amounts are needed' USING ERRCODE = 'data_exception';
  END IF;
  IF n = 0 THEN RETURN ARRAY[]::text[]; END IF;
  verdict := array_fill(NULL::text, ARRAY[n]);
  FOR b IN
    SELECT id, level, limit_amount, alert_percent FROM guards_budget
    WHERE merchant_id = p_merchant AND currency = p_currency AND limit_amount IS NOT NULL AND program IN ('', p_program)
    ORDER BY id FOR UPDATE
  LOOP
    CASE b.level
      WHEN 'buyer_day' THEN buyer_day := b; has_buyer := true;
      WHEN 'merchant_day' THEN merchant_day := b; has_merchant := true;
      ELSE program_hour := b; has_program := true;
    END CASE;
  END LOOP;
  IF NOT (has_buyer OR has_merchant OR has_program) THEN RETURN verdict; END IF;

  IF EXISTS (SELECT 1 FROM unnest(p_amounts) AS a (amount) WHERE a.amount IS NULL OR a.amount < 0) THEN
    RAISE EXCEPTION 'amounts must not be negative' USING ERRCODE = 'data_exception';
  END IF;
  zone := guard_zone(p_merchant);
  today := date_trunc('day', p_at, zone);
  this_hour := date_trunc('hour', p_at, zone);
  SELECT sum(a.amount) INTO total FROM unnest(p_amounts) AS a (amount);
  IF has_merchant THEN
    merchant_left := merchant_day.limit_amount - guard_used(p_merchant, merchant_day.id, today);
  END IF;
  IF has_program THEN
    program_left := program_hour.limit_amount - guard_used(p_merchant, program_hour.id, this_hour);
  END IF;

  IF NOT p_force THEN
    fits := total <= merchant_left AND total <= program_left;
    IF fits AND has_buyer THEN
      SELECT coalesce(bool_and(s.wanted + coalesce(u.used, 0) <= buyer_day.limit_amount), true) INTO fits
      FROM (SELECT w.buyer, sum(w.amount) AS wanted FROM unnest(p_buyers, p_amounts) AS w (buyer, amount)
            WHERE w.buyer IS NOT NULL GROUP BY 1) s
      LEFT JOIN guards_budgetuse u
        ON u.merchant_id = p_merchant AND u.budget_id = buyer_day.id AND u.slot = today AND u.buyer_id = s.buyer;
    END IF;
  END IF;

  IF NOT fits THEN
    IF has_buyer THEN
      -- Each claim's place in the list of what its buyer has left; NULL where no buyer is known.
      WITH wanted AS MATERIALIZED (SELECT * FROM unnest(p_buyers) WITH ORDINALITY AS w (buyer, n)),
      buyers AS MATERIALIZED (
        SELECT d.buyer, row_number() OVER (ORDER BY d.buyer)::integer AS place,
               buyer_day.limit_amount - coalesce(u.used, 0)::numeric AS has_left
        FROM (SELECT DISTINCT buyer FROM wanted WHERE buyer IS NOT NULL) d
        LEFT JOIN guards_budgetuse u
          ON u.merchant_id = p_merchant AND u.budget_id = buyer_day.id AND u.slot = today AND u.buyer_id = d.buyer)
      SELECT (SELECT array_agg(k.place ORDER BY w.n) FROM wanted w LEFT JOIN buyers k ON k.buyer = w.buyer),
             (SELECT array_agg(k.has_left ORDER BY k.place) FROM buyers k)
      INTO places, lefts;
    END IF;
    FOR i IN 1..n LOOP
      IF places[i] IS NOT NULL AND p_amounts[i] > lefts[places[i]] THEN
        verdict[i] := 'buyer_day';
      ELSIF p_amounts[i] > program_left THEN
        verdict[i] := 'program_hour';
      ELSIF p_amounts[i] > merchant_left THEN
        verdict[i] := 'merchant_day';
      ELSE
        IF places[i] IS NOT NULL THEN lefts[places[i]] := lefts[places[i]] - p_amounts[i]; END IF;
        program_left := program_left - p_amounts[i];
        merchant_left := merchant_left - p_amounts[i];
      END IF;
    END LOOP;
    SELECT coalesce(sum(w.amount) FILTER (WHERE w.stop IS NULL), 0) INTO total FROM unnest(p_amounts, verdict) AS w (amount, stop);
  END IF;

  IF has_merchant THEN
    PERFORM guard_count(p_merchant, merchant_day.id, today, ARRAY[0]::bigint[], ARRAY[total]::bigint[]);
    IF 'merchant_day' = ANY (verdict) THEN PERFORM guard_budget_alert(p_merchant, merchant_day.id, today, 'budget.stopped'); END IF;
  END IF;
  IF has_program THEN
    PERFORM guard_count(p_merchant, program_hour.id, this_hour, ARRAY[0]::bigint[], ARRAY[total]::bigint[]);
    IF 'program_hour' = ANY (verdict) THEN PERFORM guard_budget_alert(p_merchant, program_hour.id, this_hour, 'budget.stopped'); END IF;
  END IF;
  IF has_buyer THEN
    PERFORM guard_count(p_merchant, buyer_day.id, today, array_agg(s.buyer), array_agg(s.wanted))
    FROM (SELECT w.buyer, sum(w.amount)::bigint AS wanted FROM unnest(p_buyers, p_amounts, verdict) AS w (buyer, amount, stop)
          WHERE w.buyer IS NOT NULL AND w.stop IS NULL GROUP BY 1 ORDER BY 1) s;
    IF 'buyer_day' = ANY (verdict) THEN PERFORM guard_budget_alert(p_merchant, buyer_day.id, today, 'budget.stopped'); END IF;
  END IF;
  RETURN verdict;
END $$;

CREATE FUNCTION guard_used(p_merchant bigint, p_budget bigint, p_slot timestamptz) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT coalesce((SELECT u.used FROM guards_budgetuse u
                   WHERE u.merchant_id = p_merchant AND u.budget_id = p_budget AND u.slot = p_slot AND u.buyer_id = 0), 0)
$$;

-- Adds to what was used of a budget in a slot. The caller holds the budget's lock.
CREATE FUNCTION guard_count(p_merchant bigint, p_budget bigint, p_slot timestamptz, p_buyers bigint[], p_amounts bigint[])
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE is_near boolean;
BEGIN
  WITH counted AS (
    INSERT INTO guards_budgetuse (merchant_id, budget_id, slot, buyer_id, used)
    SELECT p_merchant, p_budget, p_slot, w.buyer, w.amount FROM unnest(p_buyers, p_amounts) AS w (buyer, amount) WHERE w.amount > 0
    ON CONFLICT (merchant_id, budget_id, slot, buyer_id) DO UPDATE SET used = guards_budgetuse.used + excluded.used
    RETURNING used)
  SELECT bool_or(c.used * 100::numeric >= b.limit_amount * b.alert_percent::numeric) INTO is_near
  FROM counted c CROSS JOIN guards_budget b WHERE b.merchant_id = p_merchant AND b.id = p_budget;
  IF is_near THEN PERFORM guard_budget_alert(p_merchant, p_budget, p_slot, 'budget.near'); END IF;
END $$;

-- The contract of programs. `at` decides the day and the hour; one currency a call; a NULL buyer has no buyer's limit.
CREATE FUNCTION guard_spend(
  p_merchant bigint, p_program text, p_currency text, p_at timestamptz, p_buyers bigint[], p_amounts bigint[]) RETURNS boolean[]
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT ARRAY(SELECT v.stop IS NULL
               FROM unnest(guard_take(p_merchant, p_program, p_currency, p_at, p_buyers, p_amounts, false)) WITH ORDINALITY AS v (stop, n)
               ORDER BY v.n)
$$;
