"""A webhook message becomes one message per endpoint that wants it, so that each has its own attempts."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from marketplace.outbox.delivery.closing import Verdict
from marketplace.outbox.kinds import Outgoing

Claimed = Sequence[tuple[Outgoing, int | None]]
COPY = """
INSERT INTO outbox_message (merchant_id, kind, channel, consent_class, recipient_id, subject_id, step, language, data, effect_key,
                            run_at, drop_after, endpoint_id)
SELECT m.merchant_id, m.kind, m.channel, m.consent_class, m.recipient_id, m.subject_id, m.step, m.language, m.data,
       CASE WHEN length(m.effect_key) > 170 THEN md5(m.effect_key) ELSE m.effect_key END || '@' || e.id,
       m.run_at, m.drop_after, e.id
FROM outbox_message m JOIN outbox_endpoint e ON e.merchant_id = m.merchant_id AND e.is_active
  AND (jsonb_array_length(e.kinds) = 0 OR jsonb_exists(e.kinds, m.kind))
WHERE m.merchant_id = %(merchant)s AND m.id = ANY (%(ids)s)
ON CONFLICT (merchant_id, effect_key) DO NOTHING
"""
HAVE_COPIES = """
SELECT DISTINCT m.id FROM outbox_message m JOIN outbox_endpoint e ON e.merchant_id = m.merchant_id AND e.is_active
  AND (jsonb_array_length(e.kinds) = 0 OR jsonb_exists(e.kinds, m.kind))
WHERE m.merchant_id = %(merchant)s AND m.id = ANY (%(ids)s)
"""


def fan_out(merchant_id: int, claimed: Claimed) -> tuple[list[Verdict], Claimed]:
    """Copy what is addressed to all endpoints; verdicts on the originals, and the rest, which is addressed to one."""
    originals = [message.id for message, endpoint in claimed if endpoint is None]
    if not originals:
        return [], claimed
    values: dict[str, Any] = {"merchant": merchant_id, "ids": originals}
    with connection.cursor() as cursor:
        cursor.execute(COPY, values)
        cursor.execute(HAVE_COPIES, values)
        copied = {message_id for (message_id,) in cursor.fetchall()}
    verdicts = [
        Verdict(one, "sent", "fanned_out") if one in copied else Verdict(one, "dropped", "no_endpoint") for one in originals
    ]
    return verdicts, [pair for pair in claimed if pair[1] is not None]
