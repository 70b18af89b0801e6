"""Two people at the same instant: money leaves a hold once. Each guard is also taken away, to see that the test would notice."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connections

from marketplace.ledger.queries import verify_all
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.escrow import operations as escrow
from orders.escrow.models import Deal, Hold
from orders.escrow.operations import releasing
from orders.escrow.verifying import verify
from tests.engine.market import all_fine
from tests.orders.escrow.stage import AT, LATER, Stage, system, together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage() -> Stage:
    """A hold of 10,000, and another one whose money a mistake could take."""
    made = Stage()
    made.hold(10_000)
    made.hold(50_000, key="another")
    return made


def left_the_hold(stage: Stage) -> int:
    """What the ledger moved out of the hold."""
    return 60_000 - stage.books["merchant"]["escrow_held"]


def outcomes(found: list[Any]) -> list[str]:
    return sorted(type(each).__name__ for each in found)


# Two acts on one hold.

PAIRS: dict[str, tuple[Callable[[Stage], Any], Callable[[Stage], Any]]] = {
    "release and release": (lambda s: s.release(6_000, key="a"), lambda s: s.release(6_000, key="b")),
    "release and refund": (lambda s: s.release(6_000, key="a"), lambda s: s.refund(6_000, key="b")),
    "refund and refund": (lambda s: s.refund(6_000, key="a"), lambda s: s.refund(6_000, key="b", by_provider=True)),
    "release and split": (
        lambda s: s.release(6_000, key="a"),
        lambda s: s.act("split", hold_key="milestone:1", key="b", to_provider=6_000),
    ),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_no_more_leaves_a_hold_than_is_in_it(pair: str, stage: Stage) -> None:
    first, second = PAIRS[pair]
    found = together(lambda: first(stage), lambda: second(stage))
    assert outcomes(found)[0] == "NotEnoughHeld" or pair == "release and split"
    assert left_the_hold(stage) in (6_000, 10_000)
    assert verify()["differences"] == []


@pytest.mark.parametrize("pair", ["release and release", "release and refund", "refund and refund"])
def test_control_without_the_locks_more_leaves_the_hold(pair: str, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    without_locks(monkeypatch)
    first, second = PAIRS[pair]
    with without_constraint("escrow_hold", "hold_not_overdrawn"):
        all_fine(together(lambda: first(stage), lambda: second(stage)))
        assert left_the_hold(stage) == 12_000
        assert verify()["differences"] != []
        with connections["owner"].cursor() as cursor:  # so that the constraint can come back
            cursor.execute("UPDATE escrow_hold SET released = 0, refunded = 0")


def test_without_the_locks_the_constraint_alone_stops_a_release_beside_a_refund(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_locks(monkeypatch)
    found = together(lambda: stage.release(6_000, key="a"), lambda: stage.refund(6_000, key="b"))
    assert sum(isinstance(each, IntegrityError) for each in found) == 1
    assert left_the_hold(stage) == 6_000


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let both read before either writes."""
    meeting, take = threading.Barrier(2), releasing.take

    def take_late(*arguments: Any) -> None:
        meeting.wait(timeout=20)
        take(*arguments)

    def read_hold(deal: Deal, key: str) -> Hold:
        return Hold.objects.get(merchant_id=deal.merchant_id, deal=deal, key=key)

    monkeypatch.setattr(releasing, "locked", lambda deal, _act: Deal.objects.get(merchant_id=deal.merchant_id, pk=deal.pk))
    monkeypatch.setattr(releasing, "hold_of", read_hold)
    monkeypatch.setattr(releasing, "take", take_late)


@contextmanager
def without_constraint(table: str, name: str) -> Iterator[None]:
    """Take a constraint away as the owner, and put it back."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name])
        (definition,) = cursor.fetchone()
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    try:
        yield
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


# The same act twice at once: a double click, a callback that came twice.


def test_a_double_click_releases_once_and_both_get_the_same_answer(stage: Stage) -> None:
    found = together(*[lambda: stage.release(6_000)] * 4)
    all_fine(found)
    assert len({row.pk for row in found}) == 1
    assert left_the_hold(stage) == 6_000


def test_control_without_lock_and_unique_key_a_double_click_is_two_releases(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger's own key still moves the money once; the rows say twice, which the recalculation names."""
    without_locks(monkeypatch)
    with without_constraint("escrow_release", "release_once"):
        all_fine(together(*[lambda: stage.release(6_000)] * 2))
        assert system("SELECT count(*) FROM escrow_release") == [(2,)]
        assert left_the_hold(stage) == 6_000
        assert verify()["differences"] != []
        with connections["owner"].cursor() as cursor:
            cursor.execute("DELETE FROM escrow_release")


def test_a_callback_that_comes_twice_at_once_pays_in_once(stage: Stage) -> None:
    assert sorted(pay_in_twice(stage)) == [False, True]
    assert stage.books["merchant"]["paid_in"] == -105_000


