"""Two people or two answers at the same instant: policy versions, decisions about one claim, what a gateway says late.

Each guard is also taken away, to see that the test would have noticed.
"""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connections
from django.utils import timezone

from aftersales import operations as acts
from aftersales.guards.holds import operations as holds
from aftersales.models import Claim, Payout
from aftersales.payouts import operations as payouts
from aftersales.payouts import reserving
from aftersales.payouts.gateway import Answer, Payment, Result
from aftersales.payouts.sandbox import Faults, SandboxGateway
from aftersales.programs import policies, runner
from aftersales.programs.price_protection.rules import DEFAULTS
from aftersales.programs.registry import program_named
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests import cast
from tests.engine import doors
from tests.engine.gateways import ForgetfulGateway
from tests.engine.market import AS_OF, DROP, all_fine, at_once, execute, fallen_prices

pytestmark = pytest.mark.django_db(transaction=True)
SOON = doors.moment(AS_OF)
PROGRAM = program_named("price_protection")
VERSIONS = "SELECT version, valid_to IS NULL FROM aftersales_programpolicy ORDER BY version"


def settle(merchant: cast.Merchant, gateway: Any = None) -> dict[str, int]:
    return payouts.settle_payouts(merchant_id=merchant.id, at=timezone.now(), gateway=gateway)


def reserve(merchant: cast.Merchant, directory: Path, orders: int) -> list[int]:
    """Claims whose payouts were not sent; their ids."""
    fallen_prices(directory, merchant, orders)
    runner.run(program=PROGRAM, merchant_id=merchant.id, shop=None, settings={}, as_of=SOON, by=CLI, at=SOON, dry_run=False)
    return claims_in(merchant, "reserved")


def hold(merchant: cast.Merchant, directory: Path, orders: int) -> list[int]:
    fallen_prices(directory, merchant, orders)
    doors.run_program(merchant, AS_OF, price_error_hold=5)
    return claims_in(merchant, "held")


def claims_in(merchant: cast.Merchant, state: str) -> list[int]:
    with scope(merchant.id):
        return list(Claim.objects.filter(merchant_id=merchant.id, state=state).values_list("pk", flat=True))


def met_before(act: Callable[..., Any]) -> Callable[..., Any]:
    """The act, whose answer everybody waits for before anyone goes on."""
    meeting = threading.Barrier(2)

    def met(*arguments: Any, **options: Any) -> Any:
        found = act(*arguments, **options)
        meeting.wait(timeout=20)
        return found

    return met


# Versions of a policy.


def save(merchant: cast.Merchant, days: int) -> None:
    with scope(merchant.id, durable=True):
        policies.save_policy(
            merchant_id=merchant.id,
            program=PROGRAM,
            settings={**DEFAULTS, "window_days": days},
            automatic=False,
            by=CLI,
            at=SOON,
        )


def record_version(merchant: cast.Merchant, days: int) -> None:
    with scope(merchant.id, durable=True):
        policies.version_for(
            merchant_id=merchant.id, program=PROGRAM, settings={**DEFAULTS, "window_days": days}, by=CLI, at=SOON
        )


def test_versions_saved_at_once_follow_each_other() -> None:
    acme = cast.acme()
    all_fine(at_once(*[lambda days=days: save(acme, days) for days in (1, 2, 3)], lambda: record_version(acme, 4)))
    found = doors.rows(acme, VERSIONS)
    assert [version for version, _open in found] == [1, 2, 3, 4]
    assert sum(is_open for _version, is_open in found) == 1


def test_the_same_settings_at_once_are_one_version() -> None:
    acme = cast.acme()
    all_fine(at_once(*[lambda: record_version(acme, 5)] * 4))
    assert doors.rows(acme, VERSIONS) == [(1, True)]


def test_control_without_turns_two_versions_want_one_number(monkeypatch: pytest.MonkeyPatch) -> None:
    acme = cast.acme()
    monkeypatch.setattr(policies, "_take_turns", lambda _merchant_id: None)
    monkeypatch.setattr(policies, "_last_version", met_before(policies._last_version))
    found = at_once(lambda: save(acme, 1), lambda: save(acme, 2))
    assert sorted(type(one).__name__ for one in found) == ["IntegrityError", "NoneType"]


