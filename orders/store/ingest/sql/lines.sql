-- The lines of the slice's orders. Parameters: merchant, batch, currency, complete, is_correction, known.
CREATE TEMP TABLE slice_stored_line (LIKE store_shoporderline) ON COMMIT DROP
-----
-- known
INSERT INTO slice_stored_line
SELECT l.* FROM store_shoporderline l WHERE l.merchant_id = %(merchant)s AND l.order_id = ANY (%(known)s::bigint[])
-----
-- known
ANALYZE slice_stored_line (order_id, line_no)
-----
-- A line without a number of its own is counted per order in file order. Corrected rows of an order whose other rows are stored
-- already go behind them.
CREATE TEMP TABLE slice_line ON COMMIT DROP AS
SELECT o.id AS order_id, k.id AS sku_id, s.quantity, s.unit_amount, s.paid_amount, s.channel, s.tier, s.placed_at,
       coalesce((s.extra->>'line_no')::int, coalesce(last.line_no, 0) + row_number()
         OVER (PARTITION BY s.order_ref COLLATE "C" ORDER BY s.row_no)::int) AS line_no,
       NOT coalesce(s.extra ? 'line_no' AND NOT s.extra ? 'is_position', false) AS is_counted,
       o.delivered_at, o.completed_at, o.deposit_paid_at,
       coalesce((s.extra->>'paid_at')::timestamptz, CASE WHEN o.deposit_paid_at IS NOT NULL THEN o.paid_at
                                                         WHEN o.paid_at IS NOT NULL THEN s.placed_at END) AS paid_at,
       (s.extra->>'returned_quantity')::int AS returned, (s.extra->>'open_aftersale_quantity')::int AS open_aftersale,
       (s.extra->>'goodwill')::bigint AS goodwill, (s.extra->>'gift_value')::bigint AS gift,
       (s.extra->>'tax_rate_ppm')::int AS tax_rate_ppm
FROM slice s
JOIN slice_stored o ON o.order_ref = s.order_ref
JOIN slice_sku k ON k.code = s.sku
LEFT JOIN (SELECT order_id, max(line_no) AS line_no FROM slice_stored_line WHERE %(is_correction)s GROUP BY order_id) last
  ON last.order_id = o.id
WHERE s.kind = 'S'
-----
-- known
ANALYZE slice_line (order_id, line_no)
-----
-- Orders whose lines do not stand where they stood: one was added, dropped or replaced in between. Lines with numbers of their
-- own stay where they say.
-- known keys
WITH counted AS (
  SELECT * FROM slice_line
  WHERE NOT %(is_correction)s AND order_id NOT IN (SELECT order_id FROM slice_line WHERE NOT is_counted))
SELECT ARRAY(
  SELECT coalesce(n.order_id, l.order_id) FROM counted n
  FULL JOIN (SELECT * FROM slice_stored_line WHERE order_id IN (SELECT order_id FROM counted)) l
    ON l.order_id = n.order_id AND l.line_no = n.line_no
  WHERE n.sku_id IS DISTINCT FROM l.sku_id GROUP BY 1) AS moved
-----
-- Such a line is the stored one of the same product, number of units and price, or else of the same product; what is left over
-- goes behind, so that nothing that was decided on one line is ever held against another.
-- known moved
WITH incoming AS (
  SELECT n.ctid AS place, n.order_id, n.sku_id, n.line_no,
         row_number() OVER (PARTITION BY n.order_id, n.sku_id, n.quantity, n.unit_amount, n.paid_amount ORDER BY n.line_no) AS same,
         n.quantity, n.unit_amount, n.paid_amount
  FROM slice_line n WHERE n.order_id = ANY (%(moved)s::bigint[])),
stored AS (
  SELECT l.order_id, l.sku_id, l.line_no, l.quantity, l.list_unit_amount AS unit_amount, l.paid_amount,
         row_number() OVER (PARTITION BY l.order_id, l.sku_id, l.quantity, l.list_unit_amount, l.paid_amount
                            ORDER BY l.removed_at NULLS FIRST, l.line_no) AS same
  FROM slice_stored_line l WHERE l.order_id = ANY (%(moved)s::bigint[])),
