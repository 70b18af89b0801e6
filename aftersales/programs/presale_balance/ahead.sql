-- How many last reminders wait for a moment within a day from `soon` on, on whatever channel. Read by the index of due times; what
-- is a last reminder is asked once per window.
SELECT coalesce(sum(g.n), 0)::bigint
FROM (
  SELECT e.shop_id, e.closes_at, e.next_due_at, count(*) AS n
  FROM presale_balance_enrolment e
  WHERE e.merchant_id = %(merchant)s AND e.next_due_at > %(soon)s AND e.next_due_at <= %(soon)s + interval '1 day'
    AND (%(shop)s IS NULL OR e.shop_id = %(shop)s)
  GROUP BY 1, 2, 3) g
JOIN merchants_shop s ON s.merchant_id = %(merchant)s AND s.id = g.shop_id
CROSS JOIN LATERAL (SELECT g.closes_at - make_interval(mins => %(last_minutes)s) AS at) n
WHERE g.next_due_at IN (n.at, last_allowed(n.at, s.timezone, %(quiet_from)s::time, %(quiet_to)s::time),
                        next_allowed(n.at, s.timezone, %(quiet_from)s::time, %(quiet_to)s::time))
