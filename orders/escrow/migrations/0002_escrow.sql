-- The doors to the ledger that hiring has. Each makes sure who calls and that money takes one of the written ways.

-- What each kind of movement may do: whose book (1 merchant, 2 provider, 3 market), from which account, to which.
CREATE FUNCTION escrow_ways() RETURNS TABLE (kind text, party integer, source text, target text)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
  VALUES
    ('escrow.held', 1, 'wallet', 'escrow_held'),
    ('escrow.refunded', 1, 'escrow_held', 'wallet'),
    ('escrow.released', 1, 'escrow_held', 'clearing'),
    ('escrow.released', 2, 'clearing', 'earnings_pending'),
    ('fee.fixed', 2, 'earnings_pending', 'clearing'), ('fee.fixed', 3, 'clearing', 'commission'),
    ('fee.service', 2, 'earnings_pending', 'clearing'), ('fee.service', 3, 'clearing', 'commission'),
    ('fee.payment', 2, 'earnings_pending', 'clearing'), ('fee.payment', 3, 'clearing', 'payment_fees'),
    ('escrow.reversed', 2, 'earnings_pending', 'clearing'), ('escrow.reversed', 2, 'earnings', 'clearing'),
    ('escrow.reversed', 1, 'clearing', 'wallet'),
    ('fee_back.fixed', 3, 'commission', 'clearing'), ('fee_back.fixed', 2, 'clearing', 'earnings'),
    ('fee_back.fixed', 2, 'clearing', 'earnings_pending'),
    ('fee_back.service', 3, 'commission', 'clearing'), ('fee_back.service', 2, 'clearing', 'earnings'),
    ('fee_back.service', 2, 'clearing', 'earnings_pending'),
    ('fee_back.payment', 3, 'payment_fees', 'clearing'), ('fee_back.payment', 2, 'clearing', 'earnings'),
    ('fee_back.payment', 2, 'clearing', 'earnings_pending'),
    ('dispute.charged', 1, 'wallet', 'clearing'), ('dispute.charged', 2, 'earnings', 'clearing'),
    ('dispute.charged', 3, 'clearing', 'dispute_fees'),
    ('dispute.returned', 3, 'dispute_fees', 'clearing'), ('dispute.returned', 1, 'clearing', 'wallet'),
    ('dispute.returned', 2, 'clearing', 'earnings')
$$;

