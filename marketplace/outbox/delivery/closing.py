"""Closing messages: one statement that changes only what this worker still holds."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import SystemRandom
from typing import Any
from uuid import UUID

from django.db import connection

from marketplace.outbox.channels import Outcome, Result

FIRST_PAUSE, LONGEST_PAUSE = 30.0, 6 * 3600.0
dice = SystemRandom()
# 0 rows: the lease is lost, and nothing is changed. A commercial touch of a message that did not leave is given back.
CLOSE = """
WITH answer AS MATERIALIZED (
  SELECT * FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(reasons)s::text[], %(errors)s::text[], %(pauses)s::float8[],
                       %(run_ats)s::timestamptz[], %(rendered)s::text[])
    AS a (id, state, reason, error, pause, run_at, rendered)),
moved AS (
  UPDATE outbox_message m
  SET state = CASE WHEN a.pause IS NOT NULL AND m.attempts >= m.max_attempts THEN 'dead' ELSE a.state END,
      reason = CASE WHEN a.pause IS NOT NULL AND m.attempts >= m.max_attempts THEN 'gave_up' ELSE a.reason END,
      error = a.error,
      run_at = CASE WHEN a.state = 'ready' THEN coalesce(a.run_at, now() + a.pause * interval '1 second') ELSE m.run_at END,
      attempts = m.attempts - (a.run_at IS NOT NULL)::integer,
      token = NULL, lease_until = NULL,
      rendered = coalesce(a.rendered::jsonb, m.rendered),
      closed_at = CASE WHEN a.state <> 'ready' OR (a.pause IS NOT NULL AND m.attempts >= m.max_attempts) THEN now() END
  FROM answer a
  WHERE m.merchant_id = %(merchant)s AND m.id = a.id AND m.token = %(token)s AND m.state = 'running'
  RETURNING m.id, m.state, m.reason),
freed AS (
  DELETE FROM outbox_touch t USING moved
  WHERE t.merchant_id = %(merchant)s AND t.message_id = moved.id AND moved.state IN ('dropped', 'dead'))
SELECT state, reason, count(*) FROM moved GROUP BY state, reason
"""
# Written before the call. No row: the lease is lost, or the buyer has opted out since the message was claimed.
BEGIN = """
WITH held AS MATERIALIZED (
  SELECT id, attempts FROM outbox_message
  WHERE merchant_id = %(merchant)s AND id = %(id)s AND token = %(token)s AND state = 'running' AND lease_until > now()
  FOR UPDATE)
INSERT INTO outbox_deliveryattempt (merchant_id, message_id, number) SELECT %(merchant)s, id, attempts FROM held RETURNING id
"""
END = """
UPDATE outbox_deliveryattempt SET outcome = %(outcome)s, detail = %(detail)s, reference = %(reference)s, ended_at = now()
WHERE merchant_id = %(merchant)s AND id = %(attempt)s
"""
BEGUN_AND_ENDED = """
INSERT INTO outbox_deliveryattempt (merchant_id, message_id, number, outcome, ended_at)
SELECT %(merchant)s, m.id, m.attempts, 'sent', now() FROM outbox_message m
WHERE m.merchant_id = %(merchant)s AND m.id = ANY (%(ids)s) AND m.token = %(token)s AND m.state = 'running'
"""


@dataclass(frozen=True)
class Verdict:
    """What becomes of a claimed message.

    `pause` (seconds): tried again after it, unless the attempts are used up. `run_at`: put off to then, which is no attempt.
    """

    id: int
    state: str
    reason: str = ""
    error: str = ""
    pause: float | None = None
    run_at: datetime | None = None
    rendered: Mapping[str, Any] | None = None


def pause_after(attempts: int, asked: float | None = None) -> float:
    """Seconds until the next attempt: doubling from 30 s to 6 h, ± half; longer where the other side asked for it."""
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (attempts - 1)) * dice.uniform(0.5, 1.5)
    return max(pause, asked or 0.0)


def verdict_of(message_id: int, attempts: int, result: Result, rendered: Mapping[str, Any]) -> Verdict:
    """What an attempt's answer means for its message."""
    if result.outcome == Outcome.SENT:
        return Verdict(message_id, "sent", rendered=rendered)
    if result.outcome == Outcome.RETRY:
        pause = pause_after(attempts, result.retry_after)
        return Verdict(message_id, "ready", "retry", result.detail, pause=pause, rendered=rendered)
    return Verdict(message_id, "dead", str(result.outcome), result.detail, rendered=rendered)


def close(merchant_id: int, token: UUID, verdicts: Sequence[Verdict]) -> dict[str, int]:
    """Apply the verdicts to what this token still holds; how many reached each state. In the caller's transaction."""
    if not verdicts:
        return {}
    values: dict[str, Any] = {
        "merchant": merchant_id,
        "token": str(token),
        "ids": [one.id for one in verdicts],
        "states": [one.state for one in verdicts],
        "reasons": [one.reason[:40] for one in verdicts],
        "errors": [_printable(one.error) for one in verdicts],
        "pauses": [one.pause for one in verdicts],
        "run_ats": [one.run_at for one in verdicts],
        "rendered": [json.dumps(one.rendered) if one.rendered is not None else None for one in verdicts],
    }
    tally: dict[str, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, values)
        for state, _reason, count in cursor.fetchall():
            tally[state] = tally.get(state, 0) + count
    return tally


def begin(merchant_id: int, message_id: int, token: UUID) -> int | None:
    """Record that a call starts; None: it must not. In the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, {"merchant": merchant_id, "id": message_id, "token": str(token)})
        found = cursor.fetchone()
    return int(found[0]) if found else None


def end(merchant_id: int, attempt: int, result: Result) -> None:
    """Record what a call brought; also where the lease was lost meanwhile, because it happened."""
    outcome = {Outcome.SENT: "sent", Outcome.RETRY: "retry"}.get(result.outcome, "failed")
    values: dict[str, Any] = {
        "merchant": merchant_id,
        "attempt": attempt,
        "outcome": outcome,
        "detail": _printable(result.detail),
        "reference": _printable(result.reference)[:200],
    }
    with connection.cursor() as cursor:
        cursor.execute(END, values)


def begun_and_ended(merchant_id: int, ids: Sequence[int], token: UUID) -> None:
    """The attempts of a transactional channel: nothing lies between start and end."""
    with connection.cursor() as cursor:
        cursor.execute(BEGUN_AND_ENDED, {"merchant": merchant_id, "ids": list(ids), "token": str(token)})


def _printable(text: str) -> str:
    """What the other side said, as one line that can be stored and shown."""
    return "".join(ch if ch.isprintable() else " " for ch in text)[:300]
