-- Steps that are over without having been sent: too late, more than their channel could send, or several due at once. Kept beside the due ones, so that the page can say why.
CREATE TEMP TABLE presale_passed AS
WITH due AS MATERIALIZED (
  SELECT w.id, w.opens_at, w.closes_at, w.last_step, w.passed, w.step AS sent_step, w.place, s.timezone AS tz,
         b.contact_cipher IS NOT NULL AS has_email, b.phone_cipher IS NOT NULL AS has_phone
  FROM presale_work w
  JOIN store_buyer b ON b.merchant_id = %(merchant)s AND b.id = w.buyer_id
  JOIN merchants_shop s ON s.merchant_id = %(merchant)s AND s.id = b.shop_id
  WHERE w.passed > w.last_step + 1 OR w.step IS NULL),
{schedule}
SELECT d.place, d.id, k.step, k.channel, k.nominal_at, k.due_at, k.shift,
       CASE WHEN k.due_at + make_interval(mins => %(max_late)s) < %(as_of)s THEN 'late'
            WHEN d.sent_step IS NULL AND k.step = d.passed THEN 'channel_full' ELSE 'overtaken' END AS reason
FROM due d JOIN kept k USING (tz, opens_at, closes_at, has_email, has_phone)
WHERE k.step > d.last_step AND k.step <= d.passed AND k.step IS DISTINCT FROM d.sent_step
