-- Buyers and products of the slice. What a record does not say of them stays as it is. Parameters: merchant, shop, complete.
-- keys
SELECT ARRAY(SELECT DISTINCT sku FROM slice) AS skus,
       ARRAY(SELECT DISTINCT buyer_ref FROM slice WHERE buyer_ref IS NOT NULL) AS buyers
-----
CREATE TEMP TABLE slice_sku AS
SELECT k.code, k.id, k.title = '' AS is_untitled FROM store_sku k
WHERE k.merchant_id = %(merchant)s AND k.shop_id = %(shop)s AND k.code = ANY (%(skus)s::text[])
-----
CREATE TEMP TABLE slice_buyer AS
SELECT b.external_ref, b.id FROM store_buyer b
WHERE b.merchant_id = %(merchant)s AND b.shop_id = %(shop)s AND b.external_ref = ANY (%(buyers)s::text[])
-----
ANALYZE slice_sku, slice_buyer
-----
-- keys
SELECT ARRAY(SELECT id FROM slice_sku WHERE %(complete)s OR is_untitled) AS known_skus,
       ARRAY(SELECT id FROM slice_buyer WHERE %(complete)s) AS known_buyers
-----
UPDATE store_sku old
SET title = n.title, category = n.category, cost_amount = n.cost, is_gift = n.is_gift, is_bundle = n.is_bundle,
    is_clearance = n.is_clearance, is_flash = n.is_flash, is_live_room = n.is_live_room
FROM (
  SELECT DISTINCT ON (k.id) k.id, CASE WHEN k.title = '' THEN coalesce(s.title, '') ELSE k.title END AS title,
         coalesce(s.category, k.category) AS category, coalesce((s.extra->>'cost')::bigint, k.cost_amount) AS cost,
         coalesce((s.extra->>'is_gift')::boolean, k.is_gift) AS is_gift,
         coalesce((s.extra->>'is_bundle')::boolean, k.is_bundle) AS is_bundle,
         coalesce((s.extra->>'is_clearance')::boolean, k.is_clearance) AS is_clearance,
         coalesce((s.extra->>'is_flash')::boolean, k.is_flash) AS is_flash,
         coalesce((s.extra->>'is_live_room')::boolean, k.is_live_room) AS is_live_room
  FROM slice s JOIN store_sku k ON k.code = s.sku
  WHERE k.merchant_id = %(merchant)s AND k.id = ANY (%(known_skus)s::bigint[])
  ORDER BY k.id, (s.title IS NULL), s.updated_at DESC, s.row_no DESC) n
WHERE old.merchant_id = %(merchant)s AND old.id = n.id AND old.id = ANY (%(known_skus)s::bigint[])
  AND (old.title, old.category, old.cost_amount, old.is_gift, old.is_bundle, old.is_clearance, old.is_flash, old.is_live_room)
      IS DISTINCT FROM (n.title, n.category, n.cost, n.is_gift, n.is_bundle, n.is_clearance, n.is_flash, n.is_live_room)
-----
WITH made AS (
  INSERT INTO store_sku AS old
    (merchant_id, shop_id, code, title, category, cost_amount, is_gift, is_bundle, is_clearance, is_flash, is_live_room)
  SELECT DISTINCT ON (s.sku COLLATE "C") %(merchant)s, %(shop)s, s.sku, coalesce(s.title, ''), coalesce(s.category, ''),
         (s.extra->>'cost')::bigint, coalesce((s.extra->>'is_gift')::boolean, false),
         coalesce((s.extra->>'is_bundle')::boolean, false), coalesce((s.extra->>'is_clearance')::boolean, false),
         coalesce((s.extra->>'is_flash')::boolean, false), coalesce((s.extra->>'is_live_room')::boolean, false)
  FROM slice s
  WHERE NOT EXISTS (SELECT 1 FROM slice_sku k WHERE k.code = s.sku)
  ORDER BY s.sku COLLATE "C", (s.title IS NULL), s.updated_at DESC, s.row_no DESC
  ON CONFLICT (merchant_id, shop_id, code) DO UPDATE SET title = old.title
  RETURNING old.code, old.id)
INSERT INTO slice_sku SELECT code, id, false FROM made
-----
-- complete
UPDATE store_buyer old
SET contact_cipher = n.contact_cipher, contact_hash = n.contact_hash, phone_cipher = n.phone_cipher, phone_hash = n.phone_hash,
    language = n.language, commercial_consent = n.consent, opted_out_at = n.opted_out_at
FROM (
  SELECT DISTINCT ON (b.id) b.id, coalesce(decode(s.extra->>'contact_cipher', 'base64'), b.contact_cipher) AS contact_cipher,
         coalesce(s.extra->>'contact_hash', b.contact_hash) AS contact_hash,
         coalesce(decode(s.extra->>'phone_cipher', 'base64'), b.phone_cipher) AS phone_cipher,
         coalesce(s.extra->>'phone_hash', b.phone_hash) AS phone_hash, coalesce(s.extra->>'language', b.language) AS language,
         -- Who opted out stays out until he himself comes back.
         coalesce((s.extra->>'consent')::boolean, b.commercial_consent) AND b.opted_out_at IS NULL AS consent,
         coalesce(b.opted_out_at, (s.extra->>'opted_out_at')::timestamptz) AS opted_out_at
  FROM slice s JOIN store_buyer b ON b.external_ref = s.buyer_ref
  WHERE b.merchant_id = %(merchant)s AND b.id = ANY (%(known_buyers)s::bigint[])
  ORDER BY b.id, s.updated_at DESC, s.row_no DESC) n
WHERE old.merchant_id = %(merchant)s AND old.id = n.id AND old.id = ANY (%(known_buyers)s::bigint[])
  AND (old.contact_hash, old.phone_hash, old.language, old.commercial_consent, old.opted_out_at)
      IS DISTINCT FROM (n.contact_hash, n.phone_hash, n.language, n.consent, n.opted_out_at)
-----
WITH made AS (
  INSERT INTO store_buyer AS old
    (merchant_id, shop_id, external_ref, contact_cipher, contact_hash, phone_cipher, phone_hash, language, commercial_consent,
     opted_out_at)
  SELECT DISTINCT ON (s.buyer_ref COLLATE "C") %(merchant)s, %(shop)s, s.buyer_ref, decode(s.extra->>'contact_cipher', 'base64'),
         coalesce(s.extra->>'contact_hash', ''), decode(s.extra->>'phone_cipher', 'base64'), coalesce(s.extra->>'phone_hash', ''),
         coalesce(s.extra->>'language', ''), coalesce((s.extra->>'consent')::boolean, false),
         (s.extra->>'opted_out_at')::timestamptz
  FROM slice s
  WHERE s.buyer_ref IS NOT NULL AND NOT EXISTS (SELECT 1 FROM slice_buyer b WHERE b.external_ref = s.buyer_ref)
  ORDER BY s.buyer_ref COLLATE "C", s.updated_at DESC, s.row_no DESC
  ON CONFLICT (merchant_id, shop_id, external_ref) DO UPDATE SET external_ref = old.external_ref
  RETURNING old.external_ref, old.id)
INSERT INTO slice_buyer SELECT external_ref, id FROM made
-----
ANALYZE slice_sku, slice_buyer
