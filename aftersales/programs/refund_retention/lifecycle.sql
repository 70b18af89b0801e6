-- What happens to a case after it was decided, as sets. Statements are named; {one} narrows them to one case. Every transition is
-- guarded by the state it leaves, so that doing it twice changes nothing. `at` is the run's moment; money in minor units.

-- Requests and messages are looked up once per case, by key. As joins they are at the mercy of statistics: a merchant whose first
-- cases are minutes old is taken for one with few rows, and every case is compared with every request or message (40 s for 20,000).

-- name: platform_refunded
-- The platform's own word wins, whatever the buyer answered. What was saved is lost; what it cost stays.
UPDATE refund_retention_retentioncase c
SET state = CASE WHEN c.state IN ('offered', 'sent') THEN 'closed' WHEN c.state IN ('accepted', 'withdrawal_requested') THEN 'withdraw_impossible'
                 ELSE 'refunded' END,
    reason = CASE WHEN c.state IN ('withdrawn', 'saved_provisional') THEN 'REFUNDED_AFTER_ALL' ELSE 'PLATFORM_REFUNDED' END,
    released_at = coalesce(c.released_at, %(at)s), saved_amount = 0, later_amount = 0,
    settled_at = CASE WHEN c.state IN ('withdrawn', 'saved_provisional') THEN %(at)s END
WHERE c.merchant_id = %(merchant)s AND c.state IN ('offered', 'sent', 'accepted', 'withdrawal_requested', 'withdrawn', 'saved_provisional') {one}
  AND {platform_said} = 'refunded'

-- name: platform_rejected
UPDATE refund_retention_retentioncase c
SET state = 'closed', reason = 'PLATFORM_REJECTED', released_at = coalesce(c.released_at, %(at)s)
WHERE c.merchant_id = %(merchant)s AND c.state IN ('offered', 'sent', 'accepted', 'withdrawal_requested') {one}
  AND {platform_said} = 'rejected'

-- name: withdrawn
-- Saved, provisionally: what the kept units were paid. All asked units, unless the platform said how many; the dearest stay.
UPDATE refund_retention_retentioncase c
SET (state, reason, withdrawn_at, kept_units, saved_amount, inputs) = (
  SELECT 'withdrawn', 'WITHDRAWN', coalesce(r.closed_at, %(at)s), k.kept, v.saved, c.inputs || jsonb_build_object('gross', v.saved)
  FROM store_refundrequest r
  JOIN store_shoporderline l ON l.merchant_id = %(merchant)s AND l.id = c.line_id
  CROSS JOIN LATERAL (SELECT least(coalesce(c.kept_units, c.units), c.units) AS kept, coalesce((c.inputs ->> 'staying')::int, 0) AS staying) k
  CROSS JOIN LATERAL (
    SELECT CASE WHEN k.kept >= c.units THEN c.asked_amount
                WHEN (c.inputs ->> 'line_units')::int = c.units
                THEN (k.staying + k.kept) * (l.paid_amount / l.quantity) + least(k.staying + k.kept, l.paid_amount %% l.quantity)
                     - k.staying * (l.paid_amount / l.quantity) - least(k.staying, l.paid_amount %% l.quantity)
                ELSE c.asked_amount * k.kept / c.units END AS saved) v
  WHERE r.merchant_id = %(merchant)s AND r.id = c.request_id)
WHERE c.merchant_id = %(merchant)s AND c.state IN ('offered', 'sent', 'accepted', 'withdrawal_requested') AND c.line_id IS NOT NULL {one}
  AND {platform_said} = 'withdrawn'

-- name: sent
UPDATE refund_retention_retentioncase c
SET (state, reason, released_at) = (
  SELECT CASE m.state WHEN 'sent' THEN 'sent' ELSE 'timed_out' END, CASE m.state WHEN 'sent' THEN c.reason ELSE 'NOT_DELIVERED' END,
         CASE m.state WHEN 'sent' THEN c.released_at ELSE %(at)s END
  FROM outbox_message m WHERE m.merchant_id = %(merchant)s AND m.effect_key = 'retention:' || c.request_id || ':card')
WHERE c.merchant_id = %(merchant)s AND c.state = 'offered' {one}
  AND (SELECT m.state FROM outbox_message m
       WHERE m.merchant_id = %(merchant)s AND m.effect_key = 'retention:' || c.request_id || ':card') IN ('sent', 'dropped', 'dead')

-- name: hold_over
-- The hold ends by itself: nobody has to do anything for the refund to run.
WITH ended AS (
  UPDATE refund_retention_retentioncase c
  SET state = 'timed_out', reason = 'HOLD_OVER', released_at = c.hold_until
  WHERE c.merchant_id = %(merchant)s AND c.state IN ('offered', 'sent') AND c.hold_until <= %(at)s {one}
  RETURNING c.id, c.request_id),
{tell_released}
SELECT count(*) FROM ended

-- name: withdrawal
-- The buyer may undo for a few minutes; then the platform is asked to withdraw the request.
WITH asked AS (
  UPDATE refund_retention_retentioncase c
  SET state = 'withdrawal_requested'
  WHERE c.merchant_id = %(merchant)s AND c.state = 'accepted' AND c.answered_at <= %(at)s - make_interval(mins => c.undo_minutes) {one}
  RETURNING c.id, c.request_id, c.deadline_at),
