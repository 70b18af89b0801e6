"""Two workers at the same instant, and gateways that misbehave: the same claims and amounts, each paid exactly once.

Each guard is also taken away, to see that the test would have noticed.
"""

import itertools
import threading
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from aftersales import operations as acts
from aftersales.models import Claim
from aftersales.payouts import operations as payouts
from aftersales.payouts.gateway import Answer, Payment, Result
from aftersales.payouts.sandbox import Faults, SandboxGateway
from aftersales.programs import runner
from aftersales.programs.price_protection import claiming
from aftersales.programs.price_protection import operations as protection
from marketplace.ledger.operations import open_account, post_transfers
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.store.models import ShopOrder
from tests import cast
from tests.engine import doors
from tests.engine.gateways import ForgetfulGateway, Killed, die, once, time_out
from tests.engine.market import AS_OF, DROP, all_fine, assert_paid, at_once, execute, fallen_prices

pytestmark = pytest.mark.django_db(transaction=True)
SOON = doors.moment(AS_OF)
# Before any price fell: a run then only records the policy's version.
BEFORE = "2026-03-05T12:00:00+00:00"


def settle(merchant: cast.Merchant, gateway: Any = None) -> dict[str, int]:
    return payouts.settle_payouts(merchant_id=merchant.id, at=timezone.now(), gateway=gateway)


def reserve(merchant: cast.Merchant, directory: Path, orders: int) -> None:
    """Claims with reserved payouts of which none has been sent."""
    fallen_prices(directory, merchant, orders)
    program = acts.program_named("price_protection")
    runner.run(program=program, merchant_id=merchant.id, shop=None, settings={}, as_of=SOON, by=CLI, at=SOON, dry_run=False)


# Two runs of the same program.


def test_two_runs_at_once_claim_and_pay_once(tmp_path: Path) -> None:
    acme = cast.acme()
    fallen_prices(tmp_path, acme, 400)
    found = at_once(*[lambda: doors.run_program(acme, AS_OF)] * 2)
    all_fine(found)
    assert sorted(report["claims"] for report in found) == [0, 400]
    assert_paid(acme, 400)


def test_the_claim_number_alone_keeps_two_runs_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also without the lock, both having decided before either claims."""
    acme = cast.acme()
    fallen_prices(tmp_path, acme, 400)
    doors.run_program(acme, BEFORE)
    without_lock(monkeypatch)
    all_fine(at_once(*[lambda: doors.run_program(acme, AS_OF)] * 2))
    assert_paid(acme, 400)


def test_control_without_lock_and_number_everything_is_claimed_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = cast.acme()
    fallen_prices(tmp_path, acme, 20)
    doors.run_program(acme, BEFORE)
    without_lock(monkeypatch)
    unguarded = claiming.CLAIM.replace("ON CONFLICT (merchant_id, program, line_id, sequence) DO NOTHING", "")
    assert unguarded != claiming.CLAIM
    monkeypatch.setattr(claiming, "CLAIM", unguarded)
    with without_constraint("aftersales_claim", "claim_once"):
        all_fine(at_once(*[lambda: doors.run_program(acme, AS_OF)] * 2))
        assert doors.one(acme, "SELECT count(*) FROM aftersales_sandboxpayment") == 40
        execute(acme, "UPDATE aftersales_claim SET sequence = id")


def test_lines_of_one_order_never_share_more_than_its_headroom(tmp_path: Path) -> None:
    acme = cast.acme()
    fallen_prices(tmp_path, acme, 50, lines=2, captured="100.00", refunded="92.00")
    all_fine(at_once(*half_runs(acme)))
    assert doors.one(acme, "SELECT sum(amount) FROM aftersales_claim") == 50 * 800
    doors.assert_books_balance(acme)


def test_control_without_the_lock_the_headroom_is_spent_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = cast.acme()
    fallen_prices(tmp_path, acme, 50, lines=2, captured="100.00", refunded="92.00")
    halves = half_runs(acme)
    without_lock(monkeypatch)
    all_fine(at_once(*halves))
    assert doors.one(acme, "SELECT sum(amount) FROM aftersales_claim") == 50 * 2 * DROP > 50 * 800


def half_runs(merchant: cast.Merchant) -> list[Any]:
    """Two runs of which each protects another line of every order."""
    execute(merchant, "UPDATE store_shoporderline SET channel = 'line' || line_no")
    channels = ("line1", "line2")
    for channel in channels:
        doors.run_program(merchant, BEFORE, channel=channel)
    return [lambda channel=channel: doors.run_program(merchant, AS_OF, channel=channel) for channel in channels]


def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two runs meet after both have decided."""
    monkeypatch.setattr(runner, "program_lock", lambda _merchant_id, **_options: nullcontext())
    decide, meeting = protection.decide, threading.Barrier(2)

    def decide_and_wait(*arguments: Any) -> Any:
        found = decide(*arguments)
        meeting.wait(timeout=20)
        return found

    monkeypatch.setattr(protection, "decide", decide_and_wait)


