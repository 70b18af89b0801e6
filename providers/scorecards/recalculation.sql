-- One scorecard per provider and month, from the events of the twelve months before it. Parameters: see recalculating.py.
-- Shares are rounded half up: floor((2 * 10000 * top + bottom) / (2 * bottom)).
WITH b AS MATERIALIZED (
  SELECT (%(month)s::date)::timestamp AT TIME ZONE 'UTC' AS hi,
         ((%(month)s::date) - make_interval(months => %(months)s))::timestamp AT TIME ZONE 'UTC' AS lo,
         ((%(month)s::date) - make_interval(days => %(recent_days)s))::timestamp AT TIME ZONE 'UTC' AS recent
), counted AS (
  SELECT e.provider_id,
    count(*) FILTER (WHERE e.kind = 'delivered') AS on_time_n,
    count(*) FILTER (WHERE e.kind = 'delivered' AND e.value = 0) AS on_time_good,
    count(*) FILTER (WHERE e.kind = 'accepted') AS first_time_n,
    coalesce(sum(e.value) FILTER (WHERE e.kind = 'accepted'), 0) AS first_time_good,
    count(*) FILTER (WHERE e.kind = 'reviewed') AS rating_n,
    coalesce(sum(e.value - 10) FILTER (WHERE e.kind = 'reviewed'), 0) AS rating_good,
    count(*) FILTER (WHERE e.kind = 'answered') AS response_n,
    count(*) FILTER (WHERE e.kind = 'answered' AND e.value <= %(answer_minutes)s) AS response_good,
    coalesce(sum(e.value) FILTER (WHERE e.kind = 'ruled'), 0) AS upheld_n,
    coalesce(sum(e.value) FILTER (WHERE e.kind = 'ruled' AND e.at >= b.recent), 0) AS upheld_recent_n,
    count(*) FILTER (WHERE e.kind = 'renewed') AS renewal_n,
    coalesce(sum(e.value) FILTER (WHERE e.kind = 'renewed'), 0) AS renewal_good,
    count(DISTINCT e.party_id) FILTER (WHERE e.kind = 'accepted') AS merchants_n
  FROM scorecards_scoreevent e CROSS JOIN b
  WHERE e.at >= b.lo AND e.at < b.hi
    AND NOT EXISTS (SELECT 1 FROM scorecards_strike s WHERE s.provider_id = e.provider_id AND s.event_id = e.id)
  GROUP BY e.provider_id
), marks AS (
  SELECT provider_id, max(id) AS last_event_id FROM scorecards_scoreevent GROUP BY provider_id
), struck AS (
  SELECT provider_id, max(id) AS last_strike_id FROM scorecards_strike GROUP BY provider_id
), whole AS (
  SELECT o.id AS provider_id, coalesce(c.on_time_n, 0) AS on_time_n, coalesce(c.on_time_good, 0) AS on_time_good,
    coalesce(c.first_time_n, 0) AS first_time_n, coalesce(c.first_time_good, 0) AS first_time_good,
    coalesce(c.rating_n, 0) AS rating_n, coalesce(c.rating_good, 0) AS rating_good,
    coalesce(c.response_n, 0) AS response_n, coalesce(c.response_good, 0) AS response_good,
    coalesce(c.upheld_n, 0) AS upheld_n, coalesce(c.upheld_recent_n, 0) AS upheld_recent_n,
    coalesce(c.renewal_n, 0) AS renewal_n, coalesce(c.renewal_good, 0) AS renewal_good,
    coalesce(c.merchants_n, 0) AS merchants_n,
    coalesce(m.last_event_id, 0) AS last_event_id, coalesce(s.last_strike_id, 0) AS last_strike_id
  FROM accounts_organization o
  LEFT JOIN counted c ON c.provider_id = o.id
  LEFT JOIN marks m ON m.provider_id = o.id
  LEFT JOIN struck s ON s.provider_id = o.id
  WHERE o.kind = 'provider'
), shares AS (
  SELECT w.*,
    (20000 * (on_time_good + %(good)s) + on_time_n + %(n)s) / (2 * (on_time_n + %(n)s)) AS on_time,
    (20000 * (first_time_good + %(good)s) + first_time_n + %(n)s) / (2 * (first_time_n + %(n)s)) AS first_time,
    (20000 * (rating_good + 40 * %(good)s) + 40 * (rating_n + %(n)s)) / (80 * (rating_n + %(n)s)) AS rating,
    (20000 * (response_good + %(good)s) + response_n + %(n)s) / (2 * (response_n + %(n)s)) AS response,
    (20000 * (greatest(first_time_n - %(dispute)s * upheld_n, 0) + %(good)s) + first_time_n + %(n)s)
      / (2 * (first_time_n + %(n)s)) AS dispute_free
  FROM whole w
), scored AS (
  SELECT s.*, (2 * (%(w_on_time)s * on_time + %(w_first_time)s * first_time + %(w_rating)s * rating + %(w_response)s * response
                    + %(w_dispute_free)s * dispute_free) + 100) / 200 AS score
  FROM shares s
)
INSERT INTO scorecards_scorecard (
  provider_id, month, on_time_n, on_time_good, first_time_n, first_time_good, rating_n, rating_good, response_n, response_good,
  upheld_n, upheld_recent_n, renewal_n, renewal_good, merchants_n, on_time, first_time, rating, response, dispute_free, score,
  earned_level, calculated_at, last_event_id, last_strike_id)
SELECT provider_id, %(month)s, on_time_n, on_time_good, first_time_n, first_time_good, rating_n, rating_good, response_n,
  response_good, upheld_n, upheld_recent_n, renewal_n, renewal_good, merchants_n, on_time, first_time, rating, response,
  dispute_free, score,
  CASE WHEN score >= %(s4)s AND first_time_n >= %(j4)s AND merchants_n >= %(m4)s AND upheld_recent_n = 0 THEN 4
       WHEN score >= %(s3)s AND first_time_n >= %(j3)s AND merchants_n >= %(m3)s THEN 3
       WHEN score >= %(s2)s AND first_time_n >= %(j2)s AND merchants_n >= %(m2)s THEN 2 ELSE 1 END,
  %(at)s, last_event_id, last_strike_id
FROM scored
ON CONFLICT (provider_id, month) DO NOTHING
