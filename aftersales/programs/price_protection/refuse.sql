-- On demand every refused line leaves a row. Refusals count down from -1, so that they never take a claim's number.
-- Filled in by selection.py: {window_to}.
INSERT INTO aftersales_claim
  (merchant_id, program, run_id, order_id, line_id, sequence, state, reason, amount, currency, units, policy_version, inputs)
SELECT %(merchant)s, 'price_protection', %(run)s, l.order_id, l.id,
       least((SELECT min(e.sequence) FROM aftersales_claim e
              WHERE e.merchant_id = %(merchant)s AND e.program = 'price_protection' AND e.line_id = l.id), 0) - 1,
       'refused', coalesce(d.reason, CASE WHEN o.status IN ('cancelled', 'open') OR o.paid_at IS NULL THEN 'ORDER_INACTIVE'
                                          WHEN %(open_at)s < w.window_to THEN 'NO_DROP' ELSE 'WINDOW_CLOSED' END), 0, l.currency,
       coalesce(d.units, l.quantity - l.returned_quantity), %(policy_version)s,
       jsonb_strip_nulls(jsonb_build_object('as_of', %(as_of_text)s, 'price', d.price, 'price_from', d.valid_from, 'window_from', d.window_from,
         'window_to', nullif(w.window_to, 'infinity'), 'paid_amount', l.paid_amount, 'quantity', l.quantity, 'returned', l.returned_quantity,
         'basis', d.basis, 'current', d.cost_now, 'difference', d.difference))
FROM store_shoporderline l
JOIN store_shoporder o ON o.merchant_id = %(merchant)s AND o.id = l.order_id
LEFT JOIN decided d ON d.line_id = l.id
CROSS JOIN LATERAL (SELECT {window_to} AS window_to) w
WHERE l.merchant_id = %(merchant)s AND l.order_id = %(order)s AND l.removed_at IS NULL AND coalesce(d.state, 'refused') = 'refused'
RETURNING reason
