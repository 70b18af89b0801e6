-- Steps that are over without having been sent: too late, or several due at once. Kept beside the due ones, so that the page can say why.
CREATE TEMP TABLE presale_passed AS
WITH due AS MATERIALIZED (
  SELECT w.id, w.tz, w.opens_at, w.closes_at, w.has_email, w.has_phone, w.last_step, w.passed, w.step AS sent_step, w.place
  FROM presale_work w WHERE w.passed > w.last_step + 1 OR w.step IS NULL),
{schedule}
SELECT d.place, d.id, k.step, k.channel, k.nominal_at, k.due_at, k.shift,
       CASE WHEN k.due_at + make_interval(mins => %(max_late)s) < %(as_of)s THEN 'late' ELSE 'overtaken' END AS reason
FROM due d JOIN kept k USING (tz, opens_at, closes_at, has_email, has_phone)
WHERE k.step > d.last_step AND k.step <= d.passed AND k.step IS DISTINCT FROM d.sent_step
