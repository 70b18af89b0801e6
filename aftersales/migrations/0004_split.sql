-- Each amount in turn, over what the ones before left of each room: in proportion to what is left, by largest remainder in minor
-- units, earlier rooms first. No share is above what its room has left, because no share exceeds its quota rounded up. Shares of
-- zero are not returned. The rooms must suffice for the amounts.
CREATE FUNCTION split_over_tenders(p_amounts bigint[], p_rooms bigint[])
RETURNS TABLE (claim_no integer, tender_no integer, share bigint)
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE lefts bigint[] := p_rooms; shares bigint[]; total numeric;
BEGIN
  FOR c IN 1 .. coalesce(cardinality(p_amounts), 0) LOOP
    SELECT sum(r) INTO total FROM unnest(lefts) r;
    IF p_amounts[c] > coalesce(total, 0) THEN
      RAISE EXCEPTION 'only % is left of the tenders, not %', total, p_amounts[c] USING ERRCODE = 'data_exception';
    END IF;
    SELECT array_agg((q.whole + (q.place <= p_amounts[c] - q.whole_sum)::integer)::bigint ORDER BY q.n) INTO shares
    FROM (SELECT w.n, w.whole, sum(w.whole) OVER () AS whole_sum, row_number() OVER (ORDER BY w.part DESC, w.n) AS place
          FROM (SELECT u.n, div(p_amounts[c] * u.r::numeric, greatest(total, 1)) AS whole, mod(p_amounts[c] * u.r::numeric, greatest(total, 1)) AS part
                FROM unnest(lefts) WITH ORDINALITY u (r, n)) w) q;
    FOR t IN 1 .. cardinality(lefts) LOOP
      lefts[t] := lefts[t] - shares[t];
      IF shares[t] > 0 THEN
        claim_no := c; tender_no := t; share := shares[t];
        RETURN NEXT;
      END IF;
    END LOOP;
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION split_over_tenders(bigint[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION split_over_tenders(bigint[], bigint[]) TO shangban_app, shangban_system;
