"""SIGKILL to real worker processes while they claim, check, send and close: nothing is lost, and what may double is bounded.

The instants are drawn from a seed that a failure prints; KILL_SEED repeats one.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from marketplace.outbox import operations
from marketplace.tenancy.actor import CLI
from tests.cast import Merchant
from tests.engine.doors import one, rows
from tests.engine.test_kills import kill, start, wait_for
from tests.outbox import letters
from tests.outbox.conftest import Mailbox
from tests.outbox.letters import send, states

KILLS = int(os.environ.get("KILLS", "4"))
MANY = 400


@pytest.fixture
def dice() -> Iterator[random.Random]:
    seed = int(os.environ.get("KILL_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
    print(f"KILL_SEED={seed}")
    yield random.Random(seed)


def worker(merchant: Merchant, channel: str, settings: Any) -> Any:
    """A real process that delivers until it is killed or done."""
    code = (
        "import django; django.setup(); import tests.outbox.letters; from marketplace.outbox.delivery.engine import deliver;"
        f"deliver(merchant_id={merchant.id}, channel={channel!r}, seconds=60)"
    )
    mail = {"EMAIL_BACKEND": settings.EMAIL_BACKEND, "EMAIL_HOST": settings.EMAIL_HOST, "EMAIL_PORT": str(settings.EMAIL_PORT)}
    return start("shell", "--no-imports", "--command", code, **mail)


def no_limits(merchant: Merchant) -> None:
    for channel in ("email", "sms"):
        values: dict[str, Any] = {"is_active": True, "config": {}, "per_minute": None, "quiet": None}
        operations.save_channel(merchant_id=merchant.id, channel=channel, **values, by=CLI, at=timezone.now())


def test_mail_killed_anywhere_arrives_and_doubles_only_what_was_in_the_air(
    acme: Merchant, lin: int, mailbox: Mailbox, settings: Any, dice: random.Random
) -> None:
    """Each kill can double at most the one message that was being handed over, and its copies carry one id."""
    no_limits(acme)
    mailbox.answer = lambda _envelope: time.sleep(0.004) or "250 OK"  # type: ignore[func-returns-value]
    letters.put_many(acme, MANY, lin)
    killed = 0
    for _ in range(KILLS):
        already = len(mailbox.taken)
        process = worker(acme, "email", settings)
        wait_for(process, lambda already=already: len(mailbox.taken) > already)
        time.sleep(dice.uniform(0, 0.25))
        killed += kill(process)
    assert killed, "no process was at work when it was killed"
    assert one(acme, "SELECT count(*) FROM outbox_message WHERE state = 'running'") > 0, "the kills hit nobody who held anything"
    finish(acme, "email")
    assert states(acme) == {"sent": MANY}
    copies = Counter(
        line for envelope in mailbox.taken for line in envelope.content.decode().splitlines() if line.startswith("Message-ID")
    )
    assert len(copies) == MANY, "lost"
    assert sum(copies.values()) - MANY <= KILLS
    uncertain = one(acme, "SELECT count(DISTINCT message_id) FROM outbox_deliveryattempt WHERE outcome = 'started'")
    assert sum(1 for count in copies.values() if count > 1) <= uncertain <= KILLS, "what may have doubled is on record"


def finish(merchant: Merchant, channel: str) -> None:
    """One undisturbed worker; what a killed one held waits a second or two at most."""
    until = time.monotonic() + 60
    while one(merchant, "SELECT count(*) FROM outbox_message WHERE state IN ('ready', 'running')"):
        assert time.monotonic() < until, states(merchant)
        send(merchant, channel)
        time.sleep(0.1)


def test_in_app_messages_killed_anywhere_are_there_once(acme: Merchant, lin: int, settings: Any, dice: random.Random) -> None:
    letters.put_many(acme, 4_000, lin, channel="in_app")
    for _ in range(KILLS):
        before = one(acme, "SELECT count(*) FROM outbox_notice")
        process = worker(acme, "in_app", settings)
        wait_for(process, lambda before=before: one(acme, "SELECT count(*) FROM outbox_notice") > before)
        time.sleep(dice.uniform(0, 0.1))
        kill(process)
    finish(acme, "in_app")
    assert states(acme) == {"sent": 4_000}
    assert rows(acme, "SELECT count(*), count(DISTINCT message_id) FROM outbox_notice") == [(4_000, 4_000)]


def test_a_service_that_knows_the_key_sends_each_sms_once(acme: Merchant, lin: int, settings: Any, dice: random.Random) -> None:
    """The sandbox honours the idempotency key, as the contract asks of every service: killed anywhere, each is there once."""
    no_limits(acme)
    letters.put_many(acme, MANY, lin, channel="sms")
    killed = 0
    for _ in range(KILLS):
        before = one(acme, "SELECT count(*) FROM outbox_sandboxsms")
        process = worker(acme, "sms", settings)
        wait_for(process, lambda before=before: one(acme, "SELECT count(*) FROM outbox_sandboxsms") > before)
        time.sleep(dice.uniform(0, 0.25))
        killed += kill(process)
    assert killed
    finish(acme, "sms")
    assert rows(acme, "SELECT count(*), count(DISTINCT idempotency_key) FROM outbox_sandboxsms") == [(MANY, MANY)]


def test_two_real_workers_and_a_stop_in_the_middle(acme: Merchant, lin: int, mailbox: Mailbox, settings: Any) -> None:
    """Both work at once; one is killed; each message is sent, and none twice but the one in the air."""
    no_limits(acme)
    letters.put_many(acme, MANY, lin)
    processes = [worker(acme, "email", settings) for _ in range(2)]
    wait_for(processes[0], lambda: len(mailbox.taken) > 20)
    kill(processes[0])
    processes[1].communicate(timeout=60)
    finish(acme, "email")
    assert states(acme) == {"sent": MANY}
    assert MANY <= len(mailbox.taken) <= MANY + 1
