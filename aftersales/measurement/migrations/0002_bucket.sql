-- Which of 10,000 buckets a buyer falls into: fnv1a32(str(fnv1a32(seed + id))) % 10000, the double FNV-1a hash that public
-- experiment platforms use (Fowler, Noll, Vo; 32 bit: offset basis 2166136261, prime 16777619). Non-ASCII text is hashed as the
-- hexadecimal digits of its UTF-8 bytes.
--
-- Planning assigns up to a million buyers in one statement, so the hash has to be cheap: FNV-1a reads from left to right, so the
-- seed's part is the same for every buyer. experiment_bucket() is inlined and experiment_seed(), immutable over a constant, is
-- computed once per statement; only the customer number is hashed per row (about 1.5 µs instead of 5). A search_path clause
-- would prevent the inlining; the names are qualified instead.
CREATE FUNCTION experiment_bytes(t text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN CASE WHEN octet_length(t) = length(t) THEN convert_to(t, 'UTF8')
              ELSE convert_to(encode(convert_to(t, 'UTF8'), 'hex'), 'UTF8') END;
END $$;

CREATE FUNCTION experiment_seed(seed text) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  data bytea := public.experiment_bytes(seed);
  h bigint := 2166136261;
BEGIN
  FOR i IN 0 .. length(data) - 1 LOOP h := ((h # get_byte(data, i)) * 16777619) & 4294967295; END LOOP;
  RETURN h;
END $$;

CREATE FUNCTION experiment_bucket_after(state bigint, id text) RETURNS integer
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  data bytea := CASE WHEN octet_length(id) = length(id) THEN convert_to(id, 'UTF8') ELSE public.experiment_bytes(id) END;
  h bigint := state;
BEGIN
  FOR i IN 0 .. length(data) - 1 LOOP h := ((h # get_byte(data, i)) * 16777619) & 4294967295; END LOOP;
  data := convert_to(h::text, 'UTF8');
  h := 2166136261;
  FOR i IN 0 .. length(data) - 1 LOOP h := ((h # get_byte(data, i)) * 16777619) & 4294967295; END LOOP;
  RETURN h % 10000;
END $$;

CREATE FUNCTION experiment_bucket(seed text, id text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT public.experiment_bucket_after(public.experiment_seed(seed), id) $$;
