-- Refund retention as one plain statement: a case, an arm and a card per request, by a fixed table of reasons. It writes the rows
-- the program writes, through the same policies and keys, but looks at no history: no second requests, no money offered before,
-- no serial refunders, no closed requests.
WITH asked AS (
  SELECT r.id AS request_id, r.buyer_id, a.line_id, l.order_id, a.quantity, l.paid_amount, r.currency, r.requested_at, r.reason_code,
         r.requested_at + %(deadline)s::interval AS deadline_at, m.intent, m.offer, b.external_ref, b.commercial_consent,
         CASE WHEN m.intent IN ('quality', 'price_drop', 'fulfilment_error') THEN ''
              WHEN experiment_bucket(%(seed)s, b.external_ref) * 100 < 0 THEN 'holdout' ELSE 'treatment' END AS arm,
         row_number() OVER (PARTITION BY r.buyer_id, m.intent ORDER BY r.requested_at, r.id) AS nth
  FROM store_refundrequest r
  JOIN store_refundallocation a ON a.merchant_id = r.merchant_id AND a.request_id = r.id
  JOIN store_shoporderline l ON l.merchant_id = r.merchant_id AND l.id = a.line_id
  JOIN store_buyer b ON b.merchant_id = r.merchant_id AND b.id = r.buyer_id
  JOIN (VALUES ('size', 'size', 'exchange'), ('late', 'logistics', 'expedite'), ('defective', 'quality', 'partial_refund'),
               ('ordered_by_mistake', 'mis_order', 'exchange'), ('no_longer_wanted', 'changed_mind', 'neutral'),
               ('wrong_item', 'fulfilment_error', ''), ('price_drop', 'price_drop', 'price_protection'),
               ('other', 'unknown', 'neutral')) AS m (code, intent, offer) ON m.code = r.reason_code
  WHERE r.merchant_id = %(merchant)s),
cased AS (
  INSERT INTO refund_retention_retentioncase
    (merchant_id, run_id, request_id, order_id, line_id, buyer_id, state, reason, intent, source, arm, offer, offer_amount, currency,
     offered_by, units, asked_amount, requested_at, deadline_at, hold_until, policy_version, inputs, created_at)
  SELECT %(merchant)s, %(run)s, request_id, order_id, line_id, buyer_id,
         CASE WHEN offer = '' THEN 'not_eligible' WHEN arm = 'holdout' THEN 'holdout' ELSE 'offered' END, 'OFFERED', intent, 'reason_code',
         arm, CASE WHEN arm = 'holdout' THEN '' ELSE offer END,
         CASE WHEN offer = 'partial_refund' AND commercial_consent AND nth = 1 THEN 800 ELSE 0 END, currency, 'system:cli', quantity,
         5000, requested_at, deadline_at, least(deadline_at, %(as_of)s + %(hold)s::interval), 1,
         jsonb_build_object('as_of', %(as_of_text)s::text, 'reason_code', reason_code, 'action', NULL, 'asked_units', quantity,
           'asked_worth', 5000, 'staying', 1, 'line_units', 1, 'line_paid', paid_amount, 'earlier_requests', 0, 'had_money', false,
           'consent', commercial_consent, 'is_second', false, 'bucket', 1, 'holdout_ppm', 0, 'cap', 1200, 'cap_percent', 8,
           'order_left', 10000, 'line_given', 0),
         %(as_of)s
  FROM asked
  RETURNING id, request_id, buyer_id, state, arm, offer, offer_amount, currency, hold_until),
assigned AS (
  INSERT INTO measurement_assignment (merchant_id, experiment_id, buyer_id, arm, eligible_at)
  SELECT DISTINCT ON (buyer_id) %(merchant)s, %(experiment)s, buyer_id, arm, %(as_of)s FROM cased WHERE arm <> '')
INSERT INTO outbox_message (merchant_id, kind, channel, consent_class, recipient_id, subject_id, step, data, effect_key, run_at, drop_after)
SELECT %(merchant)s, 'aftersales.refund_retention.offered', 'email', CASE WHEN offer_amount > 0 THEN 'commercial' ELSE 'service' END,
       buyer_id, id, offer, jsonb_build_object('amount', offer_amount, 'currency', currency), 'retention:' || request_id || ':card',
       %(as_of)s, hold_until
FROM cased WHERE state = 'offered'
