-- How the slice's orders were paid, and which coupons were used on them. Parameters: merchant, shop.
-- keys
SELECT ARRAY(SELECT DISTINCT order_ref FROM slice WHERE kind = 'S' AND extra ? 'tenders') AS split,
       ARRAY(SELECT DISTINCT order_ref FROM slice WHERE kind = 'S' AND extra ? 'coupons') AS couponed
-----
-- split
CREATE TEMP TABLE slice_tender ON COMMIT DROP AS
SELECT o.id AS order_id, t.position, t.value->>0 AS method, t.value->>1 AS reference, (t.value->>2)::bigint AS captured,
       (t.value->>3)::bigint AS refunded
FROM (SELECT DISTINCT ON (order_ref COLLATE "C") order_ref, extra->'tenders' AS tenders, updated_at FROM slice
      WHERE kind = 'S' AND extra ? 'tenders' ORDER BY order_ref COLLATE "C", updated_at DESC, row_no) s
JOIN slice_stored o ON o.order_ref = s.order_ref
CROSS JOIN LATERAL jsonb_array_elements(s.tenders) WITH ORDINALITY t (value, position)
-----
-- split
ANALYZE slice_tender
-----
-- A means of payment that a later version no longer has took nothing; it stays, because payouts may have gone there.
-- split
INSERT INTO slice_tender
SELECT t.order_id, t.position, t.method, t.reference, 0, 0 FROM store_ordertender t
WHERE t.merchant_id = %(merchant)s AND t.order_id = ANY (ARRAY(SELECT order_id FROM slice_tender))
  AND NOT EXISTS (SELECT 1 FROM slice_tender n WHERE n.order_id = t.order_id AND n.position = t.position)
-----
-- split
WITH changed AS (
  INSERT INTO store_ordertender AS old (merchant_id, order_id, position, method, reference, captured_amount, refunded_amount)
  SELECT %(merchant)s, order_id, position, method, reference, captured, refunded FROM slice_tender
  ON CONFLICT (merchant_id, order_id, position) DO UPDATE
  SET method = excluded.method, reference = excluded.reference, captured_amount = excluded.captured_amount,
      refunded_amount = excluded.refunded_amount
  WHERE (old.method, old.reference, old.captured_amount, old.refunded_amount)
        IS DISTINCT FROM (excluded.method, excluded.reference, excluded.captured_amount, excluded.refunded_amount)
  RETURNING order_id)
UPDATE store_shoporder o SET revision = o.revision + 1
WHERE o.merchant_id = %(merchant)s AND o.id = ANY (ARRAY(SELECT order_id FROM changed))
-----
-- A coupon is used once: one that a claim has counted meanwhile stays voided.
-- couponed
INSERT INTO store_couponholding AS old (merchant_id, coupon_id, buyer_id, state, used_for)
SELECT DISTINCT ON (c.id, o.buyer_id) %(merchant)s, c.id, o.buyer_id, 'used', 'order:' || s.order_ref
FROM slice s
CROSS JOIN LATERAL jsonb_array_elements_text(s.extra->'coupons') AS used (code)
JOIN store_coupon c ON c.merchant_id = %(merchant)s AND c.shop_id = %(shop)s AND c.code = used.code
JOIN store_shoporder o ON o.merchant_id = %(merchant)s AND o.shop_id = %(shop)s AND o.external_ref = s.order_ref
WHERE s.kind = 'S' AND s.extra ? 'coupons' AND o.buyer_id IS NOT NULL
ORDER BY c.id, o.buyer_id, s.order_ref
ON CONFLICT (merchant_id, coupon_id, buyer_id) DO UPDATE SET state = 'used', used_for = excluded.used_for WHERE old.state = 'held'
