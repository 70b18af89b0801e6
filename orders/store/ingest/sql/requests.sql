-- Refund requests of the slice. Parameters: merchant, shop, batch, currency, is_correction.
--
-- A request that is open or was refunded takes units of the lines it was matched to; one that was withdrawn or rejected gives
-- them back and keeps its match, for whoever asks what was kept. What a record does not say of a request stays as it is.
-- requests
CREATE TEMP TABLE slice_request ON COMMIT DROP AS
SELECT s.order_ref, s.row_no, s.quantity, s.unit_amount, s.placed_at, s.updated_at, k.id AS sku_id, b.id AS buyer_id,
       coalesce((s.extra->>'line_no')::int, coalesce(last.line_no, 0) + row_number()
         OVER (PARTITION BY s.order_ref COLLATE "C" ORDER BY s.row_no)::int) AS line_no,
       s.extra->>'reason_code' AS reason_code, s.extra->>'buyer_text' AS buyer_text, s.extra->>'outcome' AS outcome,
       (s.extra->>'deadline_at')::timestamptz AS deadline_at, (s.extra->>'closed_at')::timestamptz AS closed_at
FROM slice s
JOIN slice_sku k ON k.code = s.sku
LEFT JOIN slice_buyer b ON b.external_ref = s.buyer_ref
LEFT JOIN (SELECT external_ref, max(line_no) AS line_no FROM slice_stored_request WHERE %(is_correction)s GROUP BY 1) last
  ON last.external_ref = s.order_ref
WHERE s.kind = 'R'
-----
-- requests
ANALYZE slice_request
-----
-- requests
CREATE TEMP TABLE request_change ON COMMIT DROP AS
SELECT *, was_taking AND (is_other OR NOT is_taking) AS gives_back, is_other OR (is_taking AND NOT was_taking) AS is_rematched
FROM (
  SELECT r.id, n.*, coalesce(n.outcome, r.outcome) AS now_outcome, r.closed_at AS was_closed_at,
         r.outcome IN ('open', 'refunded') AS was_taking, coalesce(n.outcome, r.outcome) IN ('open', 'refunded') AS is_taking,
         (r.sku_id, r.buyer_id, r.quantity, r.unit_amount, r.requested_at)
           IS DISTINCT FROM (n.sku_id, n.buyer_id, n.quantity, n.unit_amount, n.placed_at) AS is_other
  FROM slice_request n JOIN slice_stored_request r ON r.external_ref = n.order_ref AND r.line_no = n.line_no
  WHERE (coalesce(r.source_updated_at, '-infinity'), r.sku_id, r.buyer_id, r.quantity, r.unit_amount, r.requested_at,
         r.reason_code, r.buyer_text, r.outcome, r.deadline_at, r.closed_at)
        IS DISTINCT FROM
        (n.updated_at, n.sku_id, n.buyer_id, n.quantity, n.unit_amount, n.placed_at,
         coalesce(n.reason_code, r.reason_code), coalesce(n.buyer_text, r.buyer_text), coalesce(n.outcome, r.outcome),
         coalesce(n.deadline_at, r.deadline_at), coalesce(n.closed_at, r.closed_at))) told
-----
-- requests keys
SELECT ARRAY(SELECT id FROM request_change) AS changed_requests,
       ARRAY(SELECT id FROM request_change WHERE is_rematched) AS rematched,
       ARRAY(SELECT DISTINCT a.line_id FROM store_refundallocation a
             WHERE a.merchant_id = %(merchant)s AND a.request_id = ANY (ARRAY(SELECT id FROM request_change WHERE gives_back))
            ) AS freed_lines
-----
-- changed_requests
UPDATE store_shoporderline l
SET returned_quantity = greatest(l.returned_quantity - f.quantity, 0), revision = l.revision + 1
FROM (SELECT a.line_id, sum(a.quantity)::int AS quantity FROM store_refundallocation a
      JOIN request_change c ON c.id = a.request_id AND c.gives_back
      WHERE a.merchant_id = %(merchant)s AND a.request_id = ANY (%(changed_requests)s::bigint[]) GROUP BY a.line_id) f
WHERE l.merchant_id = %(merchant)s AND l.id = f.line_id AND l.id = ANY (%(freed_lines)s::bigint[]) AND l.removed_at IS NULL
-----
-- rematched
DELETE FROM store_refundallocation a WHERE a.merchant_id = %(merchant)s AND a.request_id = ANY (%(rematched)s::bigint[])
-----
-- changed_requests requests_updated
UPDATE store_refundrequest r
SET sku_id = n.sku_id, buyer_id = n.buyer_id, quantity = n.quantity, unit_amount = n.unit_amount, requested_at = n.placed_at,
    reason_code = coalesce(n.reason_code, r.reason_code), buyer_text = coalesce(n.buyer_text, r.buyer_text),
    deadline_at = coalesce(n.deadline_at, r.deadline_at), outcome = n.now_outcome,
    closed_at = CASE WHEN n.now_outcome <> 'open'
                     THEN coalesce(n.closed_at, r.closed_at, NULLIF(n.updated_at, '-infinity'), b.created_at) END,
    state = CASE WHEN n.is_rematched THEN 'new' ELSE r.state END, source_updated_at = NULLIF(n.updated_at, '-infinity')
FROM request_change n, store_importbatch b
WHERE r.merchant_id = %(merchant)s AND r.id = n.id AND r.id = ANY (%(changed_requests)s::bigint[])
  AND b.merchant_id = %(merchant)s AND b.id = %(batch)s
-----
-- requests
INSERT INTO store_refundrequest
  (merchant_id, shop_id, buyer_id, sku_id, external_ref, line_no, row_no, quantity, unit_amount, currency, requested_at, state,
   reason_code, buyer_text, deadline_at, outcome, closed_at, source_updated_at)
SELECT %(merchant)s, %(shop)s, n.buyer_id, n.sku_id, n.order_ref, n.line_no, n.row_no, n.quantity, n.unit_amount, %(currency)s,
       n.placed_at, 'new', coalesce(n.reason_code, ''), coalesce(n.buyer_text, ''), n.deadline_at, coalesce(n.outcome, 'open'),
       CASE WHEN n.outcome <> 'open' THEN coalesce(n.closed_at, NULLIF(n.updated_at, '-infinity'), b.created_at) END,
       NULLIF(n.updated_at, '-infinity')
FROM slice_request n, store_importbatch b
WHERE b.merchant_id = %(merchant)s AND b.id = %(batch)s
ON CONFLICT (merchant_id, shop_id, external_ref, line_no) DO NOTHING