def test_a_preview_keeps_nobody_from_saving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the version it would run under, and lets go of the turn before it works."""
    acme = cast.acme()
    fallen_prices(tmp_path, acme, 2)
    saving: list[Any] = []

    def run_meanwhile(context: Any) -> Any:
        saving.extend(at_once(lambda: save(acme, 3)))
        return PROGRAM.run(context)

    program = type(PROGRAM)(**{**vars(PROGRAM), "run": run_meanwhile})
    done = runner.run(program=program, merchant_id=acme.id, shop=None, settings={}, as_of=SOON, by=CLI, at=SOON, dry_run=True)
    assert (saving, done.counts["policy_version"], done.counts["claims"]) == ([None], 1, 2)


# One claim decided by two people.


def test_two_people_release_or_refuse_a_hold_once(tmp_path: Path) -> None:
    acme = cast.acme()
    for claim in hold(acme, tmp_path, 6):
        decide = {"merchant_id": acme.id, "claim_id": claim, "by": CLI, "at": SOON}
        found = at_once(
            lambda values=decide: acts.decide_hold(**values, release=True),
            lambda values=decide: acts.decide_hold(**values, release=False),
        )
        assert sorted(type(one).__name__ for one in found) == ["Claim", "HoldDecided"]
    settle(acme)
    states = dict(doors.rows(acme, "SELECT state, count(*) FROM aftersales_claim GROUP BY 1"))
    assert doors.one(acme, "SELECT count(*) FROM aftersales_payout WHERE state = 'paid'") == states.get("reserved", 0)
    doors.assert_books_balance(acme)


def test_control_of_a_hold_that_is_not_locked_both_believe_to_have_decided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = cast.acme()
    (claim,) = hold(acme, tmp_path, 1)

    def looked_at(merchant_id: int, claim_ids: Any) -> list[Claim]:
        return list(Claim.objects.filter(merchant_id=merchant_id, pk__in=claim_ids, state="held").select_related("run", "order"))

    monkeypatch.setattr(holds, "lock_held", met_before(looked_at))
    found = at_once(*[lambda: acts.decide_hold(merchant_id=acme.id, claim_id=claim, release=True, by=CLI, at=SOON)] * 2)
    all_fine(found)
    assert doors.one(acme, "SELECT count(*) FROM audit_auditevent WHERE action = 'aftersales.hold.released'") == 2
    assert doors.one(acme, "SELECT count(*) FROM aftersales_payout") == 1, "a claim that has a payout gets no second one"


def test_control_without_the_lock_a_failed_payout_is_repeated_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = cast.acme()
    (claim,) = reserve(acme, tmp_path, 1)
    settle(acme, SandboxGateway(acme.id, Faults(refuse=1.0)))
    monkeypatch.setattr(acts, "_lock", lambda _claim: None)
    monkeypatch.setattr(reserving, "failed_parts", met_before(reserving.failed_parts))
    all_fine(at_once(*[lambda: acts.pay_again(merchant_id=acme.id, claim_id=claim, by=CLI, at=SOON)] * 2))
    assert doors.one(acme, "SELECT count(*) FROM aftersales_payout WHERE state = 'reserved'") == 2


def test_a_claim_whose_payout_is_on_its_way_is_not_paid_again(tmp_path: Path) -> None:
    acme = cast.acme()
    (claim,) = reserve(acme, tmp_path, 1)
    for _ in ("reserved", "paid"):
        with pytest.raises(acts.Undecidable):
            acts.pay_again(merchant_id=acme.id, claim_id=claim, by=CLI, at=SOON)
        settle(acme)
    assert doors.one(acme, "SELECT count(*) FROM aftersales_payout") == 1


def test_every_reservation_has_its_number_as_its_key(tmp_path: Path) -> None:
    acme = cast.acme()
    (claim,) = reserve(acme, tmp_path, 1)
    for _ in range(2):
        settle(acme, SandboxGateway(acme.id, Faults(refuse=1.0)))
        acts.pay_again(merchant_id=acme.id, claim_id=claim, by=CLI, at=SOON)
    keys = doors.rows(acme, "SELECT key FROM ledger_ledgertransfer WHERE kind LIKE '%%.reserved' ORDER BY id")
    assert keys == [(f"claim:{claim}:reserved:{number}",) for number in (1, 2, 3)]
    settle(acme)
    assert doors.balances(acme) == {"refund_funding": -DROP, "refunds_paid": DROP}


# What a gateway says late, twice, or not at all.


class Repeating(ForgetfulGateway):
    """Says BUSY after each payment, and remembers everything it was asked."""

    def pay(self, payments: Sequence[Payment]) -> list[Answer]:
        super().pay(payments)
        return [Answer(p.request_id, Result.BUSY) for p in payments]


def test_a_gateway_that_is_always_busy_fails_the_payout_at_a_moment(tmp_path: Path) -> None:
    acme = cast.acme()
    reserve(acme, tmp_path, 3)
    gateway = Repeating()
    for _ in range(payouts.MAX_ATTEMPTS):
        settle(acme, gateway)
    found = doors.rows(acme, "SELECT DISTINCT state, attempts, settled_at IS NOT NULL FROM aftersales_payout")
    assert found == [("failed", payouts.MAX_ATTEMPTS, True)]
    assert doors.balances(acme) == {}


def test_control_a_busy_request_under_a_new_number_is_paid_twice(tmp_path: Path) -> None:
    acme = cast.acme()
    reserve(acme, tmp_path, 3)
    settle(acme, Repeating())
    assert doors.one(acme, "SELECT count(DISTINCT request_id) FROM aftersales_payout WHERE request_id LIKE 'pp-%%-1'") == 3
    gateway = SandboxGateway(acme.id)
    gateway.pay([Payment(request, DROP, "GBP") for (request,) in doors.rows(acme, "SELECT request_id FROM aftersales_payout")])
    execute(acme, "UPDATE aftersales_payout SET request_id = request_id || '-new' WHERE state = 'retry'")
    settle(acme, gateway)
    assert doors.one(acme, "SELECT sum(amount) FROM aftersales_sandboxpayment") == 2 * 3 * DROP


def late_refusal(merchant: cast.Merchant) -> None:
    """The worker's first answer comes once more, and now says that nothing was paid."""
    with scope(merchant.id):
        found = Payout.objects.filter(merchant_id=merchant.id).values_list("request_id", flat=True)
        rows = [(request, "failed", "", "late") for request in found]
    payouts._settle(merchant.id, UUID(int=1), rows, SOON)


