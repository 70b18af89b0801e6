"""Putting a message into the outbox, inside the write that causes it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from marketplace.outbox.kinds import kind_named

ENQUEUE = """
INSERT INTO outbox_message (merchant_id, kind, channel, consent_class, recipient_id, subject_id, step, language, data,
                            effect_key, run_at, drop_after)
VALUES (%(merchant)s, %(kind)s, %(channel)s, %(consent)s, %(recipient)s, %(subject)s, %(step)s, %(language)s, %(data)s::jsonb,
        %(key)s, coalesce(%(run_at)s, now()), %(drop_after)s)
ON CONFLICT (merchant_id, effect_key) DO NOTHING RETURNING id
"""


def enqueue(
    *,
    merchant_id: int,
    kind: str,
    channel: str,
    effect_key: str,
    recipient_id: int | None = None,
    subject_id: int | None = None,
    step: str = "",
    language: str = "",
    data: Mapping[str, Any] | None = None,
    run_at: datetime | None = None,
    drop_after: datetime | None = None,
) -> int | None:
    """One message, in the caller's transaction and scope; it leaves after the commit. Its id, or None where it existed already.

    `effect_key` is what makes it the same message (unique per merchant); `run_at` None means now. Raises UnknownKind.
    Programs that write many use one INSERT … SELECT of the same shape instead.
    """
    values: dict[str, Any] = {
        "merchant": merchant_id,
        "kind": kind,
        "channel": channel,
        "consent": kind_named(kind).consent_class,
        "recipient": recipient_id,
        "subject": subject_id,
        "step": step,
        "language": language,
        "data": json.dumps(dict(data or {})),
        "key": effect_key,
        "run_at": run_at,
        "drop_after": drop_after,
    }
    with connection.cursor() as cursor:
        cursor.execute(ENQUEUE, values)
        found = cursor.fetchone()
    return int(found[0]) if found else None
