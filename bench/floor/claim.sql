CREATE TABLE bench_queue (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text NOT NULL, recipient_id bigint, subject_id bigint, step text NOT NULL,
  data jsonb NOT NULL, effect_key text NOT NULL UNIQUE, run_at timestamptz NOT NULL, drop_after timestamptz, state text NOT NULL,
  attempts int NOT NULL, max_attempts int NOT NULL, token uuid, lease_until timestamptz, created_at timestamptz NOT NULL)
-----
CREATE INDEX bench_queue_due ON bench_queue (run_at) WHERE state = 'ready'
-----
INSERT INTO bench_queue (kind, recipient_id, subject_id, step, data, effect_key, run_at, state, attempts, max_attempts, created_at)
SELECT 'bench.queue.filled', n, n, '', '{"order": 1}', 'bench-' || n, now() - n * interval '1 millisecond', 'ready', 0, 8, now()
FROM generate_series(1, %(count)s) n
-----
WITH c AS MATERIALIZED (
  SELECT id FROM bench_queue WHERE state = 'ready' AND run_at <= now() ORDER BY run_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
UPDATE bench_queue m SET state = CASE WHEN attempts >= max_attempts THEN 'dead' ELSE 'running' END,
  attempts = attempts + 1, token = %(token)s, lease_until = now() + interval '10 min' FROM c WHERE m.id = c.id RETURNING m.*
-----
DROP TABLE bench_queue
