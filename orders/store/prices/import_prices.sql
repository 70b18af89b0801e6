-- A price feed, from the temporary table incoming_point. Parameters: merchant, shop. For the words above statements see
-- orders/store/scripts.py.
--
-- Statistics know neither a new merchant nor these tables: stored rows are fetched by lists of keys, nothing is joined by nested
-- loops.
SET LOCAL enable_nestloop = off; SET LOCAL default_statistics_target = 10
-----
-- Plans of foreign-key checks made while the tables were tiny: see ingest/sql/orders.sql.
DISCARD PLANS
-----
-- keys
SELECT ARRAY(SELECT DISTINCT sku FROM incoming_point) AS codes
-----
CREATE TEMP TABLE known_sku ON COMMIT DROP AS
SELECT k.code, k.id FROM store_sku k
WHERE k.merchant_id = %(merchant)s AND k.shop_id = %(shop)s AND k.code = ANY (%(codes)s::text[])
-----
ANALYZE known_sku, incoming_point
-----
-- Of a point that is told twice the later row counts.
CREATE TEMP TABLE wanted_point ON COMMIT DROP AS
SELECT DISTINCT ON (k.id, n.source COLLATE "C", n.tier COLLATE "C", n.valid_from) k.id AS sku_id, n.amount, n.currency,
       n.valid_from, n.valid_to, n.source, n.tier, n.stock, n.gift
FROM incoming_point n JOIN known_sku k ON k.code = n.sku
ORDER BY k.id, n.source COLLATE "C", n.tier COLLATE "C", n.valid_from, n.row_no DESC
-----
ANALYZE wanted_point
-----
-- keys
SELECT ARRAY(SELECT n.row_no FROM incoming_point n WHERE NOT EXISTS (SELECT 1 FROM known_sku k WHERE k.code = n.sku)
             ORDER BY n.row_no) AS unknown_rows,
       ARRAY(SELECT DISTINCT sku_id FROM wanted_point) AS skus, (SELECT min(valid_from) FROM wanted_point) AS since
-----
CREATE TEMP TABLE stored_point ON COMMIT DROP AS
SELECT p.* FROM store_pricepoint p
WHERE p.merchant_id = %(merchant)s AND p.sku_id = ANY (%(skus)s::bigint[])
  AND (p.valid_to IS NULL OR p.valid_to >= %(since)s::timestamptz)
-----
ANALYZE stored_point
-----
-- Every point that holds at or after the first of the file, as it will be told: a stored one has its id, a new one none. `told_to`
-- is an end that a file gave; all others follow from the points that come later.
CREATE TEMP TABLE point ON COMMIT DROP AS
SELECT s.id, coalesce(s.sku_id, n.sku_id) AS sku_id, coalesce(s.source, n.source) AS source, coalesce(s.tier, n.tier) AS tier,
       coalesce(s.valid_from, n.valid_from) AS valid_from, s.valid_to AS was_valid_to, s.has_end AS had_end,
       coalesce(n.valid_to, CASE WHEN coalesce(s.has_end, true) THEN s.valid_to END) AS told_to,
       n.amount, n.currency, n.stock, n.gift, n.sku_id IS NOT NULL AS is_told,
       n.sku_id IS NOT NULL AND (s.amount, s.currency, s.stock, s.gift_amount) IS DISTINCT FROM (n.amount, n.currency, n.stock, n.gift)
         AS is_other
FROM wanted_point n
FULL JOIN stored_point s ON s.sku_id = n.sku_id AND s.source = n.source AND s.tier = n.tier AND s.valid_from = n.valid_from
-----
-- One without an end ends where the next without one begins; one with an end where a later one begins that does not end inside it.
CREATE TEMP TABLE point_end ON COMMIT DROP AS
WITH seen AS (
  SELECT q.*, lag(q.valid_from) OVER next AS next_from, min(q.valid_from) FILTER (WHERE q.told_to IS NULL) OVER later AS next_open
  FROM point q
  WINDOW next AS (PARTITION BY q.sku_id, q.source COLLATE "C", q.tier COLLATE "C" ORDER BY q.valid_from DESC),
         later AS (PARTITION BY q.sku_id, q.source COLLATE "C", q.tier COLLATE "C" ORDER BY q.valid_from DESC
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)),
inside AS (
  SELECT q.sku_id, q.source, q.tier, q.valid_from, min(r.valid_from) AS ends
  FROM seen q
  JOIN point r ON r.sku_id = q.sku_id AND r.source = q.source AND r.tier = q.tier
   AND r.valid_from > q.valid_from AND r.valid_from < q.told_to AND (r.told_to IS NULL OR r.told_to >= q.told_to)
  WHERE q.next_from < q.told_to GROUP BY q.sku_id, q.source, q.tier, q.valid_from)
SELECT q.id, q.sku_id, q.source, q.tier, q.valid_from, q.amount, q.currency, q.stock, q.gift, q.is_told, q.is_other, q.was_valid_to,
       q.told_to IS NOT NULL AS has_end, q.had_end, coalesce(i.ends, q.told_to, q.next_open) AS valid_to
FROM seen q
LEFT JOIN inside i ON i.sku_id = q.sku_id AND i.source = q.source AND i.tier = q.tier AND i.valid_from = q.valid_from
-----
-- keys
SELECT ARRAY(SELECT id FROM point_end WHERE id IS NOT NULL AND is_told AND (is_other OR valid_to IS DISTINCT FROM was_valid_to)
            ) AS changed,
       ARRAY(SELECT id FROM point_end WHERE id IS NOT NULL AND NOT is_told AND valid_to IS DISTINCT FROM was_valid_to) AS ending
-----
-- changed points_changed
UPDATE store_pricepoint p
SET amount = n.amount, currency = n.currency, valid_to = n.valid_to, has_end = n.has_end, stock = n.stock, gift_amount = n.gift
FROM point_end n
WHERE p.merchant_id = %(merchant)s AND p.id = n.id AND p.id = ANY (%(changed)s::bigint[])
-----
-- ending points_ended
UPDATE store_pricepoint p SET valid_to = e.valid_to, has_end = e.has_end FROM point_end e
WHERE p.merchant_id = %(merchant)s AND p.id = e.id AND p.id = ANY (%(ending)s::bigint[])
-----
-- points_new
INSERT INTO store_pricepoint (merchant_id, sku_id, amount, currency, valid_from, valid_to, has_end, source, tier, stock,
  gift_amount)
SELECT %(merchant)s, n.sku_id, n.amount, n.currency, n.valid_from, n.valid_to, n.has_end, n.source, n.tier, n.stock, n.gift
FROM point_end n
WHERE n.id IS NULL
ON CONFLICT (merchant_id, sku_id, source, tier, valid_from) DO NOTHING