told AS (
INSERT INTO outbox_message (merchant_id, kind, channel, subject_id, data, effect_key, run_at, drop_after)
SELECT %(merchant)s, 'aftersales.refund_retention.withdrawal_requested', w.channel, a.id,
       jsonb_build_object('case', a.id, 'request', r.external_ref, 'line', r.line_no, 'units', r.quantity),
       'retention:' || a.request_id || ':withdraw:' || w.channel, %(at)s, a.deadline_at
FROM asked a
JOIN store_refundrequest r ON r.merchant_id = %(merchant)s AND r.id = a.request_id
CROSS JOIN (SELECT 'in_app' AS channel UNION ALL
            SELECT 'webhook' WHERE EXISTS (SELECT 1 FROM outbox_endpoint e WHERE e.merchant_id = %(merchant)s AND e.is_active)) w
ON CONFLICT (merchant_id, effect_key) DO NOTHING)
SELECT count(*) FROM asked

-- name: platform_silent
UPDATE refund_retention_retentioncase c
SET state = 'withdraw_impossible', reason = 'PLATFORM_SILENT', released_at = c.deadline_at
FROM store_refundrequest r
WHERE c.merchant_id = %(merchant)s AND c.state = 'withdrawal_requested' AND c.deadline_at <= %(at)s {one}
  AND r.merchant_id = %(merchant)s AND r.id = c.request_id AND r.outcome = 'open'

-- name: saved_without_money
UPDATE refund_retention_retentioncase c SET state = 'saved_provisional'
WHERE c.merchant_id = %(merchant)s AND c.state = 'withdrawn' {one}
  AND NOT (c.answer = 'accepted' AND (c.offer = 'price_protection' OR c.offer_amount > 0))

-- name: refreshed
-- What keeping the goods cost so far: goodwill unless refused or failed, and price protection of the line after the withdrawal.
UPDATE refund_retention_retentioncase c
SET cost_amount = n.cost, later_amount = n.later, saved_amount = n.saved,
    state = CASE WHEN n.is_lost THEN 'refunded' ELSE c.state END, reason = CASE WHEN n.is_lost THEN 'REFUNDED_AFTER_ALL' ELSE c.reason END,
    settled_at = CASE WHEN n.is_lost THEN %(at)s END
FROM (
  SELECT c.id, k.lost >= c.kept_units AS is_lost,
         CASE WHEN g.state = 'refused' OR p.state = 'failed' THEN 0 ELSE coalesce(g.amount, 0) END AS cost,
         CASE WHEN k.lost >= c.kept_units THEN 0 ELSE coalesce(f.amount, 0) END AS later,
         (c.inputs ->> 'gross')::bigint * greatest(c.kept_units - k.lost, 0) / c.kept_units AS saved
  FROM refund_retention_retentioncase c
  LEFT JOIN LATERAL (
    SELECT g.state, g.amount FROM aftersales_claim g WHERE g.merchant_id = %(merchant)s AND g.id = c.claim_id OFFSET 0) g ON true
  LEFT JOIN LATERAL (
    SELECT p.state FROM aftersales_payout p WHERE p.merchant_id = %(merchant)s AND p.claim_id = c.claim_id ORDER BY p.id DESC LIMIT 1) p ON true
  LEFT JOIN LATERAL (
    SELECT sum(x.amount)::bigint AS amount
    FROM store_refundallocation a
    JOIN aftersales_claim x ON x.merchant_id = %(merchant)s AND x.line_id = a.line_id AND x.program = 'price_protection' AND x.state <> 'refused'
    JOIN aftersales_programrun u ON u.merchant_id = %(merchant)s AND u.id = x.run_id AND u.as_of >= c.withdrawn_at AND u.as_of <= %(at)s
    WHERE a.merchant_id = %(merchant)s AND a.request_id = c.request_id) f ON true
  -- Units that a later request took back after all, until the case is settled.
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(b.quantity), 0)::int AS lost
    FROM store_refundallocation a
    JOIN store_refundallocation b ON b.merchant_id = %(merchant)s AND b.line_id = a.line_id AND b.request_id <> a.request_id
    JOIN store_refundrequest r ON r.merchant_id = %(merchant)s AND r.id = b.request_id AND r.outcome = 'refunded'
     AND r.requested_at > c.withdrawn_at AND coalesce(r.closed_at, r.requested_at) <= %(at)s
    WHERE a.merchant_id = %(merchant)s AND a.request_id = c.request_id) k
  WHERE c.merchant_id = %(merchant)s AND c.state = 'saved_provisional' {one}) n
WHERE c.merchant_id = %(merchant)s AND c.id = n.id AND c.state = 'saved_provisional'
  AND ((c.cost_amount, c.later_amount, c.saved_amount) IS DISTINCT FROM (n.cost, n.later, n.saved) OR n.is_lost)

-- name: settled
-- Final after the settlement time without a new refund on the line; one that is still open keeps the case provisional.
UPDATE refund_retention_retentioncase c
SET state = 'saved_final', reason = 'SETTLED', settled_at = %(at)s
WHERE c.merchant_id = %(merchant)s AND c.state = 'saved_provisional' AND c.withdrawn_at <= %(at)s - make_interval(days => c.settle_days) {one}
  AND NOT EXISTS (
    SELECT 1 FROM store_refundallocation a
    JOIN store_refundallocation b ON b.merchant_id = %(merchant)s AND b.line_id = a.line_id AND b.request_id <> a.request_id
    JOIN store_refundrequest r ON r.merchant_id = %(merchant)s AND r.id = b.request_id AND r.outcome = 'open' AND r.requested_at > c.withdrawn_at
    WHERE a.merchant_id = %(merchant)s AND a.request_id = c.request_id)
