-- Goodwill for what was kept: claim, payout and ledger rows in one statement, once per case. The request's row is locked, so that
-- a refund the platform reports at the same moment either comes first (and nothing is paid) or finds the case paid.
WITH due AS MATERIALIZED (
  SELECT c.id, c.request_id, c.buyer_id, c.order_id, c.line_id, c.currency, c.offer_amount, c.kept_units, c.policy_version
  FROM refund_retention_retentioncase c
  JOIN store_refundrequest r ON r.merchant_id = %(merchant)s AND r.id = c.request_id AND r.outcome = 'withdrawn' AND coalesce(r.closed_at, '-infinity') <= %(at)s
  WHERE c.merchant_id = %(merchant)s AND c.state = 'withdrawn' AND c.answer = 'accepted' AND c.offer_amount > 0 AND c.claim_id IS NULL
  ORDER BY c.id LIMIT %(limit)s FOR UPDATE OF r, c),
roomy AS (
  SELECT d.*, greatest(least(o.captured_amount - o.refunded_amount, t.has_left) - coalesce(g.on_order, 0), 0) AS order_left,
         greatest(l.paid_amount - l.goodwill_amount - coalesce(g.on_line, 0), 0) AS line_left, coalesce(g.last, 0) AS last
  FROM due d
  JOIN store_shoporder o ON o.merchant_id = %(merchant)s AND o.id = d.order_id
  JOIN store_shoporderline l ON l.merchant_id = %(merchant)s AND l.id = d.line_id
  LEFT JOIN LATERAL (
    SELECT sum(t.captured_amount - t.refunded_amount) AS has_left FROM store_ordertender t
    WHERE t.merchant_id = %(merchant)s AND t.order_id = d.order_id) t ON true
  CROSS JOIN LATERAL (
    SELECT sum(x.amount) FILTER (WHERE x.state <> 'refused') AS on_order,
           sum(x.amount) FILTER (WHERE x.state <> 'refused' AND x.line_id = d.line_id) AS on_line,
           max(x.sequence) FILTER (WHERE x.line_id = d.line_id AND x.program = 'refund_retention') AS last
    FROM aftersales_claim x WHERE x.merchant_id = %(merchant)s AND x.order_id = d.order_id) g),
running AS (
  -- Cases of one line or order share its headroom in the order they were made: each gets what still fits.
  SELECT r.*, sum(r.offer_amount) OVER (PARTITION BY r.line_id ORDER BY r.id) AS on_line,
         sum(r.offer_amount) OVER (PARTITION BY r.order_id ORDER BY r.id) AS on_order,
         row_number() OVER (PARTITION BY r.line_id ORDER BY r.id) AS place
  FROM roomy r),
granted AS MATERIALIZED (
  SELECT r.*, greatest(least(r.offer_amount,
           least(r.on_line, r.line_left) - least(r.on_line - r.offer_amount, r.line_left),
           least(r.on_order, r.order_left) - least(r.on_order - r.offer_amount, r.order_left)), 0)::bigint AS amount
  FROM running r),
spent AS MATERIALIZED (
  SELECT unnest(array_agg(g.id ORDER BY g.id)) AS id,
         unnest(guard_verdicts(%(merchant)s, 'refund_retention', %(run)s, g.currency, %(at)s, array_agg(g.buyer_id ORDER BY g.id),
                               array_agg(g.amount ORDER BY g.id))) AS said
  FROM granted g WHERE g.amount > 0 GROUP BY g.currency),
claimed AS (
  INSERT INTO aftersales_claim
    (merchant_id, program, run_id, order_id, line_id, sequence, state, reason, amount, currency, units, policy_version, inputs)
  SELECT %(merchant)s, 'refund_retention', %(run)s, g.order_id, g.line_id, g.last + g.place, CASE WHEN s.said IS NULL THEN 'reserved' ELSE 'held' END,
         coalesce(s.said, 'GOODWILL'), g.amount, g.currency, g.kept_units, g.policy_version,
         jsonb_build_object('case', g.id, 'as_of', %(at_text)s::text, 'offered', g.offer_amount, 'order_headroom', g.order_left, 'line_headroom', g.line_left)
  FROM granted g JOIN spent s ON s.id = g.id ORDER BY g.id
  ON CONFLICT (merchant_id, program, line_id, sequence) DO NOTHING
  RETURNING id, order_id, line_id, state, amount, currency, (inputs ->> 'case')::bigint AS case_id),
{parts}
{paying},
moved AS (
  UPDATE refund_retention_retentioncase c
  SET state = 'saved_provisional', claim_id = k.id, cost_amount = coalesce(k.amount, 0)
  FROM granted g LEFT JOIN claimed k ON k.case_id = g.id
  WHERE c.merchant_id = %(merchant)s AND c.id = g.id AND (g.amount = 0 OR k.id IS NOT NULL)
  RETURNING c.id)
SELECT (SELECT count(*) FROM moved), (SELECT count(*) FROM claimed WHERE state = 'held'),
       coalesce((SELECT jsonb_object_agg(currency, jsonb_build_object('claims', claims, 'amount', amount, 'transfers', transfers)) FROM posted), '{{}}')
