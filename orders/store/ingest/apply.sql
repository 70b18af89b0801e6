-- One range of buckets: from staged rows to buyers, products, orders, lines and refund requests. Every statement is safe to
-- repeat. Parameters: merchant, shop, batch, lo, hi, currency, complete, is_correction. Statements are separated by a line of
-- dashes. A first line `-- name` keeps the row count under that name; `-- keys` makes the columns of the one row it selects
-- parameters of the statements after it; `-- known` skips the statement where every order is new.
--
-- While a first import runs nobody has analysed the tables it fills, and the planner takes the merchant for empty: a join would
-- compare everything with everything. So stored rows are fetched by a literal list of keys (an index condition, or at worst one
-- pass over the merchant's rows), the slice's own tables are analysed, and nothing is joined by nested loops.
-- Sorting uses the "C" order, which costs a third of the database's.
CREATE TEMP TABLE slice ON COMMIT DROP AS
SELECT s.*, row_number() OVER (PARTITION BY s.kind, s.order_ref COLLATE "C" ORDER BY s.row_no)::int AS line_no,
       coalesce((s.extra->>'updated_at')::timestamptz, '-infinity') AS updated_at
FROM store_stagedrow s
WHERE s.merchant_id = %(merchant)s AND s.batch_id = %(batch)s AND s.bucket >= %(lo)s AND s.bucket < %(hi)s
-----
SET LOCAL default_statistics_target = 10; SET LOCAL enable_nestloop = off
-----
ANALYZE slice (kind, order_ref, sku, buyer_ref)
-----
INSERT INTO store_buyer AS old
  (merchant_id, shop_id, external_ref, contact_cipher, contact_hash, commercial_consent, opted_out_at)
SELECT DISTINCT ON (buyer_ref COLLATE "C") %(merchant)s, %(shop)s, buyer_ref, decode(extra->>'contact_cipher', 'base64'),
       coalesce(extra->>'contact_hash', ''), coalesce((extra->>'consent')::boolean, false), (extra->>'opted_out_at')::timestamptz
FROM slice WHERE buyer_ref IS NOT NULL ORDER BY buyer_ref COLLATE "C", updated_at DESC, row_no DESC
ON CONFLICT (merchant_id, shop_id, external_ref) DO UPDATE
SET contact_cipher = coalesce(excluded.contact_cipher, old.contact_cipher),
    contact_hash = CASE WHEN excluded.contact_hash <> '' THEN excluded.contact_hash ELSE old.contact_hash END,
    commercial_consent = excluded.commercial_consent AND old.opted_out_at IS NULL,
    opted_out_at = coalesce(old.opted_out_at, excluded.opted_out_at)
WHERE (excluded.contact_hash <> '' AND excluded.contact_hash <> old.contact_hash)
   OR (%(complete)s AND excluded.commercial_consent <> old.commercial_consent)
   OR (old.opted_out_at IS NULL AND excluded.opted_out_at IS NOT NULL)
-----
INSERT INTO store_sku AS old
  (merchant_id, shop_id, code, title, category, cost_amount, is_gift, is_bundle, is_clearance, is_flash, is_live_room)
SELECT DISTINCT ON (sku COLLATE "C") %(merchant)s, %(shop)s, sku, coalesce(title, ''), coalesce(category, ''), (extra->>'cost')::bigint,
       coalesce((extra->>'is_gift')::boolean, false), coalesce((extra->>'is_bundle')::boolean, false),
       coalesce((extra->>'is_clearance')::boolean, false), coalesce((extra->>'is_flash')::boolean, false),
       coalesce((extra->>'is_live_room')::boolean, false)
FROM slice ORDER BY sku COLLATE "C", (title IS NULL), updated_at DESC, row_no DESC
ON CONFLICT (merchant_id, shop_id, code) DO UPDATE
SET title = CASE WHEN old.title = '' THEN excluded.title ELSE old.title END,
    category = CASE WHEN excluded.category <> '' THEN excluded.category ELSE old.category END,
    cost_amount = coalesce(excluded.cost_amount, old.cost_amount), is_gift = excluded.is_gift, is_bundle = excluded.is_bundle,
    is_clearance = excluded.is_clearance, is_flash = excluded.is_flash, is_live_room = excluded.is_live_room
WHERE (old.title = '' AND excluded.title <> '')
   OR (%(complete)s AND (excluded.category, excluded.cost_amount, excluded.is_gift, excluded.is_bundle, excluded.is_clearance,
        excluded.is_flash, excluded.is_live_room)
       IS DISTINCT FROM (old.category, old.cost_amount, old.is_gift, old.is_bundle, old.is_clearance, old.is_flash, old.is_live_room))
-----
-- keys
SELECT ARRAY(SELECT DISTINCT sku FROM slice) AS skus,
       ARRAY(SELECT DISTINCT buyer_ref FROM slice WHERE buyer_ref IS NOT NULL) AS buyers,
       ARRAY(SELECT DISTINCT order_ref FROM slice WHERE kind = 'S') AS orders
-----
CREATE TEMP TABLE slice_sku ON COMMIT DROP AS
SELECT k.code, k.id FROM store_sku k
WHERE k.merchant_id = %(merchant)s AND k.shop_id = %(shop)s AND k.code = ANY (%(skus)s::text[])
-----
CREATE TEMP TABLE slice_buyer ON COMMIT DROP AS
SELECT b.external_ref, b.id FROM store_buyer b
WHERE b.merchant_id = %(merchant)s AND b.shop_id = %(shop)s AND b.external_ref = ANY (%(buyers)s::text[])
-----
CREATE TEMP TABLE slice_known ON COMMIT DROP AS
SELECT o.external_ref, o.id FROM store_shoporder o
WHERE o.merchant_id = %(merchant)s AND o.shop_id = %(shop)s AND o.external_ref = ANY (%(orders)s::text[])
-----
ANALYZE slice_sku, slice_buyer, slice_known
-----
CREATE TEMP TABLE slice_order ON COMMIT DROP AS
SELECT s.order_ref, max(s.buyer_ref) AS buyer_ref, max(s.channel) AS channel, min(s.placed_at) AS placed_at,
       max(s.updated_at) AS updated_at,
       coalesce(max(s.extra->>'status'), 'paid') AS status,
       CASE WHEN bool_or(s.extra ? 'status') AND max(s.extra->>'paid_at') IS NULL AND max(s.extra->>'status') = 'open'
            THEN NULL ELSE coalesce(max((s.extra->>'paid_at')::timestamptz), min(s.placed_at)) END AS paid_at,
       max((s.extra->>'delivered_at')::timestamptz) AS delivered_at,
       max((s.extra->>'completed_at')::timestamptz) AS completed_at,
       coalesce(max((s.extra->>'captured')::bigint), sum(s.paid_amount) + coalesce(max((s.extra->>'shipping')::bigint), 0)) AS captured,
       max((s.extra->>'refunded')::bigint) AS refunded, coalesce(max((s.extra->>'shipping')::bigint), 0) AS shipping,
       max((s.extra->>'deposit')::bigint) AS deposit, max((s.extra->>'deposit_paid_at')::timestamptz) AS deposit_paid_at,
       max((s.extra->>'balance')::bigint) AS balance, max((s.extra->>'balance_opens_at')::timestamptz) AS balance_opens_at,
       max((s.extra->>'balance_closes_at')::timestamptz) AS balance_closes_at,
       max((s.extra->>'balance_paid_at')::timestamptz) AS balance_paid_at,
       max(o.id) AS known_id
FROM slice s LEFT JOIN slice_known o ON o.external_ref = s.order_ref
WHERE s.kind = 'S' GROUP BY s.order_ref
-----
ANALYZE slice_order (order_ref, buyer_ref, known_id)
-----
-- keys
SELECT ARRAY(SELECT id FROM slice_known) AS known
-----
-- known
WITH incoming AS (
  SELECT n.*, b.id AS buyer_id FROM slice_order n LEFT JOIN slice_buyer b ON b.external_ref = n.buyer_ref
  WHERE n.known_id IS NOT NULL)
UPDATE store_shoporder o
SET buyer_id = i.buyer_id, channel = i.channel, placed_at = i.placed_at, status = i.status, paid_at = i.paid_at,
    delivered_at = i.delivered_at, completed_at = i.completed_at, captured_amount = i.captured,
    refunded_amount = coalesce(i.refunded, o.refunded_amount), shipping_amount = i.shipping, deposit_amount = i.deposit,
    deposit_paid_at = i.deposit_paid_at, balance_amount = i.balance, balance_opens_at = i.balance_opens_at,
    balance_closes_at = i.balance_closes_at, balance_paid_at = i.balance_paid_at,
    source_updated_at = NULLIF(i.updated_at, '-infinity'), revision = o.revision + 1
FROM incoming i
WHERE o.merchant_id = %(merchant)s AND o.id = i.known_id AND o.id = ANY (%(known)s::bigint[]) AND NOT %(is_correction)s
  AND coalesce(o.source_updated_at, '-infinity') <= i.updated_at
  AND (o.buyer_id, o.channel, o.placed_at, o.status, o.paid_at, o.delivered_at, o.completed_at, o.captured_amount,
       o.refunded_amount, o.shipping_amount, o.deposit_amount, o.deposit_paid_at, o.balance_amount, o.balance_opens_at,
       o.balance_closes_at, o.balance_paid_at)
      IS DISTINCT FROM
      (i.buyer_id, i.channel, i.placed_at, i.status, i.paid_at, i.delivered_at, i.completed_at, i.captured,
       coalesce(i.refunded, o.refunded_amount), i.shipping, i.deposit, i.deposit_paid_at, i.balance, i.balance_opens_at,
       i.balance_closes_at, i.balance_paid_at)
-----
INSERT INTO store_shoporder
  (merchant_id, shop_id, buyer_id, external_ref, status, channel, currency, placed_at, paid_at, delivered_at, completed_at,
   captured_amount, refunded_amount, shipping_amount, deposit_amount, deposit_paid_at, balance_amount, balance_opens_at,
   balance_closes_at, balance_paid_at, source_updated_at, revision)
SELECT %(merchant)s, %(shop)s, b.id, n.order_ref, n.status, n.channel, %(currency)s, n.placed_at, n.paid_at, n.delivered_at,
       n.completed_at, n.captured, coalesce(n.refunded, 0), n.shipping, n.deposit, n.deposit_paid_at, n.balance,
       n.balance_opens_at, n.balance_closes_at, n.balance_paid_at, NULLIF(n.updated_at, '-infinity'), 0
FROM slice_order n LEFT JOIN slice_buyer b ON b.external_ref = n.buyer_ref
WHERE n.known_id IS NULL
ON CONFLICT (merchant_id, shop_id, external_ref) DO NOTHING
-----
CREATE TEMP TABLE slice_stored ON COMMIT DROP AS
SELECT o.external_ref AS order_ref, o.id, o.paid_at, o.deposit_paid_at, o.delivered_at, o.completed_at, o.source_updated_at
FROM store_shoporder o
WHERE o.merchant_id = %(merchant)s AND o.shop_id = %(shop)s AND o.external_ref = ANY (%(orders)s::text[])
-----
ANALYZE slice_stored (order_ref)
-----
CREATE TEMP TABLE slice_stored_line (LIKE store_shoporderline) ON COMMIT DROP
-----
-- known
INSERT INTO slice_stored_line
SELECT l.* FROM store_shoporderline l WHERE l.merchant_id = %(merchant)s AND l.order_id = ANY (%(known)s::bigint[])
-----
-- known
ANALYZE slice_stored_line (order_id, line_no)
-----
CREATE TEMP TABLE slice_line ON COMMIT DROP AS
SELECT o.id AS order_id, k.id AS sku_id, coalesce((s.extra->>'line_no')::int, s.line_no + coalesce(last.line_no, 0)) AS line_no, s.quantity, s.unit_amount,
       s.paid_amount, s.channel, s.tier, s.placed_at, o.delivered_at, o.completed_at, o.deposit_paid_at,
       coalesce((s.extra->>'paid_at')::timestamptz, CASE WHEN o.paid_at IS NOT NULL THEN s.placed_at END) AS paid_at,
       (s.extra->>'returned_quantity')::int AS returned, (s.extra->>'open_aftersale_quantity')::int AS open_aftersale,
       (s.extra->>'goodwill')::bigint AS goodwill, (s.extra->>'tax_rate_ppm')::int AS tax_rate_ppm
FROM slice s
JOIN slice_stored o ON o.order_ref = s.order_ref
JOIN slice_sku k ON k.code = s.sku
-- Corrected rows of an order whose other rows are stored already go behind them.
LEFT JOIN (SELECT order_id, max(line_no) AS line_no FROM slice_stored_line WHERE %(is_correction)s GROUP BY order_id) last
  ON last.order_id = o.id
WHERE s.kind = 'S' AND coalesce(o.source_updated_at, '-infinity') <= s.updated_at
-----
-- known
ANALYZE slice_line (order_id, line_no)
-----
-- known
CREATE TEMP TABLE slice_changed ON COMMIT DROP AS
SELECT l.id, n.*
FROM slice_line n JOIN slice_stored_line l ON l.order_id = n.order_id AND l.line_no = n.line_no
WHERE (l.sku_id, l.quantity, l.list_unit_amount, l.paid_amount, l.channel, l.tier, l.placed_at, l.paid_at, l.deposit_paid_at,
       l.delivered_at, l.completed_at, l.returned_quantity, l.open_aftersale_quantity, l.goodwill_amount, l.tax_rate_ppm)
      IS DISTINCT FROM
      (n.sku_id, n.quantity, n.unit_amount, n.paid_amount, n.channel, n.tier, n.placed_at, n.paid_at, n.deposit_paid_at,
       n.delivered_at, n.completed_at, least(coalesce(n.returned, l.returned_quantity), n.quantity),
       coalesce(n.open_aftersale, l.open_aftersale_quantity), coalesce(n.goodwill, l.goodwill_amount),
       coalesce(n.tax_rate_ppm, l.tax_rate_ppm))
-----
-- known keys
SELECT ARRAY(SELECT id FROM slice_changed) AS changed
-----
-- known lines_updated
UPDATE store_shoporderline l
SET sku_id = n.sku_id, quantity = n.quantity, list_unit_amount = n.unit_amount, paid_amount = n.paid_amount, channel = n.channel,
    tier = n.tier, placed_at = n.placed_at, paid_at = n.paid_at, deposit_paid_at = n.deposit_paid_at,
    delivered_at = n.delivered_at, completed_at = n.completed_at,
    returned_quantity = least(coalesce(n.returned, l.returned_quantity), n.quantity),
    open_aftersale_quantity = coalesce(n.open_aftersale, l.open_aftersale_quantity),
    goodwill_amount = coalesce(n.goodwill, l.goodwill_amount), tax_rate_ppm = coalesce(n.tax_rate_ppm, l.tax_rate_ppm),
    revision = l.revision + 1
FROM slice_changed n
WHERE l.merchant_id = %(merchant)s AND l.id = n.id AND l.id = ANY (%(changed)s::bigint[])
-----
-- lines_new
INSERT INTO store_shoporderline
  (merchant_id, order_id, sku_id, line_no, quantity, returned_quantity, open_aftersale_quantity, list_unit_amount, paid_amount,
   goodwill_amount, tax_rate_ppm, currency, channel, tier, placed_at, paid_at, deposit_paid_at, delivered_at, completed_at, revision)
SELECT %(merchant)s, n.order_id, n.sku_id, n.line_no, n.quantity, least(coalesce(n.returned, 0), n.quantity),
       coalesce(n.open_aftersale, 0), n.unit_amount, n.paid_amount, coalesce(n.goodwill, 0), coalesce(n.tax_rate_ppm, 0),
       %(currency)s, n.channel, n.tier, n.placed_at, n.paid_at, n.deposit_paid_at, n.delivered_at,
       n.completed_at, 0
FROM slice_line n
WHERE NOT EXISTS (SELECT 1 FROM slice_stored_line l WHERE l.order_id = n.order_id AND l.line_no = n.line_no)
ORDER BY n.sku_id, n.paid_at
ON CONFLICT (merchant_id, order_id, line_no) DO NOTHING
-----
INSERT INTO store_refundrequest
  (merchant_id, shop_id, buyer_id, sku_id, external_ref, line_no, row_no, quantity, unit_amount, currency, requested_at, state)
SELECT %(merchant)s, %(shop)s, b.id, k.id, s.order_ref,
       coalesce((s.extra->>'line_no')::int, s.line_no + CASE WHEN %(is_correction)s THEN (
         SELECT coalesce(max(r.line_no), 0) FROM store_refundrequest r
         WHERE r.merchant_id = %(merchant)s AND r.shop_id = %(shop)s AND r.external_ref = s.order_ref) ELSE 0 END),
       s.row_no, s.quantity, s.unit_amount, %(currency)s, s.placed_at, 'new'
FROM slice s
JOIN slice_sku k ON k.code = s.sku
LEFT JOIN slice_buyer b ON b.external_ref = s.buyer_ref
WHERE s.kind = 'R'
ON CONFLICT (merchant_id, shop_id, external_ref, line_no) DO NOTHING
-----
-- Corrected rows add to what the order's other rows had captured.
UPDATE store_shoporder o SET captured_amount = t.total + o.shipping_amount, revision = o.revision + 1
FROM (SELECT l.order_id, sum(l.paid_amount) AS total FROM store_shoporderline l
      WHERE l.merchant_id = %(merchant)s AND %(is_correction)s AND l.order_id IN (SELECT order_id FROM slice_line)
      GROUP BY l.order_id) t
WHERE o.merchant_id = %(merchant)s AND o.id = t.order_id AND o.captured_amount < t.total + o.shipping_amount
