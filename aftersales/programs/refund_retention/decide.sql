-- Refund retention: what to do about each asked request, decided and written in one statement: case, arm and card.
-- Written once for batches and for a single request; filled in by selection.py: {asked}, {window_to}. Parameters are named. Money in minor
-- units, times in UTC. A request that has a case already is left alone.
WITH request AS MATERIALIZED (
  SELECT r.id AS request_id, r.buyer_id, r.quantity AS asked, r.currency, r.requested_at, r.reason_code,
         r.outcome <> 'open' AND coalesce(r.closed_at, '-infinity') <= %(as_of)s AS is_closed,
         coalesce(r.deadline_at, r.requested_at + %(deadline)s::interval) AS deadline_at, t.action, coalesce(t.conditional, false) AS conditional,
         k.intent, k.source, CASE WHEN k.source IN ('lexicon', 'model') THEN t.probability END AS probability
  FROM ({asked}) q
  JOIN store_refundrequest r ON r.merchant_id = %(merchant)s AND r.id = q.request_id
  LEFT JOIN unnest(%(codes)s::text[], %(code_intents)s::text[]) AS c (code, intent) ON c.code = r.reason_code
  LEFT JOIN unnest(%(texts)s::bigint[], %(intents)s::text[], %(probabilities)s::float8[], %(sources)s::text[], %(actions)s::text[],
                   %(conditionals)s::boolean[]) AS t (request_id, intent, probability, source, action, conditional) ON t.request_id = r.id
  -- The platform's structured reason comes first, except where the buyer's own words forbid a card or take the request back.
  CROSS JOIN LATERAL (
    SELECT CASE WHEN said OR c.intent IS NULL THEN CASE WHEN sure THEN t.intent ELSE 'unknown' END ELSE c.intent END AS intent,
           CASE WHEN said OR c.intent IS NULL THEN CASE WHEN sure THEN t.source WHEN t.source = 'model' THEN 'abstained' ELSE coalesce(t.source, 'none') END ELSE 'reason_code' END AS source
    FROM (SELECT t.source = 'lexicon' AND (t.intent = 'withdraw' OR t.intent = ANY (%(never)s)) IS TRUE AS said,
                 (t.intent <> 'unknown' AND (t.source <> 'model' OR t.probability >= %(min_probability)s)) IS TRUE AS sure) s) k),
part AS (
  -- The request's share of each line: what the units asked back were paid. `returned_quantity` counts them already where the
  -- file said so; worth(k) = the k dearest units, since the smallest unit shares leave first.
  SELECT q.request_id, a.line_id, a.quantity AS units, l.order_id, l.quantity AS bought, w.staying, l.paid_amount, l.goodwill_amount, l.delivered_at,
         (w.staying + a.quantity) * (l.paid_amount / l.quantity) + least(w.staying + a.quantity, l.paid_amount %% l.quantity)
           - w.staying * (l.paid_amount / l.quantity) - least(w.staying, l.paid_amount %% l.quantity) AS worth,
         EXISTS (SELECT 1 FROM store_refundallocation b
                 JOIN store_refundrequest e ON e.merchant_id = b.merchant_id AND e.id = b.request_id
                 WHERE b.merchant_id = %(merchant)s AND b.line_id = a.line_id AND b.request_id <> q.request_id
                   AND (e.requested_at, e.id) < (q.requested_at, q.request_id)) AS is_second
  FROM request q
  JOIN store_refundallocation a ON a.merchant_id = %(merchant)s AND a.request_id = q.request_id
  JOIN store_shoporderline l ON l.merchant_id = %(merchant)s AND l.id = a.line_id
  CROSS JOIN LATERAL (SELECT greatest(least(l.quantity - l.returned_quantity, l.quantity - a.quantity), 0) AS staying) w),
bought AS (
  SELECT DISTINCT ON (p.request_id) p.*, sum(p.units) OVER w AS all_units, sum(p.worth) OVER w AS all_worth, bool_or(p.is_second) OVER w AS second
  FROM part p WINDOW w AS (PARTITION BY p.request_id) ORDER BY p.request_id, p.units DESC, p.line_id),
