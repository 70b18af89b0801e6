CREATE TEMP TABLE bench_due ON COMMIT DROP AS
SELECT t.merchant_id, t.provider_id, t.id, t.order_id, t.milestone_id, t.kind
FROM service_timer t WHERE t.state = 'waiting' AND t.due_at <= %(at)s
-----
ANALYZE bench_due
-----
UPDATE service_timer t SET state = 'done', done_at = %(at)s FROM bench_due d WHERE t.merchant_id = d.merchant_id AND t.id = d.id
-----
UPDATE service_milestone m SET is_late = true FROM bench_due d
WHERE d.kind = 'late' AND m.merchant_id = d.merchant_id AND m.id = d.milestone_id
-----
INSERT INTO outbox_message (merchant_id, kind, channel, consent_class, step, language, data, effect_key, run_at)
SELECT CASE d.kind WHEN 'late' THEN d.provider_id ELSE d.merchant_id END, 'orders.milestone.' || d.kind, c.channel, 'service', '',
       '', jsonb_build_object('title', o.title, 'number', o.number, 'milestone', m.name, 'until', m.auto_accept_at),
       'order:' || d.order_id || ':m' || d.milestone_id || ':' || d.kind || ':' || c.channel, now()
FROM bench_due d JOIN service_serviceorder o ON o.merchant_id = d.merchant_id AND o.id = d.order_id
JOIN service_milestone m ON m.merchant_id = d.merchant_id AND m.id = d.milestone_id, (VALUES ('in_app'), ('email')) c (channel)