CREATE FUNCTION escrow_is_party(p_merchant bigint, p_provider bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT session_user = 'shangban_system'
    OR coalesce(NULLIF(current_setting('app.tenant', true), '')::bigint IN (p_merchant, p_provider), false)
$$;

-- Moves money of one deal: only for its parties, only between the books of its merchant, its provider and the market, in its
-- currency. Keys are the deal's own: nobody can use up another's.
CREATE FUNCTION escrow_post(
  p_merchant bigint, p_deal bigint, p_at timestamptz, p_party integer[], p_key text[], p_kind text[], p_from text[],
  p_to text[], p_amount bigint[], OUT posted integer, OUT short bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE deal record; stray text; keys text[];
BEGIN
  SELECT merchant_id, provider_id, currency INTO deal FROM escrow_deal WHERE merchant_id = p_merchant AND id = p_deal;
  IF NOT FOUND OR NOT escrow_is_party(deal.merchant_id, deal.provider_id) THEN
    RAISE EXCEPTION 'no scope for deal %', p_deal USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT l.kind INTO stray FROM unnest(p_party, p_kind, p_from, p_to) AS l (party, kind, source, target)
  WHERE NOT EXISTS (SELECT 1 FROM escrow_ways() w WHERE (w.kind, w.party, w.source, w.target) = (l.kind, l.party, l.source, l.target))
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '% does not move money that way', stray USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT array_agg('deal:' || p_deal || ':' || k.key ORDER BY k.n) INTO keys FROM unnest(p_key) WITH ORDINALITY AS k (key, n);
  SELECT * INTO posted, short FROM ledger_post_books(
    ARRAY[deal.merchant_id, deal.provider_id, market_organization()], deal.currency, p_at, p_party, keys, p_kind, p_from, p_to,
    p_amount);
END $$;

-- A merchant's wallet: money that came in and money that went back to where it came from.
CREATE FUNCTION escrow_wallet(
  p_merchant bigint, p_currency text, p_at timestamptz, p_key text, p_kind text, p_is_in boolean, p_amount bigint,
  OUT posted integer, OUT short bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM ledger_require_tenant(p_merchant);
  IF NOT EXISTS (SELECT 1 FROM accounts_organization WHERE id = p_merchant AND kind = 'merchant') THEN
    RAISE EXCEPTION 'only merchants have wallets' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT * INTO posted, short FROM ledger_post_books(
    ARRAY[p_merchant, NULL, NULL], p_currency, p_at, ARRAY[1], ARRAY['wallet:' || p_key], ARRAY['wallet.' || p_kind],
    ARRAY[CASE WHEN p_is_in THEN 'paid_in' ELSE 'wallet' END], ARRAY[CASE WHEN p_is_in THEN 'wallet' ELSE 'paid_in' END],
    ARRAY[p_amount]);
END $$;

-- A provider's payouts. Sending one never makes a debt, though rulings may leave one.
CREATE FUNCTION escrow_payout(
  p_provider bigint, p_currency text, p_at timestamptz, p_key text, p_kind text, p_amount bigint,
  OUT posted integer, OUT short bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE way record; available bigint;
BEGIN
  PERFORM ledger_require_tenant(p_provider);
  SELECT * INTO way FROM (VALUES
    ('sent', 'earnings', 'payouts_in_transit'), ('paid', 'payouts_in_transit', 'paid_out'),
    ('failed', 'payouts_in_transit', 'earnings'), ('bounced', 'paid_out', 'earnings')) AS w (kind, source, target)
  WHERE w.kind = p_kind;
  IF NOT FOUND OR NOT EXISTS (SELECT 1 FROM accounts_organization WHERE id = p_provider AND kind = 'provider') THEN
    RAISE EXCEPTION 'no such payout' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF p_kind = 'sent' THEN
    PERFORM 1 FROM ledger_ledgeraccount a JOIN ledger_chart() c ON c.party = 2 AND c.code = a.code
    WHERE a.merchant_id = p_provider AND a.currency = p_currency ORDER BY a.id FOR NO KEY UPDATE OF a;
    SELECT coalesce(sum(a.balance), 0)::bigint INTO available FROM ledger_ledgeraccount a
    WHERE a.merchant_id = p_provider AND a.currency = p_currency AND a.code = 'earnings';
    IF available < p_amount AND NOT EXISTS (
      SELECT 1 FROM ledger_ledgertransfer t WHERE t.merchant_id = p_provider AND t.key = 'payout:' || p_key || ':sent') THEN
      posted := 0;
      short := p_amount - available;
      RETURN;
    END IF;
  END IF;
  SELECT * INTO posted, short FROM ledger_post_books(
    ARRAY[NULL, p_provider, NULL], p_currency, p_at, ARRAY[2], ARRAY['payout:' || p_key || ':' || p_kind],
    ARRAY['payout.' || p_kind], ARRAY[way.source], ARRAY[way.target], ARRAY[p_amount]);
END $$;

-- Makes what has waited long enough available, over all providers, at most p_limit releases. Rows that a reversal works on are
-- left for the next run; balances are locked in the order every posting uses.
CREATE FUNCTION escrow_mature(p_as_of timestamptz, p_limit integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE done integer; owners bigint[]; amounts bigint[]; currencies text[]; keys text[];
BEGIN
  -- Columns come from the locked rows themselves: joined again they would be those of the statement's beginning.
  WITH taken AS MATERIALIZED (
    SELECT r.merchant_id, r.id, r.provider_id, r.currency, r.pending, 'deal:' || r.deal_id || ':matured:' || r.id AS key
    FROM escrow_release r WHERE r.state = 'pending' AND r.available_at <= p_as_of
    ORDER BY r.available_at, r.id LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED),
  changed AS (
    UPDATE escrow_release r SET state = 'available', pending = 0 FROM taken t WHERE r.merchant_id = t.merchant_id AND r.id = t.id)
  SELECT count(*), array_agg(t.provider_id), array_agg(t.pending), array_agg(t.currency), array_agg(t.key)
  INTO done, owners, amounts, currencies, keys FROM taken t;
  IF done = 0 THEN RETURN 0; END IF;
  PERFORM 1 FROM ledger_ledgeraccount a JOIN ledger_chart() c ON c.party = 2 AND c.code = a.code
  WHERE (a.merchant_id, a.currency) IN (SELECT * FROM unnest(owners, currencies)) ORDER BY a.merchant_id, a.id
  FOR NO KEY UPDATE OF a;
  WITH leg AS MATERIALIZED (
    SELECT * FROM unnest(owners, currencies, keys, amounts) AS l (book, currency, key, amount) WHERE l.amount > 0),
  made AS (
    INSERT INTO ledger_ledgertransfer (merchant_id, key, kind, amount, currency, occurred_at)
    SELECT l.book, l.key, 'escrow.matured', l.amount, l.currency, p_as_of FROM leg l RETURNING id, merchant_id, amount, currency),
  entries AS (
    INSERT INTO ledger_ledgerentry (merchant_id, transfer_id, account_id, amount, currency)
    SELECT m.merchant_id, m.id, a.id, m.amount * side.sign, m.currency
    FROM made m CROSS JOIN (VALUES ('earnings_pending', -1), ('earnings', 1)) AS side (code, sign)
    JOIN ledger_ledgeraccount a ON a.merchant_id = m.merchant_id AND a.code = side.code AND a.currency = m.currency),
  delta AS (
    SELECT l.book, l.currency, side.code, sum(l.amount * side.sign)::bigint AS amount
    FROM leg l CROSS JOIN (VALUES ('earnings_pending', -1), ('earnings', 1)) AS side (code, sign) GROUP BY 1, 2, 3)
  UPDATE ledger_ledgeraccount a SET balance = a.balance + d.amount FROM delta d
  WHERE a.merchant_id = d.book AND a.code = d.code AND a.currency = d.currency;
  RETURN done;
END $$;

REVOKE ALL ON FUNCTION escrow_ways(), escrow_is_party(bigint, bigint),
  escrow_post(bigint, bigint, timestamptz, integer[], text[], text[], text[], text[], bigint[]),
  escrow_wallet(bigint, text, timestamptz, text, text, boolean, bigint),
  escrow_payout(bigint, text, timestamptz, text, text, bigint), escrow_mature(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  escrow_post(bigint, bigint, timestamptz, integer[], text[], text[], text[], text[], bigint[]),
  escrow_wallet(bigint, text, timestamptz, text, text, boolean, bigint),
  escrow_payout(bigint, text, timestamptz, text, text, bigint) TO shangban_app, shangban_system;
GRANT EXECUTE ON FUNCTION escrow_mature(timestamptz, integer) TO shangban_system;
