-- unknown_sku
SELECT n.row_no FROM incoming_point n
WHERE NOT EXISTS (SELECT 1 FROM store_sku k WHERE k.merchant_id = %(merchant)s AND k.shop_id = %(shop)s AND k.code = n.sku)
ORDER BY 1
-----
CREATE TEMP TABLE wanted_point ON COMMIT DROP AS
SELECT DISTINCT ON (k.id, n.source, n.tier, n.valid_from) k.id AS sku_id, n.amount, n.currency, n.valid_from, n.valid_to,
       n.source, n.tier, n.stock, n.gift
FROM incoming_point n
JOIN store_sku k ON k.merchant_id = %(merchant)s AND k.shop_id = %(shop)s AND k.code = n.sku
ORDER BY k.id, n.source, n.tier, n.valid_from, n.row_no DESC
-----
-- points_written
INSERT INTO store_pricepoint AS old (merchant_id, sku_id, amount, currency, valid_from, valid_to, source, tier, stock, gift_amount)
SELECT %(merchant)s, sku_id, amount, currency, valid_from, valid_to, source, tier, stock, gift FROM wanted_point
ON CONFLICT (merchant_id, sku_id, source, tier, valid_from) DO UPDATE
SET amount = excluded.amount, currency = excluded.currency, valid_to = coalesce(excluded.valid_to, old.valid_to),
    stock = excluded.stock, gift_amount = excluded.gift_amount
WHERE (old.amount, old.currency, old.stock, old.gift_amount)
      IS DISTINCT FROM (excluded.amount, excluded.currency, excluded.stock, excluded.gift_amount)
   OR (excluded.valid_to IS NOT NULL AND old.valid_to IS DISTINCT FROM excluded.valid_to)
-----
-- points_ended
UPDATE store_pricepoint p SET valid_to = later.next_from
FROM (SELECT q.id, min(r.valid_from) AS next_from
      FROM store_pricepoint q
      JOIN store_pricepoint r ON r.merchant_id = q.merchant_id AND r.sku_id = q.sku_id AND r.source = q.source AND r.tier = q.tier
       AND r.valid_from > q.valid_from AND (r.valid_to IS NULL OR r.valid_to >= q.valid_to)
      WHERE q.merchant_id = %(merchant)s AND q.sku_id IN (SELECT sku_id FROM wanted_point) GROUP BY q.id) later
WHERE p.merchant_id = %(merchant)s AND p.id = later.id AND (p.valid_to IS NULL OR p.valid_to > later.next_from)