known AS (
  SELECT q.*, p.order_id, p.line_id, p.units, p.staying, p.paid_amount, p.goodwill_amount, p.all_units, p.all_worth, p.second, p.delivered_at,
         b.external_ref, b.opted_out_at, b.commercial_consent, b.language,
         q.intent = ANY (%(owed)s) AS is_owed,
         -- Serial refunders: their earlier requests, those stored and those of this batch.
         -- Several lines asked back at the same moment are one request in this sense.
         coalesce(e.requests, 0) + count(*) OVER (PARTITION BY q.buyer_id ORDER BY q.requested_at
           RANGE BETWEEN %(serial_days)s::interval PRECEDING AND '1 microsecond'::interval PRECEDING) AS earlier,
         coalesce(e.has_money, false) AS had_money
  FROM request q
  LEFT JOIN bought p ON p.request_id = q.request_id
  LEFT JOIN store_buyer b ON b.merchant_id = %(merchant)s AND b.id = q.buyer_id
  LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE c.requested_at > q.requested_at - %(serial_days)s::interval AND c.requested_at < q.requested_at) AS requests,
           bool_or(c.offer_amount > 0 AND c.requested_at > q.requested_at - %(money_days)s::interval) AS has_money
    FROM refund_retention_retentioncase c
    WHERE c.merchant_id = %(merchant)s AND c.buyer_id = q.buyer_id AND c.requested_at > q.requested_at - %(memory)s::interval) e
    ON q.buyer_id IS NOT NULL),
judged AS (
  SELECT k.*, CASE WHEN NOT k.is_owed AND k.external_ref IS NOT NULL THEN experiment_bucket(%(seed)s, k.external_ref) END AS bucket,
         CASE WHEN k.is_closed THEN 'CLOSED'
              WHEN k.intent = ANY (%(always_never)s) THEN 'NEVER_' || upper(k.intent)
              WHEN k.intent = ANY (%(never)s) THEN 'NEVER_RETAIN'
              WHEN k.buyer_id IS NULL THEN 'NO_BUYER'
              WHEN k.opted_out_at IS NOT NULL THEN 'OPTED_OUT'
              WHEN k.line_id IS NULL THEN 'NO_PURCHASE'
              WHEN k.deadline_at <= %(as_of)s THEN 'DEADLINE_PASSED'
              WHEN k.second AND k.intent <> 'withdraw' THEN 'SECOND_REQUEST' END AS refusal
  FROM known k),
armed AS (
  SELECT j.*, CASE WHEN j.refusal IS NULL AND NOT j.is_owed
                   THEN CASE WHEN j.bucket * 100 < %(holdout_ppm)s THEN 'holdout' ELSE 'treatment' END ELSE '' END AS arm,
         coalesce((%(offers)s::text[])[array_position(%(offer_intents)s::text[], j.intent)], 'neutral') AS wanted
  FROM judged j),
moneyed AS (
  -- Money: with consent, the first in so many days, not to serial refunders, under every cap and what is left of the payment.
  SELECT m.*, h.cap, h.order_left, h.line_given, CASE WHEN m.wants AND m.commercial_consent AND NOT m.had_money
                    AND (%(serial_requests)s::int IS NULL OR m.earlier < %(serial_requests)s)
                    AND row_number() OVER (PARTITION BY m.buyer_id, m.wants ORDER BY m.requested_at, m.request_id) = 1
              THEN greatest(least(m.paid_amount * %(cap_percent)s / 100, h.cap, m.all_worth, h.order_left,
                                  m.paid_amount - m.goodwill_amount - h.line_given), 0) ELSE 0 END AS money
  FROM (SELECT a.*, (a.refusal IS NULL AND a.arm <> 'holdout' AND a.wanted = 'partial_refund') IS TRUE AS wants FROM armed a) m
  -- Only where money is in question is it looked up what is left of the payment.
  LEFT JOIN LATERAL (
    SELECT (%(caps)s::bigint[])[array_position(%(currencies)s::text[], m.currency)] AS cap,
           o.captured_amount - o.refunded_amount - coalesce(c.on_order, 0) AS order_left, coalesce(c.on_line, 0) AS line_given
    FROM store_shoporder o
    CROSS JOIN LATERAL (
      SELECT sum(g.amount) AS on_order, sum(g.amount) FILTER (WHERE g.line_id = m.line_id) AS on_line FROM aftersales_claim g
      WHERE g.merchant_id = %(merchant)s AND g.order_id = m.order_id AND g.state <> 'refused') c
    WHERE m.wants AND o.merchant_id = %(merchant)s AND o.id = m.order_id) h ON true),