class without_constraint:  # noqa: N801 - reads as a statement
    """Take a unique constraint away as the owner, and put it back."""

    def __init__(self, table: str, name: str) -> None:
        self.table, self.name = table, name

    def __enter__(self) -> None:
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [self.name])
            (self.definition,) = cursor.fetchone()
            cursor.execute(f"ALTER TABLE {self.table} DROP CONSTRAINT {self.name}")

    def __exit__(self, *_: object) -> None:
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"ALTER TABLE {self.table} ADD CONSTRAINT {self.name} {self.definition}")


# One order claimed, one hold decided, one failed payout repeated by two people at once.


def test_the_same_click_twice_claims_once(tmp_path: Path) -> None:
    acme = cast.acme()
    fallen_prices(tmp_path, acme, 30)
    with scope(acme.id):
        orders = list(ShopOrder.objects.order_by("id").values_list("pk", flat=True))
    for order in orders:
        at_once(*[lambda pk=order: acts.claim_order(merchant_id=acme.id, order_id=pk, as_of=SOON, by=CLI, at=SOON)] * 2)
    settle(acme)
    assert_paid(acme, 30)


def test_two_people_decide_one_hold_once(tmp_path: Path) -> None:
    acme = cast.acme()
    fallen_prices(tmp_path, acme, 10)
    doors.run_program(acme, AS_OF, price_error_hold=5)
    with scope(acme.id):
        held = list(Claim.objects.filter(state="held").values_list("pk", flat=True))
    assert len(held) == 10
    for pk in held:
        found = at_once(*[lambda pk=pk: acts.decide_hold(merchant_id=acme.id, claim_id=pk, release=True, by=CLI, at=SOON)] * 2)
        assert sorted(type(one).__name__ for one in found) == ["Claim", "HoldDecided"]
    settle(acme)
    assert_paid(acme, 10)


def test_two_people_repeat_a_failed_payout_once(tmp_path: Path) -> None:
    acme = cast.acme()
    reserve(acme, tmp_path, 10)
    settle(acme, SandboxGateway(acme.id, Faults(refuse=1.0)))
    with scope(acme.id):
        failed = list(Claim.objects.values_list("pk", flat=True))
    for pk in failed:
        found = at_once(*[lambda pk=pk: acts.pay_again(merchant_id=acme.id, claim_id=pk, by=CLI, at=SOON)] * 2)
        assert sorted(type(one).__name__ for one in found) == ["NoneType", "Undecidable"]
    settle(acme)
    assert doors.rows(acme, "SELECT count(*), sum(amount) FROM aftersales_sandboxpayment") == [(10, 10 * DROP)]
    assert doors.balances(acme) == {"refund_funding": -10 * DROP, "refunds_paid": 10 * DROP}


# Sending payouts.


