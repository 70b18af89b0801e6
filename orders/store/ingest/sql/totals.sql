-- An order's discount and total, repeated on its CSV rows wherever they stand: the discount is split over the rows by largest
-- remainder (earlier rows first) unless rows say what was paid; rows that do not sum to the total go to quarantine, all of them.
-- Parameters: merchant, batch.
CREATE TEMP TABLE order_rows ON COMMIT DROP AS
SELECT s.order_ref, s.row_no, s.paid_amount::numeric AS amount, s.extra, sum(s.paid_amount) OVER o AS goods,
       max((s.extra->>'order_discount')::numeric) OVER o AS discount, max((s.extra->>'order_total')::bigint) OVER o AS total,
       coalesce(max((s.extra->>'shipping')::bigint) OVER o, 0) + coalesce(max((s.extra->>'tax')::bigint) OVER o, 0) AS beside,
       bool_or(s.extra ? 'is_net') OVER o AS is_net
FROM slice s WHERE s.kind = 'S'
WINDOW o AS (PARTITION BY s.order_ref)
-----
CREATE TEMP TABLE order_shares ON COMMIT DROP AS
SELECT q.*, amount - whole - (row_number() OVER (PARTITION BY order_ref ORDER BY part DESC, row_no)
            <= spread - sum(whole) OVER (PARTITION BY order_ref))::int AS net
FROM (SELECT r.*, spread, div(spread * amount, greatest(goods, 1)) AS whole, mod(spread * amount, greatest(goods, 1)) AS part
      FROM order_rows r
      CROSS JOIN LATERAL (SELECT CASE WHEN is_net OR discount > goods THEN 0 ELSE coalesce(discount, 0) END AS spread) s) q
-----
CREATE TEMP TABLE order_faults ON COMMIT DROP AS
SELECT *, CASE WHEN is_too_much THEN 'negative_money' ELSE 'lines_do_not_sum_to_total' END AS reason,
       CASE WHEN is_too_much THEN 'discount above the order''s goods'
            ELSE goods - spread + beside || ' against ' || total || ' minor units' END AS detail
FROM (SELECT *, discount > goods AND NOT is_net AS is_too_much FROM order_shares) s
WHERE is_too_much OR goods - spread + beside <> total
-----
UPDATE slice s SET paid_amount = n.net FROM order_shares n WHERE s.kind = 'S' AND s.row_no = n.row_no AND n.spread > 0
-----
DELETE FROM slice s USING order_faults f WHERE s.kind = 'S' AND s.row_no = f.row_no
-----
INSERT INTO store_quarantinedrow (merchant_id, batch_id, row_no, reason, detail, raw, order_ref)
SELECT %(merchant)s, %(batch)s, row_no, reason, detail, extra->>'raw', order_ref FROM order_faults
ON CONFLICT (merchant_id, batch_id, row_no) DO NOTHING
-----
SELECT count(*) FROM order_faults
