-- The books of hiring. Money crosses from one organization's book into another's through the account `clearing` of each.
CREATE FUNCTION ledger_chart() RETURNS TABLE (party integer, code text, floor bigint)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
  VALUES
    (1, 'paid_in', NULL::bigint), (1, 'wallet', 0), (1, 'escrow_held', 0), (1, 'clearing', NULL),
    (2, 'clearing', NULL), (2, 'earnings_pending', 0), (2, 'earnings', NULL), (2, 'payouts_in_transit', 0), (2, 'paid_out', NULL),
    (3, 'clearing', NULL), (3, 'commission', NULL), (3, 'payment_fees', NULL), (3, 'dispute_fees', NULL)
$$;

-- Posts every leg or none. A leg is one transfer in one book; p_party says whose: 1 the merchant's, 2 the provider's, 3 the
-- market's (p_books). Accounts of a book are opened together and locked together, books in this order and accounts by id,
-- whatever the legs need: so two postings of one transaction cannot wait for each other's in a circle.
-- Legs that were posted before with the same body change nothing (`posted` 0). `short` is what an account lacks when the legs
-- would take it below its floor: nothing is posted then.
-- Nobody may call this: only the functions that first make sure whose money it is.
CREATE FUNCTION ledger_post_books(
  p_books bigint[], p_currency text, p_at timestamptz, p_party integer[], p_key text[], p_kind text[], p_from text[],
  p_to text[], p_amount bigint[], OUT posted integer, OUT short bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE wanted integer := cardinality(p_key); needed integer; seen integer; known integer; other integer; off text;
BEGIN
  posted := 0;
  short := 0;
  IF wanted = 0 THEN RETURN; END IF;
  IF (cardinality(p_party), cardinality(p_kind), cardinality(p_from), cardinality(p_to), cardinality(p_amount))
     IS DISTINCT FROM (wanted, wanted, wanted, wanted, wanted) THEN
    RAISE EXCEPTION 'every leg needs all its parts' USING ERRCODE = 'data_exception';
  END IF;
  SELECT l.key INTO off FROM unnest(p_key, p_from, p_to, p_amount) AS l (key, source, target, amount)
  GROUP BY l.key HAVING sum(l.amount * ((l.target = 'clearing')::integer - (l.source = 'clearing')::integer)) <> 0 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the legs of % do not clear', off USING ERRCODE = 'check_violation';
  END IF;

  SELECT count(*) INTO needed FROM ledger_chart() c WHERE c.party = ANY (p_party);
  FOR attempt IN 1..2 LOOP
    PERFORM 1 FROM unnest(p_books) WITH ORDINALITY AS b (book, party) JOIN ledger_chart() c ON c.party = b.party
    JOIN ledger_ledgeraccount a ON a.merchant_id = b.book AND a.code = c.code AND a.currency = p_currency
    WHERE b.party = ANY (p_party) ORDER BY b.party, a.id FOR NO KEY UPDATE OF a;
    GET DIAGNOSTICS seen = ROW_COUNT;
    EXIT WHEN seen = needed OR attempt = 2;
    INSERT INTO ledger_ledgeraccount (merchant_id, code, currency, balance, floor)
    SELECT b.book, c.code, p_currency, 0, c.floor FROM unnest(p_books) WITH ORDINALITY AS b (book, party)
    JOIN ledger_chart() c ON c.party = b.party WHERE b.party = ANY (p_party) ORDER BY b.party, c.code
    ON CONFLICT (merchant_id, code, currency) DO NOTHING;
  END LOOP;

  SELECT count(*), count(*) FILTER (WHERE (t.kind, t.amount, t.currency) IS DISTINCT FROM (l.kind, l.amount, p_currency))
  INTO known, other
  FROM unnest(p_party, p_key, p_kind, p_amount) AS l (party, key, kind, amount)
  JOIN ledger_ledgertransfer t ON t.merchant_id = p_books[l.party] AND t.key = l.key;
  IF other > 0 OR known NOT IN (0, wanted) THEN
    RAISE EXCEPTION 'key % was posted with another body', p_key[1] USING ERRCODE = 'unique_violation';
  END IF;
  IF known = wanted THEN RETURN; END IF;

  SELECT coalesce(max(a.floor - a.balance - d.delta), 0) INTO short
  FROM (SELECT p_books[l.party] AS book, side.code, sum(l.amount * side.sign)::bigint AS delta
        FROM unnest(p_party, p_from, p_to, p_amount) AS l (party, source, target, amount)
        CROSS JOIN LATERAL (VALUES (l.source, -1), (l.target, 1)) AS side (code, sign) GROUP BY 1, 2) d
  JOIN ledger_ledgeraccount a ON a.merchant_id = d.book AND a.code = d.code AND a.currency = p_currency
  WHERE d.delta < 0 AND a.balance + d.delta < a.floor;
  IF short > 0 THEN RETURN; END IF;

  WITH leg AS MATERIALIZED (
    SELECT p_books[l.party] AS book, l.* FROM unnest(p_party, p_key, p_kind, p_from, p_to, p_amount)
      AS l (party, key, kind, source, target, amount)),
  made AS (
    INSERT INTO ledger_ledgertransfer (merchant_id, key, kind, amount, currency, occurred_at)
    SELECT l.book, l.key, l.kind, l.amount, p_currency, p_at FROM leg l RETURNING id, merchant_id, key)
  INSERT INTO ledger_ledgerentry (merchant_id, transfer_id, account_id, amount, currency)
  SELECT l.book, m.id, a.id, l.amount * side.sign, p_currency
  FROM made m JOIN leg l ON l.book = m.merchant_id AND l.key = m.key
  CROSS JOIN LATERAL (VALUES (l.source, -1), (l.target, 1)) AS side (code, sign)
  JOIN ledger_ledgeraccount a ON a.merchant_id = l.book AND a.code = side.code AND a.currency = p_currency;
  GET DIAGNOSTICS seen = ROW_COUNT;
  IF seen <> 2 * wanted THEN
    RAISE EXCEPTION 'a leg names an account that its book does not have' USING ERRCODE = 'data_exception';
  END IF;
  UPDATE ledger_ledgeraccount a SET balance = a.balance + d.delta
  FROM (SELECT p_books[l.party] AS book, side.code, sum(l.amount * side.sign)::bigint AS delta
        FROM unnest(p_party, p_from, p_to, p_amount) AS l (party, source, target, amount)
        CROSS JOIN LATERAL (VALUES (l.source, -1), (l.target, 1)) AS side (code, sign) GROUP BY 1, 2) d
  WHERE a.merchant_id = d.book AND a.code = d.code AND a.currency = p_currency AND d.delta <> 0;
  posted := wanted;
END $$;
REVOKE ALL ON FUNCTION ledger_chart(),
  ledger_post_books(bigint[], text, timestamptz, integer[], text[], text[], text[], text[], bigint[]) FROM PUBLIC;
