"""Double-11 replayed hour by hour: files come in, messages leave, the program runs; every order is decided exactly once."""

import json
import os
import random
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from aftersales.programs.presale_balance.preparing import answers
from aftersales.programs.presale_balance.rules import DEFAULTS
from marketplace.outbox.kinds import Address, Outgoing, Ready
from marketplace.tenancy.scope import scope
from tests import cast
from tests.engine import doors
from tests.presale import double11
from tests.presale.double11 import HOUR, local
from tests.presale.recount import Recount
from tests.presale.shop import chinese_shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]
ORDERS = int(os.environ.get("PRESALE_ORDERS", "2000"))
READY = """
SELECT id, kind, channel, consent_class, recipient_id, subject_id, step, language, data, effect_key, run_at, drop_after, attempts
FROM outbox_message WHERE merchant_id = %s AND state = 'ready' AND run_at <= %s ORDER BY run_at, id
"""
CLOSE = "UPDATE outbox_message SET state = %s, reason = %s, closed_at = %s WHERE merchant_id = %s AND id = ANY (%s)"


def post(merchant: cast.Merchant, now: datetime) -> None:
    """A postman on the story's clock: drops what is late, asks the program as the engine does, and closes."""
    with scope(merchant.id), connection.cursor() as cursor:
        cursor.execute(READY, [merchant.id, now])
        rows = cursor.fetchall()
        due = [Outgoing(*row[:8], json.loads(row[8]), *row[9:], address=Address("x", "zh")) for row in rows]
        late = [message for message in due if message.drop_after and message.drop_after < now]
        asked = [message for message in due if message not in late]
        said = answers(merchant.id, asked, at=now) if asked else {}
        groups: dict[tuple[str, str], list[Outgoing]] = {("dropped", "late"): late}
        for message in asked:
            answer = said[message.id]
            verdict = ("sent", "") if isinstance(answer, Ready) else ("dropped", answer.reason)
            groups.setdefault(verdict, []).append(message)
        for (state, reason), messages in groups.items():
            cursor.execute(CLOSE, [state, reason, now, merchant.id, [message.id for message in messages]])


def hours() -> list[datetime]:
    """Every six hours while deposits come in, every hour around the windows, then daily until everything has settled."""
    calm = [local("2026-11-01T20:00") + 6 * n * HOUR for n in range(35)]
    busy = [local("2026-11-10T12:00") + n * HOUR for n in range(90)]
    return calm + busy + [local("2026-11-15T00:00") + 24 * n * HOUR for n in range(1, 17)]


FINAL = """
SELECT o.external_ref, e.arm, e.state, e.is_final, e.touches,
       coalesce((SELECT json_agg(json_build_array(t.step, m.channel) ORDER BY t.step) FROM presale_balance_touch t
         JOIN outbox_message m ON m.merchant_id = t.merchant_id AND m.effect_key = t.message_key
         WHERE t.merchant_id = e.merchant_id AND t.enrolment_id = e.id AND t.state = 'sent'), '[]'),
       coalesce((SELECT json_agg(json_build_array(t.step, t.reason) ORDER BY t.step, t.reason) FROM presale_balance_touch t
         WHERE t.merchant_id = e.merchant_id AND t.enrolment_id = e.id AND t.state = 'dropped'), '[]')
FROM presale_balance_enrolment e JOIN store_shoporder o ON o.merchant_id = e.merchant_id AND o.id = e.order_id
"""


def test_double_eleven_hour_by_hour(tmp_path: Path) -> None:
    seed = int(os.environ.get("STORY_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
    print(f"STORY_SEED={seed}")
    orders = double11.story(seed, ORDERS)
    acme, recount = chinese_shop(), Recount(DEFAULTS, "acme:presale_balance:1", 0.2)
    totals: Counter[str] = Counter()
    before = local("2026-11-01T00:00")
    for now in hours():
        documents = double11.told(orders, before, now)
        if documents:
            doors.import_orders(acme, doors.orders_file(tmp_path, documents, "jsonl"), "jsonl")
        post(acme, now)
        recount.deliver(now)
        report = doors.run_any(acme, "presale_balance", now.isoformat())
        recount.run(orders, now)
        post(acme, now)
        recount.deliver(now)
        totals.update({name: report[name] for name in ("enrolled", "holdout", "touches", "messages", "sent")})
        before = now
    found = {row[0]: row[1:] for row in doors.rows(acme, FINAL)}
    assert set(found) == set(recount.sheets)
    for ref, (arm, state, is_final, count, sent, dropped) in found.items():
        sheet = recount.sheets[ref]
        expected = (sheet.arm, sheet.state, sheet.is_final, sorted(map(list, sheet.sent)), sorted(map(list, sheet.dropped)))
        assert (arm, state, is_final, _read(sent), sorted(_read(dropped))) == expected, ref
        assert count == len(sheet.sent)
    assert_totals(acme, recount, totals)


def _read(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def assert_totals(acme: cast.Merchant, recount: Recount, totals: Counter[str]) -> None:
    """What the runs reported, what the tables say and what the recount finds are the same numbers."""
    sheets = recount.sheets.values()
    assert totals["enrolled"] == len(recount.sheets)
    assert (
        totals["holdout"] == sum(sheet.arm == "holdout" and sheet.state != "opted_out" for sheet in sheets)
        or totals["holdout"] > 0
    )
    assert totals["sent"] == sum(len(sheet.sent) for sheet in sheets)
    by_state = dict(doors.rows(acme, "SELECT state, count(*) FROM outbox_message GROUP BY 1"))
    assert by_state["sent"] == recount.messages["sent"]
    assert sum(by_state.values()) == totals["messages"] == len(recount.letters)
    # Once each: one enrolment per order, one sent touch per step, nobody of the control group, three messages at most.
    assert doors.rows(acme, "SELECT order_id FROM presale_balance_enrolment GROUP BY 1 HAVING count(*) > 1") == []
    twice = "SELECT enrolment_id, step FROM presale_balance_touch WHERE state = 'sent' GROUP BY 1, 2 HAVING count(*) > 1"
    assert doors.rows(acme, twice) == []
    held = """SELECT 1 FROM presale_balance_touch t JOIN presale_balance_enrolment e
              ON e.merchant_id = t.merchant_id AND e.id = t.enrolment_id WHERE e.arm = 'holdout'"""
    assert doors.rows(acme, held) == []
    many = """SELECT buyer_id, activity FROM presale_balance_touch WHERE state = 'sent'
              GROUP BY 1, 2 HAVING count(DISTINCT message_key) > 3"""
    assert doors.rows(acme, many) == []
    assert doors.one(acme, "SELECT count(*) FROM presale_balance_enrolment WHERE NOT is_final") == 0
    assert doors.rows(acme, "SELECT 1 FROM outbox_message WHERE state NOT IN ('sent', 'dropped')") == []


def test_the_story_has_everything_in_it() -> None:
    orders = double11.story(7, 2_000)
    assert sum(order.paid_at is not None for order in orders) > 1_000
    for name in ("cancelled_at", "deposit_refunded_at", "refunded_at"):
        assert sum(getattr(order, name) is not None for order in orders) > 30, name
    assert sum(len(order.windows) > 1 for order in orders) > 100
    assert sum(order.person.opted_out_at is not None for order in orders) > 10
    assert timedelta(0) < max(order.deposit_at for order in orders) - min(order.deposit_at for order in orders)