def test_control_without_the_accounts_lock_and_the_key_a_callback_pays_in_twice(stage: Stage) -> None:
    with without_account_locks(), without_constraint("ledger_ledgertransfer", "transfer_once"):
        assert sorted(pay_in_twice(stage)) == [True, True]
        assert stage.books["merchant"]["paid_in"] == -110_000
        with connections["owner"].cursor() as cursor:  # so that the key can come back
            cursor.execute("TRUNCATE ledger_ledgertransfer, ledger_ledgerentry")


def pay_in_twice(stage: Stage) -> list[bool]:
    """Two callbacks of one payment, the second while the first has booked and not yet committed."""
    booked, asked = threading.Event(), threading.Event()

    def credit() -> bool:
        facts = {"amount": 5_000, "currency": "CNY", "key": "payin:1", "kind": "paid_in"}
        return escrow.credit_wallet(merchant_id=stage.merchant_id, **facts, at=AT, by=CLI)  # type: ignore[arg-type]

    def first() -> bool:
        with scope(stage.merchant_id, durable=True):
            done = credit()
            booked.set()
            assert asked.wait(timeout=20)
            wait_for_somebody_waiting()
        return done

    def second() -> bool:
        assert booked.wait(timeout=20)
        with scope(stage.merchant_id, durable=True):
            asked.set()
            return credit()

    found = together(first, second)
    all_fine(found)
    return found


def wait_for_somebody_waiting() -> None:
    """Until another session waits for a lock of ours: for the accounts, or (in the control) for a balance."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    for _ in range(200):
        if system(waiting)[0][0]:
            return
        threading.Event().wait(0.05)
    raise AssertionError("nobody waits")


@contextmanager
def without_account_locks() -> Iterator[None]:
    """The posting function without the locks it takes first."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('ledger_post_books'::regproc)")
        (definition,) = cursor.fetchone()
        unlocked = definition.replace("ORDER BY b.party, a.id FOR NO KEY UPDATE OF a", "ORDER BY b.party, a.id")
        assert unlocked != definition
        cursor.execute(unlocked)
    try:
        yield
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute(definition)


# Timers beside people.


@pytest.mark.parametrize("round_", range(5))
def test_what_matures_while_it_is_taken_back_is_counted_once(round_: int, stage: Stage) -> None:
    for number in range(6):
        stage.release(1_000, key=f"r{number}")

    def take_back() -> None:
        for number in range(6):
            stage.reverse(600, key=f"v{number}", release_key=f"r{number}", at=LATER)

    all_fine(together(lambda: escrow.mature(as_of=LATER), take_back, lambda: escrow.mature(as_of=LATER)))
    escrow.mature(as_of=LATER)
    assert stage.books["provider"] == {"clearing": -6 * 380, "earnings": 6 * 380}
    assert verify()["differences"] == []


def test_two_batches_send_one_payout(stage: Stage) -> None:
    stage.release(10_000)
    escrow.mature(as_of=LATER)
    found = together(*[lambda: stage.send_payout(9_500, "batch:1")] * 4)
    assert sorted(found) == [False, False, False, True]
    found = together(*[lambda key=key: stage.send_payout(9_500, key) for key in ("batch:2", "batch:3")])
    assert outcomes(found) == ["NotEnoughEarned"] * 2
    assert stage.books["provider"] == {"clearing": -9_500, "payouts_in_transit": 9_500}


def test_deals_in_both_directions_of_all_parties_never_wait_in_a_circle() -> None:
    """Four merchants' and providers' deals, every kind of movement, two movements in a transaction."""
    one = Stage(paid_in=1_000_000)
    two = Stage(merchant=one.merchant, provider=one.provider, order_id=2, paid_in=0)
    for stage in (one, two):
        stage.hold(400_000)
        stage.release(100_000, key="start")
    escrow.mature(as_of=LATER)

    def there(stage: Stage, name: str) -> None:
        for number in range(12):
            key = f"{name}{number}"
            with scope(stage.merchant_id, durable=True):
                given = {"deal": stage.deal, "at": AT + timedelta(hours=number), "by": CLI}
                escrow.refund(**given, hold_key="milestone:1", key=key, amount=10)
                escrow.release(**given, hold_key="milestone:1", key=key, amount=100)
            with scope(stage.merchant_id, durable=True):
                escrow.reverse(**given, release_key="start", key=key, amount=7, ruling="")
                escrow.credit_wallet(
                    merchant_id=stage.merchant_id, amount=5, currency="CNY", key=key + stage.deal.number, kind="x", at=AT, by=CLI
                )

    def pay_out() -> None:
        for number in range(24):
            stage = one
            stage.send_payout(10, f"p{number}")
            escrow.mature(as_of=LATER + timedelta(days=1))

    all_fine(together(*[lambda s=s, n=n: there(s, n) for s in (one, two) for n in ("a", "b")], pay_out))
    found = verify_all()
    assert (found["accounts_off"], found["transfers_off"], found["clearing_off"]) == ([], [], [])
    assert verify()["differences"] == []