equal AS (
  SELECT i.place, s.order_id, s.line_no
  FROM incoming i JOIN stored s USING (order_id, sku_id, quantity, unit_amount, paid_amount, same)),
changed AS (
  SELECT i.place, s.order_id, s.line_no
  FROM (SELECT *, row_number() OVER (PARTITION BY order_id, sku_id ORDER BY line_no) AS nth
        FROM incoming WHERE place NOT IN (SELECT place FROM equal)) i
  JOIN (SELECT *, row_number() OVER (PARTITION BY order_id, sku_id ORDER BY line_no) AS nth
        FROM stored WHERE (order_id, line_no) NOT IN (SELECT order_id, line_no FROM equal)) s USING (order_id, sku_id, nth)),
placed AS (
  SELECT place, line_no FROM equal
  UNION ALL SELECT place, line_no FROM changed
  UNION ALL
  SELECT i.place, (last.line_no + row_number() OVER (PARTITION BY i.order_id ORDER BY i.line_no))::int
  FROM incoming i
  JOIN (SELECT order_id, max(line_no) AS line_no FROM stored GROUP BY order_id) last ON last.order_id = i.order_id
  WHERE i.place NOT IN (SELECT place FROM equal UNION ALL SELECT place FROM changed))
UPDATE slice_line n SET line_no = p.line_no FROM placed p WHERE n.ctid = p.place
-----
-- known keys
SELECT ARRAY(SELECT id FROM slice_stored_line WHERE removed_at IS NOT NULL) AS absent
-----
-- A line that comes back was not returned by leaving: what counts is what buyers took back.
-- known absent
UPDATE slice_stored_line l SET returned_quantity = coalesce(t.quantity, 0)
FROM slice_stored_line same
LEFT JOIN (SELECT a.line_id, sum(a.quantity)::int AS quantity FROM store_refundallocation a
           JOIN store_refundrequest r ON r.id = a.request_id AND r.outcome IN ('open', 'refunded')
           WHERE a.merchant_id = %(merchant)s AND r.merchant_id = %(merchant)s AND a.line_id = ANY (%(absent)s::bigint[])
           GROUP BY a.line_id) t ON t.line_id = same.id
WHERE same.id = l.id AND l.removed_at IS NOT NULL
-----
-- known
CREATE TEMP TABLE slice_changed ON COMMIT DROP AS
SELECT l.id, n.*, least(coalesce(n.returned, l.returned_quantity), n.quantity) AS now_returned
FROM slice_line n JOIN slice_stored_line l ON l.order_id = n.order_id AND l.line_no = n.line_no
WHERE l.removed_at IS NOT NULL
   OR (l.sku_id, l.quantity, l.list_unit_amount, l.paid_amount, l.channel, l.tier, l.placed_at, l.paid_at, l.deposit_paid_at,
       l.delivered_at, l.completed_at, l.returned_quantity, l.open_aftersale_quantity, l.goodwill_amount, l.gift_amount, l.tax_rate_ppm)
      IS DISTINCT FROM
      (n.sku_id, n.quantity, n.unit_amount, n.paid_amount, n.channel, n.tier, n.placed_at, n.paid_at, n.deposit_paid_at,
       n.delivered_at, n.completed_at, least(coalesce(n.returned, l.returned_quantity), n.quantity),
       coalesce(n.open_aftersale, l.open_aftersale_quantity), coalesce(n.goodwill, l.goodwill_amount),
       coalesce(n.gift, l.gift_amount), coalesce(n.tax_rate_ppm, l.tax_rate_ppm))
