-- The requests to decide, in order of time, for a run that works through them in chunks. Requests not matched to a purchase yet
-- wait for the import to finish. {scope}: all of them, or only those the platform has not closed (an index of their own).
CREATE TEMP TABLE asked {keep} AS
SELECT row_number() OVER (ORDER BY r.requested_at, r.id) AS place, r.id AS request_id, r.reason_code,
       CASE WHEN r.buyer_text <> '' THEN r.buyer_text END AS buyer_text, r.currency
FROM store_refundrequest r
WHERE r.merchant_id = %(merchant)s AND r.requested_at <= %(as_of)s AND r.state <> 'new' AND (%(shop)s IS NULL OR r.shop_id = %(shop)s) {scope}
  AND NOT EXISTS (SELECT 1 FROM refund_retention_retentioncase c WHERE c.merchant_id = %(merchant)s AND c.request_id = r.id)
