"""Two workers at once, lost leases, opt-outs in between. Each guard has a control that shows the failure without it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from marketplace.outbox import operations
from marketplace.outbox.channels import Letter, Outcome, Result
from marketplace.outbox.channels.email.sender import SmtpSender
from marketplace.outbox.delivery import checking, claiming, closing, engine
from marketplace.outbox.delivery.closing import Verdict
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests.cast import Merchant
from tests.engine.doors import one, rows
from tests.outbox import letters
from tests.outbox.letters import COMMERCIAL, put, send, states

MANY = 120


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run at the same time, each on its own connection."""
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        gate.wait(10)
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(60) for future in [pool.submit(run, act) for act in acts]]


def limit_rate(merchant: Merchant, per_minute: int | None) -> None:
    values: dict[str, Any] = {"is_active": True, "config": {}, "quiet": None, "by": CLI, "at": timezone.now()}
    operations.save_channel(merchant_id=merchant.id, channel="email", per_minute=per_minute, **values)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Ids of what reached the world, in order, also when it did so twice."""
    found: list[int] = []

    def send_it(_sender: SmtpSender, letter: Letter) -> Result:
        found.append(letter.message.id)
        return Result(Outcome.SENT)

    monkeypatch.setattr(SmtpSender, "send", send_it)
    return found


def test_four_workers_send_each_message_once(acme: Merchant, lin: int, sent: list[int]) -> None:
    limit_rate(acme, None)
    letters.put_many(acme, MANY, lin)
    together(*[lambda: send(acme) for _ in range(4)])
    assert (len(sent), len(set(sent))) == (MANY, MANY)
    assert states(acme) == {"sent": MANY}
    assert one(acme, "SELECT count(*) FROM outbox_deliveryattempt") == MANY


def test_without_the_lock_and_the_token_they_send_them_twice(
    acme: Merchant, lin: int, sent: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: read, then write."""
    read_then_write = """
    SELECT 'running', endpoint_id, {columns} FROM outbox_message
    WHERE merchant_id = %(merchant)s AND channel = %(channel)s AND state = 'ready' AND run_at <= now()
    ORDER BY run_at LIMIT %(limit)s
    """
    monkeypatch.setattr(claiming, "CLAIM", read_then_write.format(columns=claiming.COLUMNS))
    monkeypatch.setattr(engine, "begin", lambda *_: 0)
    monkeypatch.setattr(engine, "end", lambda *_: None)
    close = closing.CLOSE.replace("AND m.token = %(token)s AND m.state = 'running'", "")
    monkeypatch.setattr(closing, "CLOSE", close)
    gate = threading.Barrier(2)
    claim = claiming.claim

    def claim_together(*values: Any) -> Any:
        found = claim(*values)
        gate.wait(30) if found else None
        return found

    monkeypatch.setattr(claiming, "claim", claim_together)
    limit_rate(acme, None)
    letters.put_many(acme, 10, lin)
    together(*[lambda: send(acme) for _ in range(2)])
    assert len(sent) > len(set(sent)), "the race does not exist: the test above proves nothing"


