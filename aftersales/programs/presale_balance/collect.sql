-- Touches whose message has come to its end.
CREATE TEMP TABLE presale_work AS
SELECT row_number() OVER (ORDER BY t.enrolment_id) AS place, t.id, t.enrolment_id, m.closed_at,
       -- A message that left although this order was not in it any more says nothing about the order.
       CASE WHEN m.state = 'sent' AND t.state = 'included' THEN 'sent' ELSE 'dropped' END AS verdict,
       CASE m.state WHEN 'sent' THEN CASE t.state WHEN 'included' THEN '' ELSE 'not_included' END
                    ELSE coalesce(nullif(m.reason, ''), 'undeliverable') END AS reason
FROM presale_balance_touch t
JOIN outbox_message m ON m.merchant_id = %(merchant)s AND m.effect_key = t.message_key
WHERE t.merchant_id = %(merchant)s AND t.state IN ('queued', 'included') AND m.state IN ('sent', 'dropped', 'dead')