-----
-- known keys
SELECT ARRAY(SELECT id FROM slice_changed) AS changed
-----
-- known lines_updated
UPDATE store_shoporderline l
SET sku_id = n.sku_id, quantity = n.quantity, list_unit_amount = n.unit_amount, paid_amount = n.paid_amount, channel = n.channel,
    tier = n.tier, placed_at = n.placed_at, paid_at = n.paid_at, deposit_paid_at = n.deposit_paid_at,
    delivered_at = n.delivered_at, completed_at = n.completed_at, returned_quantity = n.now_returned,
    open_aftersale_quantity = coalesce(n.open_aftersale, l.open_aftersale_quantity),
    goodwill_amount = coalesce(n.goodwill, l.goodwill_amount), gift_amount = coalesce(n.gift, l.gift_amount), tax_rate_ppm = coalesce(n.tax_rate_ppm, l.tax_rate_ppm),
    removed_at = NULL, revision = l.revision + 1
FROM slice_changed n
WHERE l.merchant_id = %(merchant)s AND l.id = n.id AND l.id = ANY (%(changed)s::bigint[])
-----
-- A version of an order is the whole order: a line it no longer has is marked and counts as returned, so that no program acts on
-- it; what was decided on it stays readable. Not while rows of the order wait in quarantine, nor when it cannot be told whose
-- the quarantined rows are.
-- known keys
SELECT ARRAY(
  SELECT l.id FROM slice_stored_line l
  WHERE %(complete)s AND NOT %(is_correction)s AND l.removed_at IS NULL
    AND l.order_id IN (SELECT order_id FROM slice_line)
    AND NOT EXISTS (SELECT 1 FROM slice_line n WHERE n.order_id = l.order_id AND n.line_no = l.line_no)
    AND l.order_id NOT IN (
      SELECT o.id FROM slice_stored o JOIN store_quarantinedrow q ON q.order_ref IN (o.order_ref, '')
      WHERE q.merchant_id = %(merchant)s AND q.batch_id = %(batch)s)) AS gone
-----
-- known gone lines_removed
UPDATE store_shoporderline l
SET removed_at = coalesce(o.source_updated_at, b.created_at), returned_quantity = l.quantity, open_aftersale_quantity = 0,
    revision = l.revision + 1
FROM slice_stored o, store_importbatch b
WHERE l.merchant_id = %(merchant)s AND l.id = ANY (%(gone)s::bigint[]) AND o.id = l.order_id
  AND b.merchant_id = %(merchant)s AND b.id = %(batch)s
-----
-- lines_new
INSERT INTO store_shoporderline
  (merchant_id, order_id, sku_id, line_no, quantity, returned_quantity, open_aftersale_quantity, list_unit_amount, paid_amount,
   goodwill_amount, gift_amount, tax_rate_ppm, currency, channel, tier, placed_at, paid_at, deposit_paid_at, delivered_at, completed_at, revision)
SELECT %(merchant)s, n.order_id, n.sku_id, n.line_no, n.quantity, least(coalesce(n.returned, 0), n.quantity),
       coalesce(n.open_aftersale, 0), n.unit_amount, n.paid_amount, coalesce(n.goodwill, 0), coalesce(n.gift, 0),
       coalesce(n.tax_rate_ppm, 0),
       %(currency)s, n.channel, n.tier, n.placed_at, n.paid_at, n.deposit_paid_at, n.delivered_at,
       n.completed_at, 0
FROM slice_line n
WHERE NOT EXISTS (SELECT 1 FROM slice_stored_line l WHERE l.order_id = n.order_id AND l.line_no = n.line_no)
ORDER BY n.sku_id, n.paid_at
ON CONFLICT (merchant_id, order_id, line_no) DO NOTHING
-----
-- Corrected rows add to what the order's other rows had captured.
-- is_correction
UPDATE store_shoporder o SET captured_amount = t.total + o.shipping_amount, revision = o.revision + 1
FROM (SELECT l.order_id, sum(l.paid_amount) AS total FROM store_shoporderline l
      WHERE l.merchant_id = %(merchant)s AND l.removed_at IS NULL AND l.order_id IN (SELECT order_id FROM slice_line)
      GROUP BY l.order_id) t
WHERE o.merchant_id = %(merchant)s AND o.id = t.order_id AND o.captured_amount < t.total + o.shipping_amount
