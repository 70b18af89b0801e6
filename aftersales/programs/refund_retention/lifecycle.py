"""Moving cases on: sent, answered, withdrawn, refunded, settled. Sets, each transition guarded by the state it leaves."""

import re
from collections import Counter
from datetime import datetime
from typing import Any

from django.db import connection

from aftersales.programs.refund_retention.selection import HERE
from marketplace.tenancy.scope import scope

TELL_RELEASED = """
told AS (
  INSERT INTO outbox_message (merchant_id, kind, channel, subject_id, data, effect_key, run_at)
  SELECT %(merchant)s, 'aftersales.refund_retention.released', 'webhook', e.id, jsonb_build_object('case', e.id),
         'retention:' || e.request_id || ':released:' || extract(epoch FROM %(at)s::timestamptz), %(at)s
  FROM ended e
  WHERE EXISTS (SELECT 1 FROM outbox_endpoint p WHERE p.merchant_id = %(merchant)s AND p.is_active)
  ON CONFLICT (merchant_id, effect_key) DO NOTHING)
""".strip()
#: What the platform said about a case's request by that moment.
PLATFORM_SAID = """
(SELECT r.outcome FROM store_refundrequest r
 WHERE r.merchant_id = %(merchant)s AND r.id = c.request_id AND coalesce(r.closed_at, '-infinity') <= %(at)s)
""".strip()


def _statements() -> dict[str, str]:
    text = (HERE / "lifecycle.sql").read_text()
    found = re.split(r"^-- name: (\w+)$", text, flags=re.MULTILINE)[1:]
    bodies = ("\n".join(line for line in body.splitlines() if not line.startswith("--")).strip() for body in found[1::2])
    filled = (body.replace("{tell_released}", TELL_RELEASED).replace("{platform_said}", PLATFORM_SAID) for body in bodies)
    return dict(zip(found[::2], filled, strict=True))


STATEMENTS = _statements()
#: Passes over all cases of a merchant, and payments, come one after the other: they lock many rows, in whatever order.
LOCK = 7107
#: The platform's word first, then what the clock says; then, after goodwill is paid, what it all is worth.
BEFORE_PAY = ("platform_refunded", "platform_rejected", "withdrawn", "sent", "hold_over", "withdrawal", "platform_silent")
AFTER_PAY = ("saved_without_money", "refreshed", "settled")
#: Joins a merchant's cases with themselves: taken for few, each would be compared with each.
HASHED = frozenset({"refreshed"})


def advance(merchant_id: int, names: tuple[str, ...], *, at: datetime, case_id: int | None = None) -> Counter[str]:
    """Carry out these transitions as of a moment, in one transaction; returns how many cases each has moved."""
    values: dict[str, Any] = {"merchant": merchant_id, "at": at, "case": case_id}
    one = "AND c.id = %(case)s" if case_id is not None else ""
    moved: Counter[str] = Counter()
    with scope(merchant_id), connection.cursor() as cursor:
        if case_id is None:
            take_turns(merchant_id)
        for name in names:
            if name in HASHED and case_id is None:
                cursor.execute("SET LOCAL enable_nestloop = off")
            cursor.execute(STATEMENTS[name].replace("{one}", one), values)
            moved[name] += int(cursor.fetchone()[0]) if cursor.description else cursor.rowcount
        if case_id is None:
            cursor.execute("SET LOCAL enable_nestloop = on")
    return moved


def take_turns(merchant_id: int) -> None:
    """Wait for another pass over the merchant's cases; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, merchant_id])
