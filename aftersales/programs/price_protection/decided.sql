-- The outcome per line, ready to be claimed in chunks; {selection} is selection.sql, whose order (by order and line) is kept
-- without sorting again: a place only has to be one.
CREATE TEMP TABLE decided {keep} AS
SELECT row_number() OVER () AS place, d.line_id, d.order_id, d.line_revision, d.order_revision,
       d.currency, d.kept AS units, d.claims + 1 AS sequence, d.granted AS amount,
       CASE WHEN d.refusal IS NOT NULL OR d.granted <= 0 THEN 'refused' WHEN coalesce(d.is_suspicious, false) THEN 'held' ELSE 'reserved' END AS state,
       CASE WHEN d.refusal IS NOT NULL THEN d.refusal WHEN d.granted <= 0 THEN 'CAPPED'
            WHEN coalesce(d.is_suspicious, false) THEN 'PRICE_ERROR'
            WHEN d.granted < d.difference + d.tax THEN 'CAPPED' ELSE 'PRICE_DROP' END AS reason,
       d.point_id, d.price, d.price_currency, d.source, d.valid_from, d.window_from, d.window_to, d.paid_amount, d.quantity, d.returned_quantity,
       d.goodwill_amount, d.protected_before, d.basis, d.cost_now, d.difference, d.tax, d.headroom, d.buyer_id, d.coupon_id, d.face,
       d.gift_gone, d.sku_id, d.is_suspect
FROM ({selection}) d
