"""Taking messages: lease, fencing token, and as many as the rate allows. The clock is the database's.

A worker that lives holds an advisory lock of its number, with which its tokens begin, so that what a killed worker held is taken
up again at once; the lease covers what only looks alive.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from secrets import randbits
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from marketplace.outbox.channels import Settings
from marketplace.outbox.kinds import Outgoing
from marketplace.outbox.queries import ALIVE, WORKER_LOCK
from marketplace.tenancy.scope import scope

LEASE = "10 minutes"
LATE_CHUNK = 5_000
COLUMNS = (
    "id, kind, channel, consent_class, recipient_id, subject_id, step, language, data, effect_key, run_at, drop_after, attempts"
)
DATA = COLUMNS.split(", ").index("data")
# The hundred oldest are read in the order of their index and found again by key. Left to statistics, a batch may read and sort
# all that is due of a merchant, and join with all he ever sent.
_METHODS = ("sort", "hashjoin", "mergejoin")
BY_INDEX, BY_ANY_MEANS = ("; ".join(f"SET LOCAL enable_{method} = {to}" for method in _METHODS) for to in ("off", "on"))
CLAIM = f"""
WITH due AS MATERIALIZED (
  SELECT id FROM outbox_message
  WHERE merchant_id = %(merchant)s AND channel = %(channel)s AND state = 'ready' AND run_at <= now()
  ORDER BY run_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
UPDATE outbox_message m
SET state = CASE WHEN attempts >= max_attempts THEN 'dead' ELSE 'running' END,
    reason = CASE WHEN attempts >= max_attempts THEN 'gave_up' ELSE '' END,
    closed_at = CASE WHEN attempts >= max_attempts THEN now() END,
    token = CASE WHEN attempts < max_attempts THEN %(token)s::uuid END,
    attempts = attempts + 1, lease_until = CASE WHEN attempts < max_attempts THEN now() + %(lease)s::interval END
FROM due WHERE m.merchant_id = %(merchant)s AND m.id = due.id
RETURNING m.state, m.endpoint_id, {", ".join(f"m.{name}" for name in COLUMNS.split(", "))}
"""
# What a dead worker held waits a little longer after each attempt: a message that kills its worker does not do so in a circle.
RECOVER = f"""
WITH lost AS MATERIALIZED (
  SELECT id FROM outbox_message
  WHERE merchant_id = %(merchant)s AND channel = %(channel)s AND state = 'running'
    AND (lease_until < now() OR left(token::text, 8) <> ALL (ARRAY({ALIVE})))
  LIMIT 5000 FOR UPDATE SKIP LOCKED)
UPDATE outbox_message m
SET state = 'ready', token = NULL, lease_until = NULL, run_at = now() + least(attempts - 1, 60) * interval '1 second'
FROM lost WHERE m.merchant_id = %(merchant)s AND m.id = lost.id
"""
DROP_LATE = """
WITH late AS MATERIALIZED (
  SELECT id FROM outbox_message
  WHERE merchant_id = %(merchant)s AND channel = %(channel)s AND state = 'ready' AND run_at <= now() AND drop_after < now()
  LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
UPDATE outbox_message m SET state = 'dropped', reason = 'late', closed_at = now()
FROM late WHERE m.merchant_id = %(merchant)s AND m.id = late.id
"""
TAKE_TOKENS = """
WITH full_bucket AS (
  INSERT INTO outbox_bucket (merchant_id, channel, tokens, refilled_at)
  VALUES (%(merchant)s, %(channel)s, %(burst)s, clock_timestamp()) ON CONFLICT (merchant_id, channel) DO NOTHING),
now_in AS (
  SELECT id,
         least(%(burst)s, tokens + greatest(0, extract(epoch FROM clock_timestamp() - refilled_at)) * %(rate)s / 60.0) AS level
  FROM outbox_bucket WHERE merchant_id = %(merchant)s AND channel = %(channel)s FOR UPDATE)
UPDATE outbox_bucket b
SET tokens = n.level - least(%(wanted)s, floor(n.level)), refilled_at = greatest(b.refilled_at, clock_timestamp())
FROM now_in n WHERE b.merchant_id = %(merchant)s AND b.id = n.id
RETURNING least(%(wanted)s, floor(n.level))::integer
"""
GIVE_BACK = "UPDATE outbox_bucket SET tokens = tokens + %s WHERE merchant_id = %s AND channel = %s"
RELEASE = """
UPDATE outbox_message SET state = 'ready', attempts = attempts - 1, token = NULL, lease_until = NULL
WHERE merchant_id = %s AND id = ANY (%s) AND token = %s AND state = 'running'
"""


@contextmanager
def living_worker() -> Iterator[int]:
    """A number of this worker's own, locked while its session lives."""
    worker = randbits(31)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [WORKER_LOCK, worker])
    try:
        yield worker
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [WORKER_LOCK, worker])


