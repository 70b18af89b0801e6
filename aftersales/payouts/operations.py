"""Sending reserved payouts to the gateway and booking what became of them.

reserved | retry → submitted (leased, with a fencing token, committed before the call) → paid | failed | retry | unknown.
Unknown, and submitted by a worker that died or lost its lease, are asked about with `lookup` before anything is sent again. A
worker that lives holds an advisory lock of its number, with which its tokens begin. Postings: docs/money.md. The clock of leases
is the database's.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from secrets import randbits
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection

from aftersales.guards.queries import is_anything_killed
from aftersales.payouts.gateway import Gateway, GatewayTimeout, Payment, Result
from aftersales.payouts.sandbox import Faults, SandboxGateway
from marketplace.tenancy.scope import scope

BATCH = 1_000
MAX_ATTEMPTS = 8
LEASE = "10 minutes"
#: First key of the advisory lock; the second is the worker's number.
LOCK = 7103
# What a kill switch stops is not sent; asking what became of a request goes on. Read here, it is in force with the next batch.
TAKE = """
WITH stopped AS MATERIALIZED (
  SELECT array_agg(k.program) AS programs FROM guards_killswitch k WHERE k.merchant_id = %(merchant)s AND k.is_on),
due AS MATERIALIZED (
  SELECT id FROM aftersales_payout d
  WHERE merchant_id = %(merchant)s AND state NOT IN ('paid', 'failed')
    AND (%(expired)s OR (SELECT programs FROM stopped) IS NULL OR NOT (SELECT programs FROM stopped) && ARRAY['', (
           SELECT c.program FROM aftersales_claim c WHERE c.merchant_id = %(merchant)s AND c.id = d.claim_id)]::varchar[])
    AND (state = ANY (%(states)s)
         OR (%(expired)s AND state = 'submitted' AND (lease_until < now() OR left(token::text, 8) <> ALL (
           ARRAY(SELECT lpad(to_hex(k.objid::bigint), 8, '0') FROM pg_locks k
                 WHERE k.locktype = 'advisory' AND k.classid = %(lock)s AND k.granted
                   AND k.database = (SELECT oid FROM pg_database WHERE datname = current_database()))))))
    AND id > %(after)s {stopped}
  ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
UPDATE aftersales_payout p
SET state = 'submitted', token = %(token)s, lease_until = now() + %(lease)s::interval, attempts = p.attempts + %(counts)s
FROM due WHERE p.merchant_id = %(merchant)s AND p.id = due.id
RETURNING p.id, p.request_id, p.amount, p.currency, p.method, p.method_ref
"""
# What a stopped program has promised is not sent; what was sent before is still asked about.
STOPPED = """AND NOT EXISTS (
      SELECT 1 FROM aftersales_claim c
      WHERE c.merchant_id = %(merchant)s AND c.id = claim_id AND guard_killed(%(merchant)s, c.program))"""
# Only rows this worker still holds move on; a lost lease changes nothing here and books nothing.
SETTLE = """
WITH answer AS MATERIALIZED (
  SELECT DISTINCT ON (request_id) * FROM unnest(%(ids)s::text[], %(states)s::text[], %(refs)s::text[], %(errors)s::text[])
    AS a (request_id, state, reference, error) ORDER BY request_id, state <> 'paid'),
moved AS (
  UPDATE aftersales_payout p
  SET state = CASE WHEN a.state = 'retry' AND p.attempts >= %(max)s THEN 'failed' ELSE a.state END,
      gateway_ref = a.reference, error = a.error, token = NULL, lease_until = NULL, notice_due = a.state = 'paid',
      settled_at = CASE WHEN a.state IN ('paid', 'failed') OR (a.state = 'retry' AND p.attempts >= %(max)s) THEN %(at)s END
  FROM answer a
  WHERE p.merchant_id = %(merchant)s AND p.request_id = a.request_id AND p.token = %(token)s AND p.state = 'submitted'
  RETURNING p.claim_id, p.amount, p.currency, p.state, p.request_id, p.method = 'voucher' AS is_voucher)
SELECT m.state, count(*),
  CASE WHEN m.state IN ('paid', 'failed') THEN
    post_transfers(%(merchant)s, c.program || '.' || m.state, m.currency,
      open_account(%(merchant)s, 'refunds_reserved', m.currency, 0),
      open_account(%(merchant)s, CASE WHEN m.state = 'failed' THEN 'refund_funding' WHEN m.is_voucher THEN 'vouchers_issued'
                                      ELSE 'refunds_paid' END, m.currency, NULL),
      array_agg('payout:' || m.request_id || ':' || m.state), array_agg(m.amount), %(at)s) END
FROM moved m JOIN aftersales_claim c ON c.merchant_id = %(merchant)s AND c.id = m.claim_id
GROUP BY c.program, m.state, m.currency, m.is_voucher
"""
STATE_OF = {Result.PAID: "paid", Result.REFUSED: "failed", Result.BUSY: "retry", Result.ABSENT: "retry"}
Taken = list[Payment]


def gateway_of(merchant_id: int) -> Gateway:
    """The merchant's gateway: the sandbox, until a real one is configured."""
    return SandboxGateway(merchant_id, Faults.parse(settings.SANDBOX_FAULTS))


def settle_payouts(*, merchant_id: int, at: datetime, gateway: Gateway | None = None) -> dict[str, int]:
    """Send everything that is due, then ask about what is unknown, until nothing more can be done now.

    Safe to run twice at once and to kill anywhere. Returns how many payouts reached each state.
    """
    chosen = gateway or gateway_of(merchant_id)
    tally: dict[str, int] = {}
    with _alive() as worker:
        for states, sends in ((["unknown"], False), (["reserved", "retry"], True), (["unknown"], False), (["retry"], True)):
            _pass(merchant_id, chosen, states, worker, sends=sends, at=at, tally=tally)
    return tally


@contextmanager
def _alive() -> Iterator[int]:
    """A number of this worker's own, locked while its session lives."""
    worker = randbits(31)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK, worker])
    try:
        yield worker
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, worker])


