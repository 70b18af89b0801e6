"""Telling an organization's people in the outbox: what stands behind the bell, and each reader's letter, in one statement."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from marketplace.outbox.kinds import kind_named

#: Who reads it is asked in the same statement; places keep the order in which people joined.
TELL = """
WITH readers AS (
  SELECT 'in_app' AS channel, NULL::bigint AS user_id, 'all' AS reader, NULL::timestamptz AS drop_after, 0::bigint AS place
  UNION ALL
  SELECT 'email', m.user_id, m.user_id::text, %(drop_after)s, m.id
  FROM accounts_membership m JOIN accounts_user u ON u.id = m.user_id
  WHERE m.organization_id = %(organization)s AND m.role = ANY(%(roles)s) AND u.is_active
)
INSERT INTO outbox_message (merchant_id, kind, channel, consent_class, recipient_id, subject_id, step, language, data,
                            effect_key, run_at, drop_after)
SELECT %(organization)s, %(kind)s, channel, %(consent)s, NULL, user_id, '', '', %(data)s::jsonb,
       %(key)s || '@' || reader, now(), drop_after
FROM readers ORDER BY place
ON CONFLICT (merchant_id, effect_key) DO NOTHING RETURNING subject_id
"""


def enqueue_for_people(
    *, organization_id: int, kind: str, data: Mapping[str, Any], roles: Sequence[str], key: str, drop_after: datetime
) -> int:
    """The notice, and a letter to everybody active who has one of the roles; how many letters are new. One statement.

    In the caller's transaction and the organization's scope; each once per `key`. Raises UnknownKind.
    """
    values: dict[str, Any] = {
        "organization": organization_id,
        "kind": kind,
        "consent": kind_named(kind).consent_class,
        "data": json.dumps(dict(data)),
        "roles": list(roles),
        "key": key,
        "drop_after": drop_after,
    }
    with connection.cursor() as cursor:
        cursor.execute(TELL, values)
        return sum(subject_id is not None for (subject_id,) in cursor.fetchall())