def new_token(worker: int) -> UUID:
    return UUID(int=worker << 96 | uuid4().int & (1 << 96) - 1)


def recover(merchant_id: int, channel: str) -> int:
    """Put back what workers held that died or lost their lease; how many."""
    with scope(merchant_id), connection.cursor() as cursor:
        cursor.execute(RECOVER, {"merchant": merchant_id, "channel": channel})
        return int(cursor.rowcount)


def drop_late(merchant_id: int, channel: str) -> int:
    """Drop what is too late to be useful, without spending any rate on it; how many."""
    total = 0
    while True:
        with scope(merchant_id), connection.cursor() as cursor:
            cursor.execute(DROP_LATE, {"merchant": merchant_id, "channel": channel, "limit": LATE_CHUNK})
            total += cursor.rowcount
            if cursor.rowcount < LATE_CHUNK:
                return total


def take_tokens(merchant_id: int, settings: Settings, wanted: int) -> int:
    """How many may leave now, at most `wanted`. They are spent at once; `give_back` what was not used."""
    if settings.per_minute is None:
        return wanted
    values: dict[str, Any] = {
        "merchant": merchant_id,
        "channel": settings.channel,
        "burst": float(settings.burst),
        "rate": float(settings.per_minute),
        "wanted": wanted,
    }
    with scope(merchant_id), connection.cursor() as cursor:
        # Nobody waits for the disk: tokens that a crash forgets were not spent on anything that left.
        cursor.execute(f"SET LOCAL synchronous_commit = off; {TAKE_TOKENS}", values)
        found = cursor.fetchone()
        if found is None:  # the bucket is new: it is seen by the next statement
            cursor.execute(TAKE_TOKENS, values)
            found = cursor.fetchone()
    return int(found[0])


def give_back(merchant_id: int, settings: Settings, unused: int) -> None:
    if settings.per_minute is not None and unused > 0:
        with scope(merchant_id), connection.cursor() as cursor:
            cursor.execute(GIVE_BACK, [unused, merchant_id, settings.channel])


class Allowance:
    """Tokens for several batches, taken at once so that not every batch pays for a transaction of its own; a context manager.

    What is left at the end goes back. What a killed worker held is not spent: the bucket refills, and a little later.
    """

    BATCHES = 5

    def __init__(self, merchant_id: int, settings: Settings) -> None:
        self.merchant_id, self.settings, self.left = merchant_id, settings, 0

    def __enter__(self) -> "Allowance":
        return self

    def __exit__(self, *_: object) -> None:
        give_back(self.merchant_id, self.settings, self.left)

    def take(self, wanted: int) -> int:
        """How many may be claimed now, at most `wanted`."""
        if self.settings.per_minute is None:
            return wanted
        if self.left < wanted:
            self.left += take_tokens(self.merchant_id, self.settings, self.BATCHES * wanted - self.left)
        granted = min(wanted, self.left)
        self.left -= granted
        return granted

    def put_back(self, unused: int) -> None:
        """What was claimed and did not leave."""
        self.left += unused if self.settings.per_minute is not None else 0


def claim(merchant_id: int, channel: str, token: UUID, limit: int) -> list[tuple[Outgoing, int | None]]:
    """Claimed messages, oldest first, each with its webhook endpoint. In the caller's transaction and scope."""
    values: dict[str, Any] = {"merchant": merchant_id, "channel": channel, "token": str(token), "limit": limit, "lease": LEASE}
    with connection.cursor() as cursor:
        cursor.execute(f"{BY_INDEX}; {CLAIM}", values)
        rows = [row for row in cursor.fetchall() if row[0] == "running"]
        cursor.execute(BY_ANY_MEANS)
    return sorted(((_outgoing(row[2:]), row[1]) for row in rows), key=lambda pair: (pair[0].run_at, pair[0].id))


def _outgoing(row: tuple[Any, ...]) -> Outgoing:
    """A row of COLUMNS, in their order; the driver hands JSON over as text."""
    values: tuple[Any, ...] = (*row[:DATA], json.loads(row[DATA]), *row[DATA + 1 :])
    return Outgoing(*values)


def release(merchant_id: int, ids: Sequence[int], token: UUID) -> None:
    """Put back what was claimed and not begun; it counts as no attempt."""
    if ids:
        with scope(merchant_id), connection.cursor() as cursor:
            cursor.execute(RELEASE, [merchant_id, list(ids), str(token)])
