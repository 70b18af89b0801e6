"""Maker-checker: nobody decides what he asked for, everything is decided once."""

from datetime import timedelta
from pathlib import Path

import pytest

from aftersales.guards.approvals.operations import ApprovalExpired, cancel, decide, expire
from aftersales.guards.approvals.queries import merchants_with_late_requests, waiting
from aftersales.guards.budgets.operations import BadBudget, save_settings, set_budget
from aftersales.guards.holds.operations import AlreadyDecided, NeedsSecondPerson, decide_holds
from aftersales.guards.models import Approval, Budget, GuardSettings
from aftersales.guards.queries import guard_settings
from marketplace.audit.models import AuditEvent
from marketplace.kernel.errors import NotFound
from marketplace.tenancy.actor import BEAT, CLI, Actor, person
from marketplace.tenancy.scope import scope
from tests import cast
from tests.engine import doors, market
from tests.guards.doors import AT, limit, spend
from tests.guards.stories import held_claims, people, states

pytestmark = pytest.mark.django_db(transaction=True)


def budget(merchant: cast.Merchant, amount: int | None, *, by: Actor) -> Budget | Approval:
    return set_budget(
        merchant_id=merchant.id, level="merchant_day", program="", currency="CNY", limit=amount, alert_percent=80, by=by, at=AT
    )


def now_limit(merchant: cast.Merchant) -> int | None:
    with scope(merchant.id):
        return Budget.objects.get().limit_amount


def answer(
    merchant: cast.Merchant, approval: Approval, *, by: Actor, approve: bool = True, late: timedelta = timedelta()
) -> Approval:
    return decide(merchant_id=merchant.id, approval_id=approval.pk, approve=approve, reason="checked", by=by, at=AT + late)


def actions(merchant: cast.Merchant) -> list[str]:
    with scope(merchant.id):
        return list(AuditEvent.objects.filter(action__startswith="guards.").order_by("id").values_list("action", flat=True))


def test_tightening_is_at_once_and_raising_waits_for_another_person() -> None:
    acme = cast.acme()
    maker, checker = people(acme)
    budget(acme, 1_000, by=maker)
    budget(acme, 900, by=maker)
    asked = budget(acme, 2_000, by=maker)
    assert isinstance(asked, Approval)
    assert now_limit(acme) == 900
    with pytest.raises(NeedsSecondPerson):
        answer(acme, asked, by=maker)
    assert answer(acme, asked, by=checker).state == "approved"
    assert now_limit(acme) == 2_000
    assert actions(acme) == [
        "guards.budget.set", "guards.budget.set", "guards.approval.asked", "guards.approval.approved", "guards.budget.set",
    ]  # fmt: skip


def test_no_limit_is_the_highest_limit() -> None:
    acme = cast.acme()
    maker, _checker = people(acme)
    budget(acme, 10**15, by=maker)
    assert isinstance(budget(acme, None, by=maker), Approval)


def test_what_is_rejected_or_taken_back_does_not_happen() -> None:
    acme = cast.acme()
    maker, checker = people(acme)
    budget(acme, 1_000, by=maker)
    rejected = budget(acme, 2_000, by=maker)
    answer(acme, rejected, by=checker, approve=False)
    back = budget(acme, 3_000, by=maker)
    with pytest.raises(NeedsSecondPerson):
        cancel(merchant_id=acme.id, approval_id=back.pk, by=checker, at=AT)
    cancel(merchant_id=acme.id, approval_id=back.pk, by=maker, at=AT)
    with pytest.raises(AlreadyDecided):
        answer(acme, back, by=checker)
    assert now_limit(acme) == 1_000


def test_asking_again_takes_the_earlier_request_back() -> None:
    acme = cast.acme()
    maker, checker = people(acme)
    budget(acme, 1_000, by=maker)
    first, second = budget(acme, 2_000, by=maker), budget(acme, 3_000, by=maker)
    with pytest.raises(AlreadyDecided):
        answer(acme, first, by=checker)
    answer(acme, second, by=checker)
    assert now_limit(acme) == 3_000


