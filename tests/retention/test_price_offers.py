"""Cards that promise price protection: made only inside its window, and kept when it ends before the request is withdrawn."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from aftersales.guards.models import KillSwitch
from aftersales.programs.policies import save_policy
from aftersales.programs.refund_retention.models import RetentionCase
from aftersales.programs.registry import program_named
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests import cast
from tests.engine import doors
from tests.retention import shop

pytestmark = pytest.mark.django_db(transaction=True)
State = RetentionCase.State
#: Delivered on 4 March, seven days, in Shanghai.
END = doors.moment("2026-03-12T00:00:00+08:00")
TICK = timedelta(microseconds=1)
PAID = "SELECT program, state, amount FROM aftersales_claim WHERE state <> 'refused'"


@pytest.fixture
def acme(tmp_path: Path) -> cast.Merchant:
    merchant = cast.acme(currency="CNY", timezone="Asia/Shanghai")
    shop.orders(tmp_path, merchant, *({"list_unit_price": "500.00", "sku": "LAMP"} for _ in range(3)))
    shop.policy(merchant)
    price = [{"sku": "LAMP", "price": "450.00", "valid_from": "2026-03-06T00:00:00"}]
    doors.import_prices(merchant, doors.table_file(tmp_path / "prices.csv", price))
    return merchant


def offer(merchant: cast.Merchant, order: str, at: datetime) -> str:
    return shop.case_of(shop.ask(merchant, order, reason_code="降价", at=at)).offer


def stop(merchant: cast.Merchant, program: str) -> None:
    with scope(merchant.id):
        KillSwitch.objects.create(merchant_id=merchant.id, program=program, is_on=True, changed_by="test", changed_at=END)


def let_go(merchant: cast.Merchant) -> None:
    with scope(merchant.id):
        KillSwitch.objects.filter(merchant_id=merchant.id).update(is_on=False)


def test_the_difference_is_promised_only_while_the_window_is_open(acme: cast.Merchant) -> None:
    assert offer(acme, "O1", END - TICK) == "price_protection"
    assert offer(acme, "O2", END) == "neutral"
    assert offer(acme, "O3", END + timedelta(days=5)) == "neutral"


@pytest.mark.parametrize(("at", "made"), [(END - TICK, "price_protection"), (END, "neutral")])
def test_a_batch_makes_the_same_cards(acme: cast.Merchant, at: datetime, made: str) -> None:
    stop(acme, "refund_retention")
    asked = shop.ask(acme, reason_code="降价", at=END - timedelta(hours=1))
    let_go(acme)
    shop.run(acme, at)
    assert shop.case_of(asked).offer == made


def protect(merchant: cast.Merchant, **policy: object) -> None:
    with scope(merchant.id):
        program = program_named("price_protection")
        save_policy(merchant_id=merchant.id, program=program, settings=policy, automatic=False, by=CLI, at=END)


def test_nothing_is_promised_that_could_not_be_paid(acme: cast.Merchant) -> None:
    protect(acme, returns="ignore")
    assert offer(acme, "O1", END - TICK) == "neutral"
    protect(acme)
    stop(acme, "price_protection")
    assert offer(acme, "O2", END - TICK) == "neutral"
    let_go(acme)
    assert offer(acme, "O3", END - TICK) == "price_protection"


def test_a_promise_outlives_the_window(acme: cast.Merchant) -> None:
    made = END - timedelta(minutes=2)
    asked = shop.ask(acme, reason_code="降价", at=made)
    shop.accept(shop.case_of(asked), made + timedelta(minutes=1))
    shop.beat(acme, END + timedelta(minutes=10))
    shop.closed(asked, "withdrawn", END + timedelta(hours=1))
    shop.beat(acme, END + timedelta(hours=2))
    assert doors.rows(acme, PAID) == [("price_protection", "reserved", 5_000)]
    assert shop.case_of(asked).state == State.SAVED_PROVISIONAL


@pytest.mark.parametrize("by_switch", [True, False])
def test_a_promise_waits_while_price_protection_cannot_pay(acme: cast.Merchant, by_switch: bool) -> None:
    made = END - timedelta(minutes=2)
    asked = shop.ask(acme, reason_code="降价", at=made)
    shop.accept(shop.case_of(asked), made + timedelta(minutes=1))
    shop.beat(acme, END + timedelta(minutes=10))
    shop.closed(asked, "withdrawn", END + timedelta(hours=1))
    if by_switch:
        stop(acme, "price_protection")
    else:
        protect(acme, returns="ignore")
    shop.beat(acme, END + timedelta(hours=2))
    assert doors.rows(acme, "SELECT state FROM aftersales_programrun") == []
    shop.run(acme, END + timedelta(hours=2))
    assert (doors.rows(acme, PAID), shop.case_of(asked).state) == ([], State.WITHDRAWN)
    assert doors.rows(acme, "SELECT state FROM aftersales_programrun") == [("finished",)]
    let_go(acme)
    protect(acme)
    shop.run(acme, END + timedelta(hours=3))
    assert doors.rows(acme, PAID) == [("price_protection", "reserved", 5_000)]
