-- The last look before a message leaves, in the sending transaction: which of its orders still are to be reminded of. Marks the
-- touches accordingly, ends enrolments that must not be urged any more, and tells the merchant what is out of stock.
WITH bounds AS MATERIALIZED (SELECT %(at)s::timestamptz AS now),
held AS MATERIALIZED (
  -- Locked in the order of ids, here and in unplan.sql: who is first decides, and two never wait for each other.
  SELECT t.* FROM presale_balance_touch t
  WHERE t.merchant_id = %(merchant)s AND t.message_key = ANY (%(keys)s) AND t.state IN ('queued', 'included')
  ORDER BY t.id FOR UPDATE),
asked AS MATERIALIZED (
  SELECT t.id, t.message_key, t.enrolment_id, t.step, e.order_id, e.activity, o.external_ref, o.currency, o.balance_amount,
         o.balance_closes_at, s.name AS shop, s.timezone AS tz, v.settings,
         CASE WHEN o.balance_paid_at IS NOT NULL THEN 'paid_meanwhile'
              WHEN o.status = 'cancelled' THEN 'cancelled'
              WHEN o.deposit_refunded_at IS NOT NULL THEN 'deposit_refunded'
              WHEN u.opted_out_at IS NOT NULL THEN 'opted_out'
              WHEN t.plan_no <> e.plan_no OR o.balance_opens_at IS DISTINCT FROM t.opens_at OR o.balance_closes_at IS DISTINCT FROM t.closes_at
                THEN 'window_moved'
              WHEN t.closes_at <= b.now THEN 'window_closed'
              WHEN e.state = 'suppressed' THEN e.reason
              WHEN e.arm = 'holdout' THEN 'holdout' END AS stop
  FROM bounds b
  CROSS JOIN held t
  JOIN presale_balance_enrolment e ON e.merchant_id = %(merchant)s AND e.id = t.enrolment_id
  JOIN store_shoporder o ON o.merchant_id = %(merchant)s AND o.id = e.order_id
  JOIN merchants_shop s ON s.merchant_id = %(merchant)s AND s.id = e.shop_id
  LEFT JOIN store_buyer u ON u.merchant_id = %(merchant)s AND u.id = e.buyer_id
  LEFT JOIN aftersales_programpolicy v
    ON v.merchant_id = %(merchant)s AND v.program = %(program)s AND v.version = t.policy_version),
goods AS (
  -- What the lines would cost now, and whether there is anything left of them.
  SELECT a.id, bool_or(p.amount::numeric * l.quantity < l.paid_amount - l.goodwill_amount) AS is_cheaper, bool_or(p.stock = 0) AS is_gone,
         min(l.sku_id) FILTER (WHERE p.stock = 0) AS sku_id
  FROM asked a
  CROSS JOIN bounds b
  JOIN store_shoporderline l
    ON l.merchant_id = %(merchant)s AND l.order_id = a.order_id AND l.returned_quantity < l.quantity AND l.currency = a.currency
  CROSS JOIN LATERAL (
    SELECT min(c.amount) AS amount, (array_agg(c.stock ORDER BY c.valid_from DESC) FILTER (WHERE c.stock IS NOT NULL))[1] AS stock
    FROM store_pricepoint c
    WHERE c.merchant_id = %(merchant)s AND c.sku_id = l.sku_id AND c.valid_from <= b.now AND (c.valid_to IS NULL OR c.valid_to > b.now)
      AND c.currency = l.currency AND c.tier IN ('', l.tier)) p
  WHERE a.stop IS NULL
  GROUP BY a.id),
judged AS MATERIALIZED (
  SELECT a.*, g.sku_id,
         coalesce(a.stop, CASE WHEN g.is_gone AND coalesce(a.settings->>'out_of_stock', 'stop') = 'stop' THEN 'out_of_stock'
                               WHEN g.is_cheaper AND coalesce(a.settings->>'price_drop', 'hand_over') = 'hand_over' THEN 'price_dropped'
                               ELSE '' END) AS verdict
  FROM asked a LEFT JOIN goods g USING (id)),
marked AS (
  UPDATE presale_balance_touch t
  SET state = CASE WHEN j.verdict = '' THEN 'included' ELSE 'dropped' END, reason = j.verdict
  FROM judged j WHERE t.merchant_id = %(merchant)s AND t.id = j.id
  RETURNING t.id, t.state, t.reason),
ended AS (
  UPDATE presale_balance_enrolment e SET state = 'suppressed', reason = j.verdict, next_due_at = NULL, changed_at = %(at)s
  FROM judged j
  WHERE e.merchant_id = %(merchant)s AND e.id = j.enrolment_id AND j.verdict IN ('out_of_stock', 'price_dropped')
    AND e.state IN ('scheduled', 'touched', 'rescheduled')),
alerted AS (
  INSERT INTO guards_alert (merchant_id, kind, program, key, facts)
  SELECT DISTINCT %(merchant)s, 'presale.out_of_stock', %(program)s, %(program)s || ':out_of_stock:' || j.activity || ':' || j.sku_id,
         jsonb_build_object('sku_id', j.sku_id, 'sku', k.code, 'activity', j.activity)
  FROM judged j JOIN store_sku k ON k.merchant_id = %(merchant)s AND k.id = j.sku_id
  WHERE j.verdict = 'out_of_stock'
  ON CONFLICT (merchant_id, key) DO NOTHING)
SELECT j.message_key, m.state = 'included' AS is_due, m.reason, j.order_id, j.external_ref, j.currency, j.balance_amount,
       j.balance_closes_at, j.shop, j.tz
FROM marked m JOIN judged j USING (id)
ORDER BY j.balance_closes_at, j.order_id
