"""The worked examples of PROGRAMS §3, through the doors: request, card, answer, withdrawal, settlement."""

from pathlib import Path

import pytest

from aftersales.payouts.operations import settle_payouts
from aftersales.programs.refund_retention.models import RetentionCase
from tests import cast
from tests.engine import doors
from tests.retention import shop
from tests.retention.shop import later

pytestmark = pytest.mark.django_db(transaction=True)
State = RetentionCase.State


@pytest.fixture
def acme(tmp_path: Path) -> cast.Merchant:
    merchant = cast.acme(currency="CNY", timezone="Asia/Shanghai")
    shop.orders(tmp_path, merchant, {})
    shop.policy(merchant, return_logistics_amount=2_500)
    return merchant


def kept(merchant: cast.Merchant) -> shop.Recorded:
    """620.00 asked, a card of 25.00 accepted, the request withdrawn a day later, goodwill booked."""
    asked = shop.ask(merchant, reason_code="质量问题")
    case = shop.case_of(asked)
    assert (case.state, case.offer, case.offer_amount, case.asked_amount) == (State.OFFERED, "partial_refund", 2_500, 62_000)
    shop.accept(case)
    shop.beat(merchant, later(minutes=10))
    assert shop.case_of(asked).state == State.WITHDRAWAL_REQUESTED
    shop.closed(asked, "withdrawn", later(hours=1))
    assert shop.case_of(asked).state == State.WITHDRAWN
    shop.beat(merchant, later(hours=2))
    settle_payouts(merchant_id=merchant.id, at=later(hours=2))
    return asked


def test_620_asked_a_card_of_25_accepted_is_595_net_and_final_after_30_days(acme: cast.Merchant) -> None:
    asked = kept(acme)
    case = shop.case_of(asked)
    assert (case.state, case.saved_amount, case.cost_amount, case.net_amount) == (State.SAVED_PROVISIONAL, 62_000, 2_500, 59_500)
    shop.beat(acme, later(days=29))
    assert shop.case_of(asked).state == State.SAVED_PROVISIONAL
    shop.beat(acme, later(days=31))
    assert (shop.case_of(asked).state, shop.case_of(asked).net_amount) == (State.SAVED_FINAL, 59_500)
    assert doors.balances(acme) == {"refund_funding": -2_500, "refunds_paid": 2_500}
    doors.assert_books_balance(acme)


def test_refunded_after_all_on_day_12_saves_nothing_and_the_cost_stays(acme: cast.Merchant) -> None:
    asked = kept(acme)
    shop.closed(asked, "refunded", later(days=12))
    shop.beat(acme, later(days=31))
    case = shop.case_of(asked)
    assert (case.state, case.saved_amount, case.cost_amount, case.net_amount) == (State.REFUNDED, 0, 2_500, -2_500)


def test_a_new_request_refunded_on_day_12_saves_nothing_either(acme: cast.Merchant) -> None:
    asked = kept(acme)
    again = shop.ask(acme, at=later(days=10), reason_code="不想要了")
    assert shop.case_of(again).reason == "SECOND_REQUEST"
    shop.beat(acme, later(days=11))
    shop.closed(again, "refunded", later(days=12))
    shop.beat(acme, later(days=13))
    case = shop.case_of(asked)
    assert (case.state, case.net_amount) == (State.REFUNDED, -2_500)


def test_an_open_new_request_keeps_a_case_provisional(acme: cast.Merchant) -> None:
    asked = kept(acme)
    again = shop.ask(acme, at=later(days=10))
    shop.beat(acme, later(days=40))
    assert shop.case_of(asked).state == State.SAVED_PROVISIONAL
    shop.closed(again, "rejected", later(days=41))
    shop.beat(acme, later(days=42))
    assert (shop.case_of(asked).state, shop.case_of(asked).net_amount) == (State.SAVED_FINAL, 59_500)


def test_two_of_three_asked_back_and_one_of_them_kept_saves_200_then_170_after_price_protection(tmp_path: Path) -> None:
    acme = cast.acme(currency="CNY", timezone="Asia/Shanghai")
    shop.orders(tmp_path, acme, {"quantity": 3, "list_unit_price": "200.00", "sku": "VASE"})
    shop.policy(acme)
    asked = shop.ask(acme, quantity=2, reason_code="size")
    case = shop.case_of(asked)
    assert (case.offer, case.offer_amount, case.asked_amount) == ("exchange", 0, 40_000)
    shop.accept(case)
    shop.beat(acme, later(minutes=10))
    shop.closed(asked, "withdrawn", later(hours=1), kept_units=1)
    shop.beat(acme, later(hours=1))
    case = shop.case_of(asked)
    assert (case.state, case.kept_units, case.net_amount) == (State.SAVED_PROVISIONAL, 1, 20_000)
    assert doors.rows(acme, "SELECT returned_quantity FROM store_shoporderline") == [(1,)]
    price = [{"sku": "VASE", "price": "185.00", "valid_from": "2026-03-07T00:00:00"}]
    doors.import_prices(acme, doors.table_file(tmp_path / "prices.csv", price))
    assert doors.run_program(acme, "2026-03-07T12:00:00+00:00")["amount"] == 3_000
    shop.beat(acme, later(days=2))
    case = shop.case_of(asked)
    assert (case.saved_amount, case.later_amount, case.net_amount) == (20_000, 3_000, 17_000)


@pytest.mark.parametrize(
    ("deadline", "hold"),
    [(48 * 60, 30), (300, 30), (60, 6), (1, 0.1)],
)
def test_the_hold_is_a_tenth_of_the_deadline_and_at_most_half_an_hour(acme: cast.Merchant, deadline: int, hold: float) -> None:
    asked = shop.ask(acme, deadline_at=later(minutes=deadline))
    assert shop.case_of(asked).hold_until == later(minutes=hold)
