"""Held claims and products: decided by a person, once."""

from pathlib import Path

import pytest

from aftersales.guards.holds.operations import AlreadyDecided, close_breaker, decide_holds, release_sku
from aftersales.guards.models import Approval, Breaker, BudgetUse, SkuHold, SpendHour
from aftersales.models import Payout
from marketplace.audit.models import AuditEvent
from marketplace.kernel.errors import NotFound
from marketplace.tenancy.actor import CLI, person
from marketplace.tenancy.scope import scope
from orders.store.models import Sku
from tests import cast
from tests.engine import doors, market
from tests.guards.doors import AT, limit, verdicts
from tests.guards.stories import held_claims, people, states

pytestmark = pytest.mark.django_db(transaction=True)


def decide(merchant: cast.Merchant, ids: list[int], *, release: bool = True, by: object = CLI) -> object:
    return decide_holds(merchant_id=merchant.id, claim_ids=ids, release=release, reason="looked at it", by=by, at=AT)


def test_many_are_paid_at_once_each_with_its_payout_and_posting(tmp_path: Path) -> None:
    acme = cast.acme()
    _owner, checker = people(acme)
    ids = held_claims(acme, tmp_path, [500, 600, 700], by="system:beat", reason="BUDGET")
    assert decide(acme, [*ids, 10**9], by=checker).__dict__ == {"done": 3, "late": 1, "own": 0, "over_budget": 0, "no_room": 0}
    with scope(acme.id):
        assert list(Payout.objects.order_by("id").values_list("request_id", "amount")) == [
            (f"pp-{pk}-1", amount) for pk, amount in zip(ids, (500, 600, 700), strict=True)
        ]
        found = AuditEvent.objects.get(action="aftersales.hold.released")
        assert (found.facts["claims"], found.facts["amounts"], found.facts["reason"]) == (ids, {"GBP": 1_800}, "looked at it")
    assert decide(acme, ids).__dict__ == {"done": 0, "late": 3, "own": 0, "over_budget": 0, "no_room": 0}
    assert doors.balances(acme) == {"refund_funding": -1_800, "refunds_reserved": 1_800}


def test_what_a_person_pays_counts_in_the_budget_beyond_its_limit(tmp_path: Path) -> None:
    acme = cast.acme()
    limit(acme, "merchant_day", 100, currency="GBP")
    ids = held_claims(acme, tmp_path, [500], by="system:beat", reason="BUDGET")
    decide(acme, ids)
    with scope(acme.id):
        assert list(BudgetUse.objects.values_list("used", flat=True)) == [500]
        assert list(SpendHour.objects.values_list("amount", flat=True)) == [500]
    assert verdicts(acme, (1, 1), currency="GBP") == ["BUDGET"]


def test_refusing_pays_nothing_and_answers_the_request(tmp_path: Path) -> None:
    acme = cast.acme()
    ids = held_claims(acme, tmp_path, [60_000], by="system:beat")
    decide(acme, ids, release=False)
    assert states(acme) == [("refused", "APPROVAL")]
    with scope(acme.id):
        assert list(Approval.objects.values_list("state", "decided_by")) == [("rejected", CLI.label)]
    assert doors.balances(acme) == {}


def test_who_set_a_run_going_does_not_release_its_large_payouts(tmp_path: Path) -> None:
    acme = cast.acme()
    maker, checker = people(acme)
    ids = held_claims(acme, tmp_path, [60_000, 500], by=maker.label, reason="PRICE_ERROR")
    assert decide(acme, ids, by=maker).__dict__ == {"done": 1, "late": 0, "own": 1, "over_budget": 0, "no_room": 0}
    assert decide(acme, ids, by=checker).done == 1


def test_two_people_at_once_pay_once(tmp_path: Path) -> None:
    acme = cast.acme()
    maker, checker = people(acme)
    ids = held_claims(acme, tmp_path, [500, 600, 700, 800], by="system:beat", reason="BUDGET")
    found = market.at_once(lambda: decide(acme, ids, by=maker), lambda: decide(acme, ids[::-1], by=checker))
    market.all_fine(found)
    assert sorted(outcome.done for outcome in found) == [0, 4]
    assert doors.balances(acme) == {"refund_funding": -2_600, "refunds_reserved": 2_600}


def test_a_foreign_claim_is_not_decided(tmp_path: Path) -> None:
    acme, other = cast.acme(), cast.other()
    ids = held_claims(acme, tmp_path, [500], by="system:beat")
    assert decide(other, ids).done == 0
    assert states(acme) == [("held", "APPROVAL")]


def held_product(merchant: cast.Merchant, price: int = 100) -> SkuHold:
    with scope(merchant.id):
        sku = Sku.objects.filter(merchant_id=merchant.id).earliest("id")
        return SkuHold.objects.create(merchant_id=merchant.id, sku=sku, program="price_protection", currency="GBP", price=price)


def test_releasing_a_product_pays_what_waited_on_it_as_far_as_the_budget_goes(tmp_path: Path) -> None:
    acme = cast.acme()
    limit(acme, "merchant_day", 1_200, currency="GBP")
    held_claims(acme, tmp_path, [500, 600, 700], by="system:beat", reason="PRICE_ERROR")
    hold = held_product(acme)
    by = person(acme.owner.pk)
    found = release_sku(merchant_id=acme.id, hold_id=hold.pk, pay_claims=True, reason="a sale", by=by, at=AT)
    assert (found.done, found.over_budget) == (2, 1)
    assert states(acme) == [("reserved", "PRICE_ERROR"), ("reserved", "PRICE_ERROR"), ("held", "BUDGET")]
    with pytest.raises(AlreadyDecided):
        release_sku(merchant_id=acme.id, hold_id=hold.pk, pay_claims=True, reason="again", by=by, at=AT)
    with pytest.raises(NotFound):
        release_sku(merchant_id=cast.other().id, hold_id=hold.pk, pay_claims=True, reason="", by=by, at=AT)


def test_a_closed_breaker_lets_claims_through_once() -> None:
    acme = cast.acme()
    with scope(acme.id):
        opened = Breaker.objects.create(merchant_id=acme.id, program="price_protection", currency="CNY", opened_at=AT)
    assert verdicts(acme, (1, 5)) == ["BREAKER"]
    close_breaker(merchant_id=acme.id, breaker_id=opened.pk, reason="Double-11", by=CLI, at=AT)
    assert verdicts(acme, (1, 5)) == [None]
    with pytest.raises(AlreadyDecided):
        close_breaker(merchant_id=acme.id, breaker_id=opened.pk, reason="", by=CLI, at=AT)
    with pytest.raises(NotFound):
        close_breaker(merchant_id=cast.other().id, breaker_id=opened.pk, reason="", by=CLI, at=AT)