def test_whoever_lost_the_lease_changes_nothing(
    acme: Merchant, lin: int, sent: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease ends while the other side is thinking; somebody else sends and closes."""
    limit_rate(acme, None)  # or the first worker might hold all that may leave now
    message = put(acme, recipient_id=lin)
    slow = SmtpSender.send

    def send_slowly(sender: SmtpSender, letter: Letter) -> Result:
        monkeypatch.setattr(SmtpSender, "send", slow)
        rows(acme, "UPDATE outbox_message SET lease_until = now() - interval '1 second' RETURNING 1")
        together(lambda: send(acme))
        return Result(Outcome.RETRY, "too slow")

    monkeypatch.setattr(SmtpSender, "send", send_slowly)
    assert send(acme) == {}
    assert states(acme) == {"sent": 1}
    assert sorted(rows(acme, "SELECT outcome FROM outbox_deliveryattempt")) == [("retry",), ("sent",)]
    assert sent == [message]


def test_a_token_that_is_not_ones_own_closes_nothing(acme: Merchant, lin: int) -> None:
    message = put(acme, recipient_id=lin)
    with claiming.living_worker() as worker:
        mine, another = claiming.new_token(worker), claiming.new_token(worker)
        with scope(acme.id, durable=True):
            assert len(claiming.claim(acme.id, "email", mine, 10)) == 1
        with scope(acme.id, durable=True):
            assert closing.close(acme.id, another, [Verdict(message, "sent")]) == {}
            assert closing.begin(acme.id, message, another) is None
            assert closing.close(acme.id, mine, [Verdict(message, "sent")]) == {"sent": 1}


def test_an_opt_out_between_claim_and_sending_wins(acme: Merchant, sent: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """He opts out while the letter before his is being handed over."""
    people = [letters.buyer(acme, f"B{n}", email=f"b{n}@buyer.example") for n in range(3)]
    ids = [put(acme, key=f"m-{n}", recipient_id=person) for n, person in enumerate(people)]
    hand_over = SmtpSender.send

    def opt_out_meanwhile(sender: SmtpSender, letter: Letter) -> Result:
        if letter.message.id == ids[0]:
            together(
                lambda: operations.opt_out(merchant_id=acme.id, recipient_id=people[1], source="link", by=CLI, at=timezone.now())
            )
        return hand_over(sender, letter)

    monkeypatch.setattr(SmtpSender, "send", opt_out_meanwhile)
    send(acme)
    assert sent == [ids[0], ids[2]]
    assert states(acme) == {"sent": 2, "dropped:opted_out": 1}


def test_without_the_look_before_each_call_it_would_lose(
    acme: Merchant, sent: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "begin", lambda *_: 0)
    monkeypatch.setattr(engine, "end", lambda *_: None)
    with pytest.raises(AssertionError):
        test_an_opt_out_between_claim_and_sending_wins(acme, sent, monkeypatch)


def _two_batches_of_one_buyer(acme: Merchant, lin: int) -> None:
    """Two commercial messages of two channels, examined by two workers at the same time."""
    put(acme, "email", COMMERCIAL, "a", recipient_id=lin)
    put(acme, "in_app", COMMERCIAL, "b", recipient_id=lin)
    together(lambda: send(acme, "email"), lambda: send(acme, "in_app"))


def test_two_workers_grant_one_commercial_touch(acme: Merchant, lin: int, sent: list[int]) -> None:
    for day in range(5):
        rows(acme, "DELETE FROM outbox_touch RETURNING 1")
        rows(acme, "UPDATE outbox_message SET effect_key = effect_key || %s RETURNING 1", f"-{day}")
        _two_batches_of_one_buyer(acme, lin)
    assert states(acme) == {"sent": 5, "dropped:frequency_cap": 5}


def test_without_the_unique_row_both_go_out(acme: Merchant, lin: int, sent: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: look first, then write."""
    gate = threading.Barrier(2)

    def look_then_write(self: checking.Examination, letters_of: dict[int, Letter]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM outbox_touch WHERE recipient_id = %s", [lin])
            taken = cursor.fetchone()[0]
        gate.wait(30)
        if taken:
            self.drop(list(letters_of), "frequency_cap")

    monkeypatch.setattr(checking.Examination, "_cap_touches", look_then_write)
    _two_batches_of_one_buyer(acme, lin)
    assert states(acme) == {"sent": 2}


def test_two_workers_share_one_rate(acme: Merchant, lin: int, sent: list[int]) -> None:
    limit_rate(acme, 60)
    letters.put_many(acme, MANY, lin)
    together(*[lambda: send(acme, seconds=1.0) for _ in range(4)])
    assert 10 <= len(sent) <= 14
