CREATE TEMP TABLE observed_point ON COMMIT DROP AS
WITH counted AS (
  SELECT l.sku_id, (l.placed_at AT TIME ZONE %(tz)s)::date AS day, l.list_unit_amount AS amount, count(*) AS lines
  FROM store_shoporderline l
  JOIN store_sku k ON k.merchant_id = l.merchant_id AND k.id = l.sku_id
  WHERE l.merchant_id = %(merchant)s AND k.shop_id = %(shop)s AND l.channel = 'account' AND l.quantity <= 12
    AND l.currency = %(currency)s
  GROUP BY 1, 2, 3),
ranked AS (
  SELECT sku_id, day, amount, row_number() OVER (PARTITION BY sku_id, day ORDER BY lines DESC, amount DESC) AS place,
         sum(lines) OVER (PARTITION BY sku_id, day) AS lines_of_day
  FROM counted)
-- A day begins the moment after the last of the day before: midnight itself may be skipped or come twice.
SELECT sku_id, amount, (day - interval '1 microsecond') AT TIME ZONE %(tz)s + interval '1 microsecond' AS valid_from,
       (day + interval '1 day' - interval '1 microsecond') AT TIME ZONE %(tz)s + interval '1 microsecond' AS valid_to
FROM ranked WHERE place = 1 AND lines_of_day >= 2
-----
-- points_removed
DELETE FROM store_pricepoint p USING store_sku k
WHERE p.merchant_id = %(merchant)s AND k.merchant_id = p.merchant_id AND k.id = p.sku_id AND k.shop_id = %(shop)s
  AND p.source = 'observed' AND p.tier = ''
  AND NOT EXISTS (SELECT 1 FROM observed_point n WHERE n.sku_id = p.sku_id AND n.valid_from = p.valid_from)
-----
-- points_written
INSERT INTO store_pricepoint AS old (merchant_id, sku_id, amount, currency, valid_from, valid_to, source, tier)
SELECT %(merchant)s, sku_id, amount, %(currency)s, valid_from, valid_to, 'observed', '' FROM observed_point
ON CONFLICT (merchant_id, sku_id, source, tier, valid_from) DO UPDATE
SET amount = excluded.amount, currency = excluded.currency, valid_to = excluded.valid_to
WHERE (old.amount, old.currency, old.valid_to) IS DISTINCT FROM (excluded.amount, excluded.currency, excluded.valid_to)
-----
-- points
SELECT 1 FROM observed_point
