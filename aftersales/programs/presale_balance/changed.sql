-- Enrolments for which the order store now says something else. The platform's word wins, the strongest first.
CREATE TEMP TABLE presale_work AS
WITH bounds AS MATERIALIZED (SELECT %(as_of)s::timestamptz AS now, make_interval(days => %(success_days)s) AS probation),
facts AS (
  SELECT e.id, e.state, e.opens_at, e.closes_at, e.arm, o.balance_opens_at, o.balance_closes_at, o.balance_paid_at, b.now, b.probation,
         o.balance_paid_at <= b.now AS is_paid,
         o.status = 'cancelled' AS is_cancelled,
         (o.refunded_amount > 0 AND o.refunded_amount >= o.captured_amount) OR o.status = 'cancelled' AS is_refunded,
         o.deposit_refunded_at <= b.now AS is_deposit_refunded,
         u.opted_out_at <= b.now AS is_opted_out,
         e.opens_at IS NOT NULL AND o.balance_opens_at < o.balance_closes_at AND o.balance_closes_at > b.now
           AND (o.balance_opens_at <> e.opens_at OR o.balance_closes_at <> e.closes_at) AS is_moved
  FROM presale_balance_enrolment e
  CROSS JOIN bounds b
  JOIN store_shoporder o ON o.merchant_id = %(merchant)s AND o.id = e.order_id
  LEFT JOIN store_buyer u ON u.merchant_id = %(merchant)s AND u.id = e.buyer_id AND u.opted_out_at IS NOT NULL
  WHERE e.merchant_id = %(merchant)s AND NOT e.is_final AND (%(shop)s IS NULL OR e.shop_id = %(shop)s)),
judged AS (
  SELECT f.*,
         CASE WHEN is_paid AND is_refunded THEN 'refunded'
              WHEN is_paid AND balance_paid_at + probation <= now THEN 'settled'
              WHEN is_paid THEN 'balance_paid'
              WHEN is_deposit_refunded THEN 'deposit_refunded'
              WHEN is_cancelled THEN 'cancelled'
              WHEN is_opted_out THEN 'opted_out'
              WHEN is_moved AND arm = 'treatment' AND state <> 'opted_out' THEN 'rescheduled'
              WHEN is_moved AND arm = 'holdout' AND state <> 'opted_out' THEN 'holdout'
              WHEN closes_at <= now AND state IN ('enrolled', 'holdout', 'scheduled', 'touched', 'rescheduled') AND NOT is_moved THEN 'expired'
              ELSE state END AS verdict
  FROM facts f),
ended AS (
  SELECT j.*, verdict IN ('refunded', 'settled', 'deposit_refunded', 'cancelled')
           OR (verdict <> 'balance_paid' AND closes_at + probation <= now) AS is_final,
         is_moved AND verdict IN ('rescheduled', 'holdout', 'suppressed', 'opted_out') AS is_replanned
  FROM judged j)
SELECT row_number() OVER (ORDER BY id) AS place, id, verdict, is_final, is_replanned AS is_moved,
       CASE WHEN is_paid THEN balance_paid_at END AS balance_paid_at, balance_opens_at, balance_closes_at
FROM ended
WHERE verdict <> state OR is_final OR is_replanned
