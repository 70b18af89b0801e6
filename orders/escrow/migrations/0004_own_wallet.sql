-- Moves money of one deal: only for its parties, only between the books of its merchant, its provider and the market, in its
-- currency. Keys are the deal's own: nobody can use up another's. Only the merchant takes money out of its wallet.
CREATE OR REPLACE FUNCTION escrow_post(
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
  IF session_user <> 'shangban_system' AND NULLIF(current_setting('app.tenant', true), '')::bigint <> deal.merchant_id
     AND EXISTS (SELECT 1 FROM unnest(p_from) AS f (source) WHERE f.source = 'wallet') THEN
    RAISE EXCEPTION 'only the merchant takes money out of its wallet' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT array_agg('deal:' || p_deal || ':' || k.key ORDER BY k.n) INTO keys FROM unnest(p_key) WITH ORDINALITY AS k (key, n);
  SELECT * INTO posted, short FROM ledger_post_books(
    ARRAY[deal.merchant_id, deal.provider_id, market_organization()], deal.currency, p_at, p_party, keys, p_kind, p_from, p_to,
    p_amount);
END $$;
