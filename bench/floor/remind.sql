-- Enrolling as one plain statement: every presale order gets an arm and its first due time. It writes the rows
-- the program writes (assignment, enrolment), through the same policies and triggers.
WITH assigned AS (
  INSERT INTO measurement_assignment (merchant_id, experiment_id, buyer_id, arm, eligible_at)
  SELECT DISTINCT %(merchant)s, %(experiment)s, o.buyer_id, 'treatment', %(as_of)s::timestamptz
  FROM store_shoporder o WHERE o.merchant_id = %(merchant)s AND o.deposit_paid_at IS NOT NULL AND o.balance_paid_at IS NULL)
INSERT INTO presale_balance_enrolment
  (merchant_id, run_id, order_id, shop_id, buyer_id, experiment_id, arm, activity, opens_at, closes_at, state, reason, policy_version,
   last_step, next_due_at, enrolled_at, changed_at)
SELECT %(merchant)s, %(run)s, o.id, o.shop_id, o.buyer_id, %(experiment)s, 'treatment',
       o.presale_activity, o.balance_opens_at, o.balance_closes_at, 'scheduled', '', 1, 0,
       o.balance_opens_at + interval '10 minutes', %(as_of)s, %(as_of)s
FROM store_shoporder o
WHERE o.merchant_id = %(merchant)s AND o.deposit_paid_at IS NOT NULL AND o.balance_paid_at IS NULL AND o.balance_closes_at > %(as_of)s
-----
-- Planning as one plain statement: whatever is due gets its touch and its message, and the enrolment its next due time.
WITH due AS MATERIALIZED (
  SELECT e.id, e.buyer_id, e.activity, e.opens_at, e.closes_at, e.next_due_at FROM presale_balance_enrolment e
  WHERE e.merchant_id = %(merchant)s AND e.next_due_at <= %(as_of)s),
touched AS (
  INSERT INTO presale_balance_touch
    (merchant_id, enrolment_id, run_id, buyer_id, activity, step, plan_no, channel, nominal_at, due_at, shift, opens_at, closes_at,
     policy_version, message_key, state, reason)
  SELECT %(merchant)s, d.id, %(run)s, d.buyer_id, d.activity, 1, 0, 'email', d.next_due_at, d.next_due_at, '', d.opens_at, d.closes_at, 1,
         'presale:' || d.id || ':1:0', 'queued', ''
  FROM due d),
enqueued AS (
  INSERT INTO outbox_message
    (merchant_id, kind, channel, consent_class, recipient_id, subject_id, step, data, effect_key, run_at, drop_after)
  SELECT %(merchant)s, 'aftersales.presale_balance.reminded', 'email', 'service', d.buyer_id, d.id, 't1', jsonb_build_object('orders', 1),
         'presale:' || d.id || ':1:0', d.next_due_at, d.next_due_at + interval '1 hour'
  FROM due d)
UPDATE presale_balance_enrolment e SET last_step = 1, next_due_at = d.opens_at + interval '9 hours 12 minutes', changed_at = %(as_of)s
FROM due d WHERE e.merchant_id = %(merchant)s AND e.id = d.id
