"""Goodwill: paid exactly once, under what is left of the payment, through the guards, and counted once by price protection."""

from pathlib import Path

import pytest
from django.db import IntegrityError

from aftersales.guards.holds.operations import decide_holds
from aftersales.guards.models import Budget
from aftersales.payouts.operations import settle_payouts
from aftersales.programs.refund_retention.models import RetentionCase
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.store.models import ShopOrder
from tests import cast
from tests.engine import doors
from tests.retention import shop
from tests.retention.shop import later

pytestmark = pytest.mark.django_db(transaction=True)
State = RetentionCase.State
CLAIMS = "SELECT program, state, reason, amount FROM aftersales_claim ORDER BY id"


@pytest.fixture
def acme(tmp_path: Path) -> cast.Merchant:
    merchant = cast.acme(currency="CNY", timezone="Asia/Shanghai")
    shop.orders(tmp_path, merchant, {"list_unit_price": "500.00", "sku": "LAMP"})
    shop.policy(merchant, return_logistics_amount=2_000)
    return merchant


def accepted(merchant: cast.Merchant) -> shop.Recorded:
    asked = shop.ask(merchant, reason_code="质量问题")
    assert shop.case_of(asked).offer_amount == 2_000
    shop.accept(shop.case_of(asked))
    shop.beat(merchant, later(minutes=10))
    return asked


def withdrawn(merchant: cast.Merchant) -> shop.Recorded:
    asked = accepted(merchant)
    shop.closed(asked, "withdrawn", later(hours=1))
    return asked


def test_goodwill_is_paid_once_however_often_the_beat_comes(acme: cast.Merchant) -> None:
    withdrawn(acme)
    for hours in (2, 3, 4):
        shop.beat(acme, later(hours=hours))
        shop.run(acme, later(hours=hours))
    settle_payouts(merchant_id=acme.id, at=later(hours=4))
    assert doors.rows(acme, CLAIMS) == [("refund_retention", "reserved", "GOODWILL", 2_000)]
    assert doors.rows(acme, "SELECT kind, amount FROM ledger_ledgertransfer ORDER BY id") == [
        ("refund_retention.reserved", 2_000), ("refund_retention.paid", 2_000)
    ]  # fmt: skip
    doors.assert_books_balance(acme)


def test_a_card_accepted_but_refunded_already_pays_nothing(acme: cast.Merchant) -> None:
    asked = accepted(acme)
    shop.closed(asked, "refunded", later(hours=1))
    shop.beat(acme, later(hours=2))
    case = shop.case_of(asked)
    assert (case.state, case.reason, case.net_amount) == (State.WITHDRAW_IMPOSSIBLE, "PLATFORM_REFUNDED", 0)
    assert doors.rows(acme, CLAIMS) == []


def test_a_silent_platform_means_that_the_refund_runs_and_nothing_is_paid(acme: cast.Merchant) -> None:
    asked = accepted(acme)
    shop.beat(acme, later(hours=49))
    assert (shop.case_of(asked).state, shop.case_of(asked).reason) == (State.WITHDRAW_IMPOSSIBLE, "PLATFORM_SILENT")
    assert doors.rows(acme, CLAIMS) == []


def test_goodwill_never_exceeds_what_is_left_of_the_order(acme: cast.Merchant) -> None:
    asked = withdrawn(acme)
    with scope(acme.id):
        ShopOrder.objects.filter(merchant_id=acme.id).update(refunded_amount=49_200)
    shop.beat(acme, later(hours=2))
    assert doors.rows(acme, CLAIMS) == [("refund_retention", "reserved", "GOODWILL", 800)]
    assert shop.case_of(asked).cost_amount == 800


def test_nothing_left_pays_nothing_and_what_was_kept_still_counts(acme: cast.Merchant) -> None:
    asked = withdrawn(acme)
    with scope(acme.id):
        ShopOrder.objects.filter(merchant_id=acme.id).update(refunded_amount=50_000)
    shop.beat(acme, later(hours=2))
    assert doors.rows(acme, CLAIMS) == []
    assert (shop.case_of(asked).state, shop.case_of(asked).net_amount) == (State.SAVED_PROVISIONAL, 50_000)