def test_a_request_expires() -> None:
    acme = cast.acme()
    maker, checker = people(acme)
    budget(acme, 1_000, by=maker)
    asked = budget(acme, 2_000, by=maker)
    with pytest.raises(ApprovalExpired):
        answer(acme, asked, by=checker, late=timedelta(days=7))
    with scope(acme.id):
        assert waiting(acme.id, AT).count() == 1
        assert waiting(acme.id, AT + timedelta(days=7)).count() == 0
    assert merchants_with_late_requests(AT) == []
    assert merchants_with_late_requests(AT + timedelta(days=7)) == [acme.id]
    assert expire(merchant_id=acme.id, by=BEAT, at=AT + timedelta(days=7)) == 1
    assert expire(merchant_id=acme.id, by=BEAT, at=AT + timedelta(days=7)) == 0


def test_the_operators_own_door_is_not_held() -> None:
    acme = cast.acme()
    budget(acme, 1_000, by=CLI)
    budget(acme, 2_000, by=CLI)
    assert now_limit(acme) == 2_000


def test_a_company_of_one_says_so_explicitly_and_only_then_decides_alone() -> None:
    acme = cast.acme()
    owner = person(acme.owner.pk)
    budget(acme, 1_000, by=owner)
    asked = budget(acme, 2_000, by=owner)
    with pytest.raises(NeedsSecondPerson):
        answer(acme, asked, by=owner)
    save_settings(merchant_id=acme.id, values={"may_decide_alone": True}, by=owner, at=AT)
    answer(acme, asked, by=owner)
    assert now_limit(acme) == 2_000
    assert actions(acme).count("guards.settings.changed") == 1


def test_with_two_people_deciding_alone_needs_the_other_ones_consent() -> None:
    acme = cast.acme()
    maker, checker = people(acme)
    asked = save_settings(merchant_id=acme.id, values={"may_decide_alone": True}, by=maker, at=AT)
    assert isinstance(asked, Approval)
    answer(acme, asked, by=checker)
    with scope(acme.id):
        assert guard_settings(acme.id).may_decide_alone


@pytest.mark.parametrize(
    ("values", "waits"),
    [
        ({"payout_limit": 400}, False),
        ({"payout_limit": 501}, True),
        ({"batch_limit": 9_999, "breaker_percent": 200}, False),
        ({"breaker_percent": 301}, True),
        ({"breaker_hours": 48}, True),
        ({"approval_days": 3}, False),
        ({"currency_limits": {"JPY": {"payout": 300}}}, False),
        ({"currency_limits": {"JPY": {"payout": 80_000}}}, True),
        ({"payout_limit": 500}, False),
    ],
)
def test_loosening_a_guard_waits_and_tightening_does_not(values: dict[str, int], waits: bool) -> None:
    acme = cast.acme()
    maker, _checker = people(acme)
    found = save_settings(merchant_id=acme.id, values=values, by=maker, at=AT)
    assert isinstance(found, Approval if waits else GuardSettings)
    with scope(acme.id):
        assert (getattr(guard_settings(acme.id), next(iter(values))) == next(iter(values.values()))) is not waits


def test_nonsense_is_refused() -> None:
    acme = cast.acme()
    with pytest.raises(BadBudget):
        save_settings(merchant_id=acme.id, values={"nothing": 1}, by=CLI, at=AT)
    for wrong in ({"level": "week"}, {"currency": "yuan"}, {"limit": -1}, {"alert_percent": 0}, {"level": "program_hour"}):
        values = {"level": "buyer_day", "program": "", "currency": "CNY", "limit": 1, "alert_percent": 80, **wrong}
        with pytest.raises(BadBudget):
            set_budget(merchant_id=acme.id, by=CLI, at=AT, **values)


def test_an_approved_payout_is_paid_once_and_a_rejected_one_refused(tmp_path: Path) -> None:
    acme = cast.acme()
    maker, checker = people(acme)
    ids = held_claims(acme, tmp_path, [60_000, 70_000], by=maker.label)
    with scope(acme.id):
        first, second = waiting(acme.id, AT)
    assert (first.subject_id, first.amount, first.requested_by) == (ids[0], 60_000, maker.label)
    with pytest.raises(NeedsSecondPerson):
        answer(acme, first, by=maker)
    answer(acme, first, by=checker)
    answer(acme, second, by=checker, approve=False)
    assert states(acme) == [("reserved", "APPROVAL"), ("refused", "APPROVAL")]
    assert doors.balances(acme) == {"refund_funding": -60_000, "refunds_reserved": 60_000}