def test_many_workers_send_each_payout_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even to a gateway that pays as often as it is asked."""
    acme, gateway = cast.acme(), ForgetfulGateway()
    reserve(acme, tmp_path, 400)
    monkeypatch.setattr(payouts, "BATCH", 20)
    all_fine(at_once(*[lambda: settle(acme, gateway)] * 4))
    assert (len(gateway.paid), gateway.most) == (400, 1)
    assert doors.balances(acme) == {"refund_funding": -400 * DROP, "refunds_paid": 400 * DROP}


def test_control_without_claiming_first_payouts_are_sent_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    acme, gateway = cast.acme(), ForgetfulGateway()
    reserve(acme, tmp_path, 20)
    monkeypatch.setattr(payouts, "TAKE", READ_ONLY_TAKE)
    meeting, calls = threading.Barrier(2), itertools.count()
    gateway.before = lambda _payments: meeting.wait(timeout=20) and None if next(calls) < 2 else None
    at_once(*[lambda: settle(acme, gateway)] * 2)
    assert gateway.most == 2


READ_ONLY_TAKE = """
SELECT id, request_id, amount, currency, method, method_ref FROM aftersales_payout
WHERE merchant_id = %(merchant)s AND state = ANY (%(states)s) AND id > %(after)s {stopped} ORDER BY id LIMIT %(limit)s
"""


def test_a_worker_that_lost_its_lease_changes_nothing(tmp_path: Path) -> None:
    acme, gateway = cast.acme(), BusyAfterAll()
    reserve(acme, tmp_path, 5)
    gateway.after = once(lambda: overtake(acme, gateway))
    settle(acme, gateway)
    assert doors.rows(acme, "SELECT DISTINCT state FROM aftersales_payout") == [("paid",)]
    assert gateway.most == 1


def test_control_without_the_token_a_late_answer_undoes_a_payment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    acme, gateway = cast.acme(), BusyAfterAll()
    reserve(acme, tmp_path, 5)
    unfenced = payouts.SETTLE.replace("AND p.token = %(token)s AND p.state = 'submitted'", "")
    assert unfenced != payouts.SETTLE
    monkeypatch.setattr(payouts, "SETTLE", unfenced)
    gateway.after = once(lambda: overtake(acme, gateway))
    settle(acme, gateway)
    assert gateway.most == 2


class BusyAfterAll(ForgetfulGateway):
    """Pays, and tells the worker that it did not."""

    def pay(self, payments: Sequence[Payment]) -> list[Answer]:
        first = not self.paid
        super().pay(payments)
        return [Answer(p.request_id, Result.BUSY if first else Result.PAID) for p in payments]


def overtake(merchant: cast.Merchant, gateway: Any) -> None:
    """While the first worker waits for the gateway its lease ends, and another one finishes its work."""
    execute(merchant, "UPDATE aftersales_payout SET lease_until = now() - interval '1 second' WHERE state = 'submitted'")
    all_fine(at_once(lambda: settle(merchant, gateway)))


# Gateways that misbehave.

FAULTS = {
    "times out after paying": Faults(timeout=0.02),
    "always times out": Faults(timeout=1.0),
    "answers twice": Faults(twice=1.0),
    "is busy": Faults(busy=0.5),
    "everything at once": Faults(timeout=0.02, twice=0.5, busy=0.3),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_gateway_that(fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = cast.acme()
    reserve(acme, tmp_path, 300)
    monkeypatch.setattr(payouts, "BATCH", 25)
    gateway = SandboxGateway(acme.id, FAULTS[fault])
    for _ in range(3):
        settle(acme, gateway)
    assert_paid(acme, 300)


def test_a_gateway_that_refuses_gives_the_money_back(tmp_path: Path) -> None:
    acme = cast.acme()
    reserve(acme, tmp_path, 300)
    settle(acme, SandboxGateway(acme.id, Faults(refuse=0.3)))
    count = "SELECT count(*) FROM aftersales_payout WHERE state = %s"
    failed, paid = doors.one(acme, count, "failed"), doors.one(acme, count, "paid")
    assert failed > 0
    assert failed + paid == 300
    assert doors.balances(acme) == {"refund_funding": -paid * DROP, "refunds_paid": paid * DROP}
    doors.assert_books_balance(acme)


def test_the_fault_variable_reaches_the_command(tmp_path: Path, settings: Any) -> None:
    settings.SANDBOX_FAULTS = "timeout=0.05,busy=0.1,twice=0.1"
    acme = cast.acme()
    fallen_prices(tmp_path, acme, 200)
    for _ in range(3):
        doors.run_program(acme, AS_OF)
    assert_paid(acme, 200)
    assert doors.one(acme, "SELECT max(attempts) FROM aftersales_payout") > 1


def test_an_answer_that_contradicts_itself_counts_as_paid(tmp_path: Path) -> None:
    class Contradicting(ForgetfulGateway):
        def pay(self, payments: Sequence[Payment]) -> list[Answer]:
            found = super().pay(payments)
            return [*found, *(Answer(p.request_id, Result.BUSY) for p in payments)]

    acme, gateway = cast.acme(), Contradicting()
    reserve(acme, tmp_path, 5)
    settle(acme, gateway)
    assert (len(gateway.paid), gateway.most) == (5, 1)


@pytest.mark.parametrize("accident", [time_out, die], ids=["times out", "the worker dies"])
def test_after_an_unknown_outcome_the_gateway_is_asked_first(accident: Any, tmp_path: Path) -> None:
    acme, gateway = cast.acme(), ForgetfulGateway()
    reserve(acme, tmp_path, 50)
    gateway.after = once(accident)
    at_once(lambda: settle(acme, gateway))
    settle(acme, gateway)
    assert (len(gateway.paid), gateway.most) == (50, 1)
    assert doors.rows(acme, "SELECT DISTINCT state FROM aftersales_payout") == [("paid",)]


@pytest.mark.parametrize("accident", [time_out, die], ids=["times out", "the worker dies"])
def test_control_without_asking_it_pays_twice(accident: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    acme, gateway = cast.acme(), ForgetfulGateway()
    reserve(acme, tmp_path, 50)
    gateway.after = once(accident)
    monkeypatch.setattr(gateway, "lookup", lambda ids: [Answer(r, Result.ABSENT) for r in ids])
    found = at_once(lambda: settle(acme, gateway))
    assert accident is time_out or isinstance(found[0], Killed)
    settle(acme, gateway)
    assert gateway.most == 2


def test_a_gateway_that_knows_its_requests_needs_no_lookup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The request number alone is enough as well."""
    acme = cast.acme()
    reserve(acme, tmp_path, 50)
    gateway = SandboxGateway(acme.id, Faults(timeout=1.0))
    monkeypatch.setattr(gateway, "lookup", lambda ids: [Answer(r, Result.ABSENT) for r in ids])
    settle(acme, gateway)
    settle(acme)
    assert_paid(acme, 50)


# The ledger under contention.


def test_transfers_in_both_directions_never_block_each_other() -> None:
    acme = cast.acme()
    with scope(acme.id):
        one = open_account(merchant_id=acme.id, code="refund_funding", currency="GBP")
        two = open_account(merchant_id=acme.id, code="refunds_paid", currency="GBP")

    def post(debit: int, credit: int, prefix: str) -> None:
        accounts = {"debit": debit, "credit": credit}
        for number in range(60):
            with scope(acme.id):
                key = {"keys": [f"{prefix}{number}"], "amounts": [7]}
                post_transfers(merchant_id=acme.id, kind="test", currency="GBP", at=SOON, **accounts, **key)

    def there(prefix: str) -> Any:
        return lambda: post(one, two, prefix)

    def back(prefix: str) -> Any:
        return lambda: post(two, one, prefix)

    all_fine(at_once(there("a"), back("b"), there("a"), back("c")))
    assert doors.balances(acme) == {"refund_funding": 60 * 7, "refunds_paid": -60 * 7}
    doors.assert_books_balance(acme)
