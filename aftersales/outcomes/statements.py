"""One population, measured: a row per buyer, or the sums the intervals need. Set-based; every step is materialised."""

#: The buyers of one experiment who first became eligible inside the window, in the shops that count.
ASSIGNED = """
assigned AS MATERIALIZED (
  SELECT a.buyer_id, a.arm, a.eligible_at, b.shop_id, s.currency
  FROM measurement_assignment a
  JOIN store_buyer b ON b.merchant_id = %(merchant)s AND b.id = a.buyer_id
  JOIN merchants_shop s ON s.merchant_id = %(merchant)s AND s.id = b.shop_id
  WHERE a.merchant_id = %(merchant)s AND a.experiment_id = %(experiment)s
    AND a.eligible_at >= %(since)s AND a.eligible_at < %(until)s AND a.eligible_at <= %(as_of)s
    AND s.currency = %(currency)s AND (%(shop)s::bigint IS NULL OR s.id = %(shop)s))"""

# Facts count from a buyer's eligibility to the moment of the reading, as in every report.
MEASURED = f"""
WITH {ASSIGNED},
success (buyer_id, at, value) AS MATERIALIZED ({{success}}),
worth (buyer_id, at, value) AS MATERIALIZED ({{worth}}),
succeeded AS MATERIALIZED (
  SELECT a.buyer_id FROM assigned a JOIN success f USING (buyer_id)
  WHERE f.at >= a.eligible_at AND f.at <= %(as_of)s GROUP BY 1 HAVING sum(f.value) > 0),
valued AS MATERIALIZED (
  SELECT a.buyer_id, sum(f.value)::bigint AS value FROM assigned a JOIN worth f USING (buyer_id)
  WHERE f.at >= a.eligible_at AND f.at <= %(as_of)s GROUP BY 1),
unit AS (
  SELECT a.buyer_id, a.arm, a.eligible_at, k.buyer_id IS NOT NULL AS succeeded, coalesce(v.value, 0) AS value
  FROM assigned a LEFT JOIN succeeded k USING (buyer_id) LEFT JOIN valued v USING (buyer_id))
"""

SUMS = f"""{MEASURED}
SELECT arm, count(*), count(*) FILTER (WHERE succeeded), coalesce(sum(value), 0), coalesce(sum(value::numeric ^ 2), 0)
FROM unit GROUP BY arm
"""
#: In an order that neither the buyers' age nor their arm shows in.
UNITS = f"""{MEASURED}
SELECT buyer_id, arm, eligible_at, succeeded, value FROM unit ORDER BY md5(%(experiment)s || ':' || buyer_id), buyer_id
"""
COUNT = f"WITH {ASSIGNED} SELECT count(*) FROM assigned"

#: Buyers whose first paid order within the window has come, for outcomes that no program assigns.
TAKE_UP = """
INSERT INTO measurement_assignment (merchant_id, experiment_id, buyer_id, arm, eligible_at)
SELECT %(merchant)s, %(experiment)s, b.id,
       CASE WHEN experiment_bucket(%(seed)s, b.external_ref) * 100 < %(holdout_ppm)s THEN 'holdout' ELSE 'treatment' END, f.at
FROM (SELECT o.buyer_id, min(o.paid_at) AS at
      FROM store_shoporder o
      WHERE o.merchant_id = %(merchant)s AND o.paid_at >= %(since)s AND o.paid_at < %(until)s AND o.paid_at <= %(as_of)s
        AND o.currency = %(currency)s AND o.status <> 'cancelled' AND (%(shop)s::bigint IS NULL OR o.shop_id = %(shop)s)
      GROUP BY o.buyer_id) f
JOIN store_buyer b ON b.merchant_id = %(merchant)s AND b.id = f.buyer_id
ON CONFLICT (merchant_id, experiment_id, buyer_id) DO NOTHING
"""
