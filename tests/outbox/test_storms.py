"""After an outage: no storm. And a flood of one merchant keeps nobody else waiting."""

from datetime import timedelta

import pytest
from celery.app.task import Task
from django.core import mail
from django.utils import timezone

from marketplace.outbox import operations, queries
from marketplace.outbox.delivery import claiming
from marketplace.outbox.tasks import sweep
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests import cast
from tests.cast import Merchant
from tests.engine.doors import one, rows
from tests.outbox import letters
from tests.outbox.letters import put, send, states
from tests.outbox.test_races import together

DUNNING = timedelta(minutes=60)


def test_six_hours_without_workers_end_in_no_storm(acme: Merchant, lin: int) -> None:
    """600 reminders came due, one every 36 s; those older than their hour are dropped as late, the rest leaves at the rate."""
    values = {"is_active": True, "config": {}, "per_minute": 60, "quiet": None, "by": CLI, "at": timezone.now()}
    operations.save_channel(merchant_id=acme.id, channel="email", **values)
    letters.put_many(acme, 600, lin)
    spread = "UPDATE outbox_message SET run_at = now() - interval '6 hours' + (id - %s) * interval '36 seconds' RETURNING id"
    first = one(acme, "SELECT min(id) FROM outbox_message")
    rows(acme, spread, first)
    rows(acme, "UPDATE outbox_message SET drop_after = run_at + interval '60 minutes' RETURNING 1")
    late = one(acme, "SELECT count(*) FROM outbox_message WHERE drop_after < now()")
    assert 480 <= late <= 520
    assert send(acme, seconds=1.0)["dropped"] >= late
    assert states(acme)["dropped:late"] >= late
    assert 10 <= len(mail.outbox) <= 14, "a burst of ten seconds' worth, then the rate"
    for _minute in range(3):
        rows(acme, "UPDATE outbox_bucket SET refilled_at = refilled_at - interval '1 minute' RETURNING 1")
        before = len(mail.outbox)
        send(acme, seconds=0.5)
        assert len(mail.outbox) - before <= 12
    assert one(acme, "SELECT count(*) FROM outbox_message WHERE state = 'sent' AND closed_at > drop_after") == 0
    assert sum(states(acme).values()) == 600, "every message is accounted for"


def test_a_flood_of_one_merchant_gets_one_slice_a_sweep_like_everybody_else(
    acme: Merchant, lin: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = cast.other()
    letters.put_many(acme, 5_000, lin)
    theirs = put(stranger, recipient_id=letters.buyer(stranger, email="x@other.example"))
    nudged: list[tuple[int, str]] = []
    monkeypatch.setattr(Task, "apply_async", lambda _self, kwargs, **_: nudged.append(tuple(kwargs.values())))
    assert sweep() == 2
    assert sorted(nudged) == sorted([(acme.id, "email"), (stranger.id, "email")])
    assert send(stranger) == {"sent": 1}
    assert letters.of(stranger, theirs, "state") == "sent"
    assert states(acme) == {"ready": 5_000}


def test_a_slice_ends_in_time_however_much_there_is(acme: Merchant) -> None:
    values = {"is_active": True, "config": {}, "per_minute": None, "quiet": None, "by": CLI, "at": timezone.now()}
    operations.save_channel(merchant_id=acme.id, channel="email", **values)
    letters.put_many(acme, 20_000, letters.buyer(acme, "gone", opted_out_at=timezone.now()))
    begun = timezone.now()
    send(acme, seconds=0.5)
    assert timezone.now() - begun < timedelta(seconds=3)
    assert states(acme)["ready"] > 0


def test_sweeping_finds_what_waits_and_what_a_dead_worker_held(acme: Merchant, lin: int) -> None:
    assert queries.due() == []
    put(acme, recipient_id=lin)
    assert queries.due() == [(acme.id, "email")]
    lease = "token = gen_random_uuid(), lease_until = now() + interval '9 minutes'"
    rows(acme, f"UPDATE outbox_message SET state = 'running', {lease} RETURNING 1")
    assert queries.due() == [(acme.id, "email")], "its worker holds no lock: it is dead"
    assert send(acme) == {"sent": 1}
    assert queries.due() == []


def test_a_living_worker_keeps_what_it_holds(acme: Merchant, lin: int) -> None:
    put(acme, recipient_id=lin)
    with claiming.living_worker() as worker:
        with scope(acme.id, durable=True):
            claiming.claim(acme.id, "email", claiming.new_token(worker), 1)
        assert together(lambda: send(acme)) == [{}]
        assert together(queries.due) == [[]]
    assert send(acme) == {"sent": 1}
