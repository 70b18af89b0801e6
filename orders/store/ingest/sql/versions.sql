-- What is stored of the slice's orders and refund requests, and which rows of the slice are older. Parameters: merchant, shop.
SET LOCAL default_statistics_target = 10; SET LOCAL enable_nestloop = off
-----
-- A session keeps the plans of its foreign-key checks. Those made while the tables were tiny read them from end to end, for
-- every line that follows: half a million lines took ten minutes.
DISCARD PLANS
-----
-- keys
SELECT ARRAY(SELECT DISTINCT order_ref FROM slice WHERE kind = 'S') AS orders,
       ARRAY(SELECT DISTINCT order_ref FROM slice WHERE kind = 'R') AS requests
-----
CREATE TEMP TABLE slice_known ON COMMIT DROP AS
SELECT o.external_ref, o.id, o.source_updated_at FROM store_shoporder o
WHERE o.merchant_id = %(merchant)s AND o.shop_id = %(shop)s AND o.external_ref = ANY (%(orders)s::text[])
-----
-- requests
CREATE TEMP TABLE slice_stored_request ON COMMIT DROP AS
SELECT r.* FROM store_refundrequest r
WHERE r.merchant_id = %(merchant)s AND r.shop_id = %(shop)s AND r.external_ref = ANY (%(requests)s::text[])
-----
ANALYZE slice_known
-----
-- requests
ANALYZE slice_stored_request
-----
-- keys
SELECT ARRAY(SELECT id FROM slice_known) AS known,
       EXISTS (SELECT 1 FROM slice_known WHERE source_updated_at IS NOT NULL) AS known_versions
-----
-- requests keys
SELECT EXISTS (SELECT 1 FROM slice_stored_request WHERE source_updated_at IS NOT NULL) AS request_versions
-----
-- What is stored with a version gives way to the same or a later one only. Rows without any are told apart: whoever sends them
-- believes they were taken.
-- known_versions keys
WITH gone AS (
  DELETE FROM slice s USING slice_known o
  WHERE s.kind = 'S' AND o.external_ref = s.order_ref AND s.updated_at < o.source_updated_at
  RETURNING s.updated_at = '-infinity' AS is_unversioned)
SELECT count(*) FILTER (WHERE is_unversioned) AS unversioned_lines, count(*) FILTER (WHERE NOT is_unversioned) AS outdated_lines
FROM gone
-----
-- request_versions keys
WITH gone AS (
  DELETE FROM slice s
  USING (SELECT external_ref, max(source_updated_at) AS source_updated_at FROM slice_stored_request GROUP BY 1) r
  WHERE s.kind = 'R' AND r.external_ref = s.order_ref AND s.updated_at < r.source_updated_at
  RETURNING s.updated_at = '-infinity' AS is_unversioned)
SELECT count(*) FILTER (WHERE is_unversioned) AS unversioned_requests, count(*) FILTER (WHERE NOT is_unversioned) AS outdated_requests
FROM gone