def _pass(
    merchant_id: int, gateway: Gateway, states: list[str], worker: int, *, sends: bool, at: datetime, tally: dict[str, int]
) -> None:
    after = 0
    while True:
        token = UUID(int=worker << 96 | uuid4().int & (1 << 96) - 1)
        payments, after = _take(merchant_id, token, states, after, sends=sends)
        if not payments:
            return
        for state, count in _settle(merchant_id, token, _ask(gateway, payments, sends=sends), at).items():
            tally[state] = tally.get(state, 0) + count


def _take(merchant_id: int, token: UUID, states: list[str], after: int, *, sends: bool) -> tuple[Taken, int]:
    values: dict[str, Any] = {
        "merchant": merchant_id,
        "states": states,
        "expired": not sends,
        "after": after,
        "limit": BATCH,
        "token": str(token),
        "lease": LEASE,
        "lock": LOCK,
        "counts": int(sends),
    }
    with scope(merchant_id), connection.cursor() as cursor:
        stopped = STOPPED if sends and is_anything_killed(merchant_id) else ""
        cursor.execute(TAKE.replace("{stopped}", stopped), values)
        rows = cursor.fetchall()
    return [Payment(*row[1:]) for row in rows], max((row[0] for row in rows), default=after)


def _ask(gateway: Gateway, payments: Taken, *, sends: bool) -> list[tuple[str, str, str, str]]:
    """(request id, next state, reference, error) per answer; unanswered payments are unknown. "Paid" wins over other answers."""
    try:
        answers = gateway.pay(payments) if sends else gateway.lookup([p.request_id for p in payments])
    except GatewayTimeout as error:
        return [(p.request_id, "unknown", "", str(error)[:200]) for p in payments]
    found = [(a.request_id, STATE_OF[a.result], a.reference, a.detail[:200]) for a in answers]
    silent = {p.request_id for p in payments} - {row[0] for row in found}
    return found + [(request_id, "unknown", "", "no answer") for request_id in sorted(silent)]


def _settle(merchant_id: int, token: UUID, rows: list[tuple[str, str, str, str]], at: datetime) -> dict[str, int]:
    ids, states, references, errors = (list(column) for column in zip(*rows, strict=True))
    values: dict[str, Any] = {
        "merchant": merchant_id,
        "token": str(token),
        "ids": ids,
        "states": states,
        "refs": references,
        "errors": errors,
        "max": MAX_ATTEMPTS,
        "at": at,
    }
    with scope(merchant_id), connection.cursor() as cursor:
        cursor.execute(SETTLE, values)
        tally: Counter[str] = Counter()
        for state, count, _posted in cursor.fetchall():
            tally[state] += count
    return tally
