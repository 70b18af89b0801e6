"""A person sends again what was given up."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from marketplace.audit.operations import record
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope

# The stable id stays: a service that had accepted it after all recognises it. What is too late by now will be dropped as late.
REPLAY = """
UPDATE outbox_message
SET state = 'ready', reason = 'replayed', attempts = 0, run_at = %(at)s, closed_at = NULL, token = NULL, lease_until = NULL
WHERE merchant_id = %(merchant)s AND state = 'dead' AND (%(all)s OR id = ANY (%(ids)s))
"""


def replay(*, merchant_id: int, by: Actor, at: datetime, ids: Sequence[int] | None = None) -> int:
    """Make given-up messages ready again, with fresh attempts and the same id; all of them where no ids are given. How many."""
    values: dict[str, Any] = {"merchant": merchant_id, "at": at, "all": ids is None, "ids": list(ids or [])}
    with scope(merchant_id, durable=True):
        with connection.cursor() as cursor:
            cursor.execute(REPLAY, values)
            count = int(cursor.rowcount)
        facts = {"count": count, "ids": None if ids is None else list(ids)[:100]}
        record(merchant_id=merchant_id, by=by, action="outbox.messages.replayed", facts=facts)
    return count
