-- One range of buckets as a temporary table: what all later statements read. Parameters: merchant, batch, lo, hi.
--
-- The files of this folder run in the order slice, totals (complete formats only), people; and, in a second transaction, versions,
-- orders, lines, payments, requests. Each statement is safe to repeat. What the words above one mean is told in orders/store/scripts.py;
-- `known` skips it where every order is new, `complete` in formats that do not carry every field.
--
-- While a first import runs nobody has analysed the tables it fills, and the planner takes the merchant for empty: a join would
-- compare everything with everything. So stored rows are fetched by a literal list of keys (an index condition, or at worst one
-- pass over the merchant's rows), the slice's own tables are analysed, and nothing is joined by nested loops.
-- Sorting uses the "C" order, which costs a third of the database's.
SET LOCAL default_statistics_target = 10; SET LOCAL enable_nestloop = off
-----
-- Two transactions read it; one that failed may have left it behind.
DROP TABLE IF EXISTS pg_temp.slice, pg_temp.slice_sku, pg_temp.slice_buyer
-----
CREATE TEMP TABLE slice AS
SELECT s.row_no, s.kind, s.order_ref, s.sku, s.title, s.category, s.quantity, s.unit_amount, s.paid_amount, s.buyer_ref,
       s.placed_at, s.channel, s.tier, s.extra, coalesce((s.extra->>'updated_at')::timestamptz, '-infinity') AS updated_at
FROM store_stagedrow s
WHERE s.merchant_id = %(merchant)s AND s.batch_id = %(batch)s AND s.bucket >= %(lo)s AND s.bucket < %(hi)s
-----
ANALYZE slice (kind, order_ref, sku, buyer_ref)
