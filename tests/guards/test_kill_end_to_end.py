"""The kill switch in a running system: claims, payouts and messages stop within five seconds of the button."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from aftersales.guards.operations import ALL_PROGRAMS, switch_program
from aftersales.operations import execute_run, open_automatic_run
from aftersales.payouts import operations as payouts
from aftersales.payouts.gateway import Answer, Payment, Result
from aftersales.programs.changing import change_policy
from aftersales.programs.price_protection import operations as protection
from aftersales.programs.registry import program_named
from aftersales.programs.runner import open_run, run
from marketplace.outbox.vetoes import killed
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests import cast
from tests.engine import doors, market

pytestmark = pytest.mark.django_db(transaction=True)
PROGRAM = "price_protection"
SECONDS = 5


def switch(merchant: cast.Merchant, *, stop: bool, program: str = PROGRAM) -> float:
    switch_program(merchant_id=merchant.id, program=program, stop=stop, reason="drill", by=CLI, at=timezone.now())
    return time.monotonic()


class SlowGateway:
    """Pays, slowly, and remembers when."""

    def __init__(self) -> None:
        self.paid_at: list[float] = []
        self.first = threading.Event()

    def pay(self, payments: Sequence[Payment]) -> list[Answer]:
        time.sleep(0.1)
        self.paid_at += [time.monotonic()] * len(payments)
        self.first.set()
        return [Answer(payment.request_id, Result.PAID, "X") for payment in payments]

    def lookup(self, request_ids: Sequence[str]) -> list[Answer]:
        return [Answer(request_id, Result.ABSENT) for request_id in request_ids]


def reserve(merchant: cast.Merchant, folder: Path, orders: int) -> None:
    """Claims with their payouts, none sent."""
    market.fallen_prices(folder, merchant, orders)
    run(
        program=program_named(PROGRAM), merchant_id=merchant.id, shop=None, settings={}, as_of=doors.moment(market.AS_OF), by=CLI,
        at=timezone.now(), dry_run=False,
    )  # fmt: skip


def test_a_worker_that_is_sending_stops_within_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = cast.acme()
    reserve(acme, tmp_path, 400)
    monkeypatch.setattr(payouts, "BATCH", 5)
    gateway, done = SlowGateway(), threading.Event()

    def work() -> None:
        try:
            payouts.settle_payouts(merchant_id=acme.id, at=timezone.now(), gateway=gateway)
        finally:
            connection.close()
            done.set()

    threading.Thread(target=work, daemon=True).start()
    assert gateway.first.wait(20)
    stopped = switch(acme, stop=True)
    assert done.wait(20)
    sent = len(gateway.paid_at)
    assert 0 < sent < 400
    assert max(gateway.paid_at) - stopped < SECONDS
    payouts.settle_payouts(merchant_id=acme.id, at=timezone.now(), gateway=gateway)
    assert len(gateway.paid_at) == sent
    switch(acme, stop=False)
    payouts.settle_payouts(merchant_id=acme.id, at=timezone.now(), gateway=gateway)
    assert len(gateway.paid_at) == 400
    assert doors.balances(acme) == {"refund_funding": -240_000, "refunds_paid": 240_000}


def test_another_programs_switch_stops_nothing_here(tmp_path: Path) -> None:
    acme = cast.acme()
    reserve(acme, tmp_path, 3)
    switch(acme, stop=True, program="presale_balance")
    gateway = SlowGateway()
    payouts.settle_payouts(merchant_id=acme.id, at=timezone.now(), gateway=gateway)
    assert len(gateway.paid_at) == 3


@pytest.mark.parametrize("program", [PROGRAM, ALL_PROGRAMS])
def test_a_run_stops_between_two_chunks_and_the_next_one_finishes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    acme = cast.acme()
    market.fallen_prices(tmp_path, acme, 30)
    monkeypatch.setattr(protection, "CHUNK", 10)
    chunk, seen = protection._claim_chunk, []

    def watched(*values: object) -> None:
        chunk(*values)
        seen.append(1)
        if len(seen) == 1:
            thread = threading.Thread(target=lambda: (switch(acme, stop=True, program=program), connection.close()))
            thread.start()
            thread.join()

    monkeypatch.setattr(protection, "_claim_chunk", watched)
    with pytest.raises(CommandError):
        doors.run_program(acme, market.AS_OF)
    assert len(doors.claims(acme)) == 10
    with pytest.raises(CommandError):
        doors.run_program(acme, market.AS_OF)
    switch(acme, stop=False, program=program)
    monkeypatch.setattr(protection, "_claim_chunk", chunk)
    doors.run_program(acme, market.AS_OF)
    market.assert_paid(acme, 30)


def test_no_automatic_run_is_opened_while_it_is_on_and_the_days_run_follows() -> None:
    acme = cast.acme()
    program, at = program_named(PROGRAM), timezone.now()
    change_policy(merchant_id=acme.id, program=program, settings={}, automatic=True, by=CLI, at=at)
    switch(acme, stop=True)
    assert open_automatic_run(merchant_id=acme.id, program=PROGRAM, by=CLI, at=at) is None
    switch(acme, stop=False)
    assert open_automatic_run(merchant_id=acme.id, program=PROGRAM, by=CLI, at=at) is not None


def test_a_worker_that_finds_its_program_stopped_closes_the_run_and_says_why() -> None:
    acme = cast.acme()
    switch(acme, stop=True)
    opened = open_run(
        program=program_named(PROGRAM), merchant_id=acme.id, shop=None, settings={}, as_of=timezone.now(), by=CLI,
        at=timezone.now(), dry_run=False,
    )  # fmt: skip
    assert execute_run(merchant_id=acme.id, run_id=opened.pk, by=CLI, at=timezone.now()) is None
    assert doors.rows(acme, "SELECT state, left(error, 13) FROM aftersales_programrun") == [("failed", "ProgramKilled")]


def test_the_outbox_hears_of_it_with_the_next_batch() -> None:
    acme = cast.acme()
    for stop in (True, False):
        switch(acme, stop=stop, program="presale_balance")
        with scope(acme.id):
            assert killed(acme.id, {"presale_balance", PROGRAM}) == ({"presale_balance"} if stop else set())