decided AS (
  SELECT d.*,
         CASE WHEN d.refusal IS NOT NULL THEN 'not_eligible' WHEN d.arm = 'holdout' THEN 'holdout' ELSE 'offered' END AS state,
         CASE WHEN d.refusal IS NOT NULL OR d.arm = 'holdout' THEN ''
              WHEN d.wanted = 'partial_refund' AND d.money = 0 THEN CASE d.intent WHEN 'quality' THEN 'exchange' ELSE 'neutral' END
              -- The difference is promised only while price protection pays and could still be asked for.
              WHEN d.wanted = 'price_protection' AND NOT (%(protects)s AND EXISTS (
                SELECT FROM store_shoporderline l
                WHERE l.merchant_id = %(merchant)s AND l.id = d.line_id AND %(as_of)s < {window_to})) THEN 'neutral'
              WHEN d.wanted = 'edit_order' AND d.delivered_at IS NOT NULL THEN 'exchange' ELSE d.wanted END AS offer,
         CASE WHEN d.refusal IS NULL AND d.arm <> 'holdout' THEN least(d.deadline_at,
           %(as_of)s + least((d.deadline_at - d.requested_at) * %(hold_share)s, %(hold)s::interval)) END AS hold_until
  FROM moneyed d),
cased AS (
  INSERT INTO refund_retention_retentioncase
    (merchant_id, run_id, request_id, order_id, line_id, buyer_id, state, reason, intent, source, probability, conditional, arm,
     offer, offer_amount, currency, offered_by, units, asked_amount, requested_at, deadline_at, hold_until, policy_version,
     undo_minutes, settle_days, inputs, created_at)
  SELECT %(merchant)s, %(run)s, d.request_id, d.order_id, d.line_id, d.buyer_id, d.state,
         coalesce(d.refusal, CASE WHEN d.arm = 'holdout' THEN 'HOLDOUT' WHEN d.money > 0 THEN 'OFFERED_MONEY' ELSE 'OFFERED' END),
         d.intent, d.source, d.probability, d.conditional, d.arm, d.offer, d.money, d.currency,
         CASE WHEN d.state = 'offered' THEN %(by)s ELSE '' END, coalesce(d.all_units, d.asked), coalesce(d.all_worth, 0),
         d.requested_at, d.deadline_at, d.hold_until, %(policy_version)s, %(undo_minutes)s, %(settle_days)s,
         jsonb_build_object('as_of', %(as_of_text)s::text, 'reason_code', d.reason_code, 'action', d.action, 'asked_units', coalesce(d.all_units, d.asked),
           'asked_worth', d.all_worth, 'staying', d.staying, 'line_units', d.units, 'line_paid', d.paid_amount, 'earlier_requests', d.earlier, 'had_money', d.had_money,
           'consent', d.commercial_consent, 'is_second', d.second, 'bucket', d.bucket, 'holdout_ppm', %(holdout_ppm)s::int,
           'cap', d.cap, 'cap_percent', %(cap_percent)s::int, 'order_left', d.order_left, 'line_given', d.line_given),
         %(as_of)s
  FROM decided d
  ON CONFLICT (merchant_id, request_id) DO NOTHING
  RETURNING id, request_id, buyer_id, state, reason, intent, arm, offer, offer_amount, currency, asked_amount, hold_until),
assigned AS (
  INSERT INTO measurement_assignment (merchant_id, experiment_id, buyer_id, arm, eligible_at)
  SELECT DISTINCT ON (buyer_id) %(merchant)s, %(experiment)s, buyer_id, arm, %(as_of)s FROM cased WHERE arm <> ''
  ON CONFLICT (merchant_id, experiment_id, buyer_id) DO NOTHING),
told AS (
  INSERT INTO outbox_message
    (merchant_id, kind, channel, consent_class, recipient_id, subject_id, step, data, effect_key, run_at, drop_after)
  SELECT %(merchant)s, CASE WHEN offer_amount > 0 THEN %(money_kind)s ELSE %(kind)s END, %(channel)s,
         CASE WHEN offer_amount > 0 THEN 'commercial' ELSE 'service' END, buyer_id, id, offer,
         jsonb_build_object('amount', offer_amount, 'currency', currency), 'retention:' || request_id || ':card', %(as_of)s, hold_until
  FROM cased WHERE state = 'offered'
  ON CONFLICT (merchant_id, effect_key) DO NOTHING)
SELECT state, reason, intent, offer, currency, count(*), sum(offer_amount)::bigint, sum(asked_amount)::bigint
FROM cased GROUP BY 1, 2, 3, 4, 5