def test_what_is_approved_must_still_fit_the_budget(tmp_path: Path) -> None:
    acme = cast.acme()
    maker, checker = people(acme)
    limit(acme, "merchant_day", 100_000, currency="GBP")
    held_claims(acme, tmp_path, [60_000, 70_000], by=maker.label)
    with scope(acme.id):
        requests = list(waiting(acme.id, AT))
    for request in requests:
        answer(acme, request, by=checker)
    assert states(acme) == [("reserved", "APPROVAL"), ("held", "BUDGET")]
    assert spend(acme, (1, 40_001), currency="GBP") == [False]


def test_of_two_approvers_at_once_one_decides(tmp_path: Path) -> None:
    acme = cast.acme()
    maker, checker = people(acme)
    held_claims(acme, tmp_path, [60_000], by="system:beat")
    with scope(acme.id):
        (request,) = waiting(acme.id, AT)
    found = market.at_once(lambda: answer(acme, request, by=maker), lambda: answer(acme, request, by=checker))
    assert sorted(type(outcome).__name__ for outcome in found) == ["AlreadyDecided", "Approval"]
    assert doors.balances(acme) == {"refund_funding": -60_000, "refunds_reserved": 60_000}


def test_control_without_the_lock_both_decide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same race where the row is read without its lock, and both have read before either writes."""
    import threading

    from aftersales.guards.approvals import operations

    acme = cast.acme()
    maker, checker = people(acme)
    budget(acme, 1_000, by=CLI)
    with scope(acme.id):
        request = Approval.objects.create(
            merchant_id=acme.id, kind="settings", requested_by="user:0", expires_at=AT + timedelta(days=1),
            payload={"changes": {"approval_days": 3}},
        )  # fmt: skip
    both = threading.Barrier(2)

    def unlocked(merchant_id: int, approval_id: int) -> Approval:
        found = Approval.objects.get(merchant_id=merchant_id, pk=approval_id)
        both.wait(timeout=20)
        return found

    monkeypatch.setattr(operations, "_lock", unlocked)
    found = market.at_once(lambda: answer(acme, request, by=maker), lambda: answer(acme, request, by=checker))
    assert [type(outcome).__name__ for outcome in found] == ["Approval", "Approval"]
    assert actions(acme).count("guards.approval.approved") == 2


def test_approving_and_taking_back_at_once_gives_one_answer() -> None:
    acme = cast.acme()
    maker, checker = people(acme)
    budget(acme, 1_000, by=maker)
    asked = budget(acme, 2_000, by=maker)
    found = market.at_once(
        lambda: answer(acme, asked, by=checker), lambda: cancel(merchant_id=acme.id, approval_id=asked.pk, by=maker, at=AT)
    )
    assert sorted(type(outcome).__name__ for outcome in found) == ["AlreadyDecided", "Approval"]
    with scope(acme.id):
        state = Approval.objects.get(pk=asked.pk).state
    assert now_limit(acme) == (2_000 if state == "approved" else 1_000)


def test_approving_and_deciding_the_hold_at_once_pays_once(tmp_path: Path) -> None:
    acme = cast.acme()
    maker, checker = people(acme)
    ids = held_claims(acme, tmp_path, [60_000], by="system:beat")
    with scope(acme.id):
        (request,) = waiting(acme.id, AT)
    found = market.at_once(
        lambda: answer(acme, request, by=checker),
        lambda: decide_holds(merchant_id=acme.id, claim_ids=ids, release=True, reason="", by=maker, at=AT),
    )
    assert not [outcome for outcome in found if isinstance(outcome, BaseException) and not isinstance(outcome, AlreadyDecided)]
    assert doors.balances(acme) == {"refund_funding": -60_000, "refunds_reserved": 60_000}


def test_a_request_of_another_merchant_is_not_found() -> None:
    acme, other = cast.acme(), cast.other()
    maker, _checker = people(acme)
    budget(acme, 1, by=maker)
    asked = budget(acme, 2, by=maker)
    for act in (
        lambda: answer(other, asked, by=CLI),
        lambda: cancel(merchant_id=other.id, approval_id=asked.pk, by=maker, at=AT),
    ):
        with pytest.raises(NotFound):
            act()
