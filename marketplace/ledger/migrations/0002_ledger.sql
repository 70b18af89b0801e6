-- A transfer whose entries do not sum to zero never commits. Statement-level over the transition table: a deferred row
-- trigger costs seven times as much, and as an invoker's it let an unbalanced row through when the scope changed before COMMIT.
CREATE FUNCTION ledger_refuse_unbalanced() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE wrong record;
BEGIN
  SELECT transfer_id, currency, sum(amount) AS off INTO wrong
  FROM added GROUP BY merchant_id, transfer_id, currency HAVING sum(amount) <> 0 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'transfer % is off by % %', wrong.transfer_id, wrong.off, wrong.currency USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER zero_sum AFTER INSERT ON ledger_ledgerentry REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_unbalanced();

CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_ledgerentry
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_ledgertransfer
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- SECURITY DEFINER functions see every tenant, so each first makes sure that the caller may speak for this one. Their search
-- path ends with pg_temp: unnamed it comes first, and a caller's temporary table would stand in for the real one.
CREATE FUNCTION ledger_require_tenant(p_merchant bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF session_user <> 'shangban_system'
     AND p_merchant IS DISTINCT FROM NULLIF(current_setting('app.tenant', true), '')::bigint THEN
    RAISE EXCEPTION 'no scope for merchant %', p_merchant USING ERRCODE = 'insufficient_privilege';
  END IF;
END $$;

CREATE FUNCTION open_account(p_merchant bigint, p_code text, p_currency text, p_floor bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE found_id bigint;
BEGIN
  PERFORM ledger_require_tenant(p_merchant);
  INSERT INTO ledger_ledgeraccount (merchant_id, code, currency, balance, floor)
  VALUES (p_merchant, p_code, p_currency, 0, p_floor) ON CONFLICT (merchant_id, code, currency) DO NOTHING;
  SELECT id INTO found_id FROM ledger_ledgeraccount
  WHERE merchant_id = p_merchant AND code = p_code AND currency = p_currency;
  RETURN found_id;
END $$;

-- One statement writes every transfer with its two entries. Accounts are locked in id order before anything is written.
CREATE FUNCTION post_transfers(
  p_merchant bigint, p_kind text, p_currency text, p_debit bigint, p_credit bigint,
  p_keys text[], p_amounts bigint[], p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE posted bigint; total bigint; accounts integer; clash text;
BEGIN
  PERFORM ledger_require_tenant(p_merchant);
  IF coalesce(array_length(p_keys, 1), 0) = 0 THEN RETURN 0; END IF;
  IF array_length(p_keys, 1) IS DISTINCT FROM array_length(p_amounts, 1) THEN
    RAISE EXCEPTION 'as many keys as amounts are needed' USING ERRCODE = 'data_exception';
  END IF;
  PERFORM 1 FROM ledger_ledgeraccount a
  WHERE a.merchant_id = p_merchant AND a.id IN (p_debit, p_credit) AND a.currency = p_currency ORDER BY a.id FOR UPDATE;
  GET DIAGNOSTICS accounts = ROW_COUNT;
  IF accounts <> 2 THEN
    RAISE EXCEPTION 'two different accounts of this merchant in % are needed', p_currency USING ERRCODE = 'data_exception';
  END IF;
  WITH wanted AS MATERIALIZED (SELECT * FROM unnest(p_keys, p_amounts) AS w (key, amount)),
  made AS (
    INSERT INTO ledger_ledgertransfer (merchant_id, key, kind, amount, currency, occurred_at)
    SELECT p_merchant, w.key, p_kind, w.amount, p_currency, p_at FROM wanted w
    ON CONFLICT (merchant_id, key) DO NOTHING RETURNING id, amount),
  entries AS (
    INSERT INTO ledger_ledgerentry (merchant_id, transfer_id, account_id, amount, currency)
    SELECT p_merchant, m.id, side.account_id, m.amount * side.sign, p_currency
    FROM made m CROSS JOIN (VALUES (p_debit, -1), (p_credit, 1)) AS side (account_id, sign))
  SELECT count(*), coalesce(sum(amount), 0) INTO posted, total FROM made;
  IF posted < array_length(p_keys, 1) THEN
    SELECT w.key INTO clash FROM unnest(p_keys, p_amounts) AS w (key, amount)
    JOIN ledger_ledgertransfer t ON t.merchant_id = p_merchant AND t.key = w.key
    WHERE (t.amount, t.kind, t.currency) IS DISTINCT FROM (w.amount, p_kind, p_currency)
       OR 2 <> (SELECT count(*) FROM ledger_ledgerentry e WHERE e.merchant_id = p_merchant AND e.transfer_id = t.id
                  AND e.account_id = CASE WHEN e.amount < 0 THEN p_debit ELSE p_credit END) LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'key % was posted with another body', clash USING ERRCODE = 'unique_violation';
    END IF;
  END IF;
  UPDATE ledger_ledgeraccount a SET balance = a.balance + CASE WHEN a.id = p_debit THEN -total ELSE total END
  WHERE a.merchant_id = p_merchant AND a.id IN (p_debit, p_credit) AND total <> 0;
  RETURN posted;
END $$;

REVOKE ALL ON FUNCTION ledger_refuse_unbalanced(), open_account(bigint, text, text, bigint),
  post_transfers(bigint, text, text, bigint, bigint, text[], bigint[], timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_account(bigint, text, text, bigint),
  post_transfers(bigint, text, text, bigint, bigint, text[], bigint[], timestamptz) TO shangban_app, shangban_system;
