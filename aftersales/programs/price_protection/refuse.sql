-- On demand every refused line leaves a row. Refusals count down from -1, so that they never take a claim's number.
INSERT INTO aftersales_claim
  (merchant_id, program, run_id, order_id, line_id, sequence, state, reason, amount, currency, units, policy_version, inputs)
SELECT %(merchant)s, 'price_protection', %(run)s, l.order_id, l.id,
       least((SELECT min(e.sequence) FROM aftersales_claim e
              WHERE e.merchant_id = %(merchant)s AND e.program = 'price_protection' AND e.line_id = l.id), 0) - 1,
       'refused', coalesce(d.reason, CASE WHEN w.is_open OR %(late_claims)s THEN 'NO_DROP' ELSE 'WINDOW_CLOSED' END), 0, l.currency,
       coalesce(d.units, l.quantity - l.returned_quantity), %(policy_version)s,
       jsonb_strip_nulls(jsonb_build_object('as_of', %(as_of_text)s, 'price', d.price, 'price_from', d.valid_from, 'window_from', d.window_from,
         'window_to', d.window_to, 'paid_amount', l.paid_amount, 'quantity', l.quantity, 'returned', l.returned_quantity,
         'basis', d.basis, 'current', d.cost_now, 'difference', d.difference))
FROM store_shoporderline l
LEFT JOIN decided d ON d.line_id = l.id
CROSS JOIN LATERAL (
  SELECT coalesce(CASE %(anchor)s WHEN 'paid' THEN l.paid_at WHEN 'completed' THEN l.completed_at ELSE l.delivered_at END, 'infinity')
         + make_interval(days => %(window_days)s + 1) > %(as_of)s AS is_open) w
WHERE l.merchant_id = %(merchant)s AND l.order_id = %(order)s AND coalesce(d.state, 'refused') = 'refused'
RETURNING reason