def test_an_answer_that_comes_again_changes_nothing(tmp_path: Path) -> None:
    acme = cast.acme()
    reserve(acme, tmp_path, 3)
    settle(acme)
    late_refusal(acme)
    assert doors.rows(acme, "SELECT DISTINCT state FROM aftersales_payout") == [("paid",)]
    assert doors.balances(acme) == {"refund_funding": -3 * DROP, "refunds_paid": 3 * DROP}


def test_control_without_the_fence_a_late_answer_gives_paid_money_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = cast.acme()
    reserve(acme, tmp_path, 3)
    settle(acme)
    unfenced = payouts.SETTLE.replace("AND p.token = %(token)s AND p.state = 'submitted'", "")
    assert unfenced != payouts.SETTLE
    monkeypatch.setattr(payouts, "SETTLE", unfenced)
    with pytest.raises(IntegrityError, match="balance_above_floor"):
        late_refusal(acme)
    execute_as_owner("ALTER TABLE ledger_ledgeraccount DROP CONSTRAINT balance_above_floor")
    try:
        late_refusal(acme)
        assert doors.balances(acme) == {"refunds_reserved": -3 * DROP, "refunds_paid": 3 * DROP}
    finally:
        execute_as_owner("UPDATE ledger_ledgeraccount SET floor = NULL")
        execute_as_owner(
            "ALTER TABLE ledger_ledgeraccount ADD CONSTRAINT balance_above_floor CHECK (floor IS NULL OR balance >= floor)"
        )


def execute_as_owner(statement: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)


def test_control_refused_money_that_is_not_given_back_stays_reserved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = cast.acme()
    reserve(acme, tmp_path, 3)
    forgetful = payouts.SETTLE.replace("CASE WHEN m.state IN ('paid', 'failed') THEN", "CASE WHEN m.state = 'paid' THEN")
    assert forgetful != payouts.SETTLE
    monkeypatch.setattr(payouts, "SETTLE", forgetful)
    settle(acme, SandboxGateway(acme.id, Faults(refuse=1.0)))
    assert doors.balances(acme) == {"refund_funding": -3 * DROP, "refunds_reserved": 3 * DROP}


def test_control_the_worst_of_two_answers_pays_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Contradicting(Repeating):
        def pay(self, payments: Sequence[Payment]) -> list[Answer]:
            found = super().pay(payments)
            return [*found, *(Answer(p.request_id, Result.PAID) for p in payments)]

    acme, gateway = cast.acme(), Contradicting()
    reserve(acme, tmp_path, 3)
    pessimistic = payouts.SETTLE.replace("ORDER BY request_id, state <> 'paid'", "ORDER BY request_id, state = 'paid'")
    assert pessimistic != payouts.SETTLE
    monkeypatch.setattr(payouts, "SETTLE", pessimistic)
    settle(acme, gateway)
    assert gateway.most == 2