def test_a_used_up_budget_holds_the_goodwill_for_a_person(acme: cast.Merchant) -> None:
    with scope(acme.id):
        Budget.objects.create(merchant_id=acme.id, level="merchant_day", currency="CNY", limit_amount=1_999)
    withdrawn(acme)
    shop.beat(acme, later(hours=2))
    ((program, state, reason, amount),) = doors.rows(acme, CLAIMS)
    assert (program, state, amount) == ("refund_retention", "held", 2_000)
    assert reason != "GOODWILL"
    assert doors.balances(acme) == {}


@pytest.mark.parametrize(("release", "cost", "paid"), [(True, 2_000, [(2_000,)]), (False, 0, [])])
def test_a_person_decides_held_goodwill(acme: cast.Merchant, release: bool, cost: int, paid: list[tuple[int]]) -> None:
    with scope(acme.id):
        Budget.objects.create(merchant_id=acme.id, level="merchant_day", currency="CNY", limit_amount=1_999)
    asked = withdrawn(acme)
    shop.beat(acme, later(hours=2))
    held = doors.one(acme, "SELECT id FROM aftersales_claim")
    with scope(acme.id):
        Budget.objects.filter(merchant_id=acme.id).update(limit_amount=5_000)
    decide_holds(merchant_id=acme.id, claim_ids=[held], release=release, reason="seen", by=CLI, at=later(hours=3))
    settle_payouts(merchant_id=acme.id, at=later(hours=3))
    shop.beat(acme, later(hours=4))
    assert doors.rows(acme, "SELECT amount FROM aftersales_sandboxpayment") == paid
    assert (shop.case_of(asked).cost_amount, shop.case_of(asked).net_amount) == (cost, 50_000 - cost)


def test_price_protection_subtracts_goodwill_exactly_once(acme: cast.Merchant, tmp_path: Path) -> None:
    """G6: paid 500, goodwill 20 on the unit kept, now 450 → 30."""
    withdrawn(acme)
    shop.beat(acme, later(hours=2))
    price = [{"sku": "LAMP", "price": "450.00", "valid_from": "2026-03-07T00:00:00"}]
    doors.import_prices(acme, doors.table_file(tmp_path / "prices.csv", price))
    assert doors.run_program(acme, "2026-03-07T12:00:00+00:00")["amount"] == 3_000


def test_a_card_of_price_protection_claims_it_by_its_own_rules(acme: cast.Merchant, tmp_path: Path) -> None:
    price = [{"sku": "LAMP", "price": "450.00", "valid_from": "2026-03-06T00:00:00"}]
    doors.import_prices(acme, doors.table_file(tmp_path / "prices.csv", price))
    asked = shop.ask(acme, reason_code="降价")
    assert (shop.case_of(asked).offer, shop.case_of(asked).arm) == ("price_protection", "")
    shop.accept(shop.case_of(asked))
    shop.beat(acme, later(minutes=10))
    shop.closed(asked, "withdrawn", later(hours=1))
    shop.beat(acme, later(hours=2))
    assert doors.rows(acme, CLAIMS) == [("price_protection", "reserved", "PRICE_DROP", 5_000)]
    case = shop.case_of(asked)
    assert (case.state, case.later_amount, case.net_amount) == (State.SAVED_PROVISIONAL, 5_000, 45_000)


def test_the_hold_never_passes_the_deadline_whoever_writes_it(acme: cast.Merchant) -> None:
    asked = shop.ask(acme, deadline_at=later(hours=2))
    beyond = "UPDATE refund_retention_retentioncase SET hold_until = deadline_at + interval '1 second'"
    with pytest.raises(IntegrityError):
        doors.rows(acme, beyond)
    assert shop.case_of(asked).hold_until == later(minutes=12)
