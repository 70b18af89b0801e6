"""What is decided about a request: intent, caps, limits, the control group, and nothing that would delay a refund."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftersales.programs.refund_retention.models import RetentionCase
from aftersales.programs.refund_retention.rules import DEFAULTS, NEVER, OFFERS, BadPolicy, cap_of, validated
from marketplace.tenancy.scope import scope
from orders.store.models import Buyer
from tests import cast
from tests.engine import doors
from tests.retention import shop
from tests.retention.shop import NOW, later

pytestmark = pytest.mark.django_db(transaction=True)
State = RetentionCase.State


@pytest.fixture
def acme(tmp_path: Path) -> cast.Merchant:
    merchant = cast.acme(currency="CNY", timezone="Asia/Shanghai")
    shop.orders(tmp_path, merchant, {})
    return merchant


def decided(merchant: cast.Merchant, **facts: Any) -> RetentionCase:
    return shop.case_of(shop.ask(merchant, **facts))


@pytest.mark.parametrize(
    ("code", "intent", "offer"),
    [
        ("降价", "price_drop", "price_protection"),
        ("late", "logistics", "expedite"),
        ("size", "size", "exchange"),
        ("不会使用", "usage", "guide"),
        ("质量问题", "quality", "partial_refund"),
        ("拍错", "mis_order", "exchange"),  # delivered already: nothing of the order can be changed
        ("不想要了", "changed_mind", "neutral"),
        ("其他", "unknown", "neutral"),
        ("", "unknown", "neutral"),
    ],
)
def test_each_intent_gets_its_remedy(acme: cast.Merchant, code: str, intent: str, offer: str) -> None:
    shop.policy(acme)
    case = decided(acme, reason_code=code)
    assert (case.intent, case.offer, case.state) == (intent, offer, State.OFFERED)
    assert (case.offer_amount > 0) == (offer == "partial_refund")


@pytest.mark.parametrize("code", ["假冒品牌", "发错货", "缺货", "空包裹", "食品安全"])
def test_what_must_never_be_retained_gets_no_card(acme: cast.Merchant, code: str) -> None:
    shop.policy(acme)
    case = decided(acme, reason_code=code)
    assert case.state == State.NOT_ELIGIBLE
    assert case.reason == f"NEVER_{case.intent.upper()}"
    assert case.hold_until is None
    assert doors.rows(acme, "SELECT * FROM outbox_message") == []


def test_words_that_forbid_a_card_win_over_a_harmless_reason(acme: cast.Merchant) -> None:
    shop.policy(acme)
    case = decided(acme, reason_code="size", buyer_text="你们卖的是假货，我要打12315投诉")
    assert (case.intent, case.source, case.state) == ("compliance", "lexicon", State.NOT_ELIGIBLE)


def test_who_wants_to_undo_the_request_can_do_so_with_one_tap_and_no_money(acme: cast.Merchant) -> None:
    shop.policy(acme)
    case = decided(acme, reason_code="size", buyer_text="不退了，帮我撤销退款申请")
    assert (case.intent, case.offer, case.offer_amount) == ("withdraw", "undo_request", 0)


@pytest.mark.parametrize(
    ("price", "amount"),
    [("620.00", 4_960), ("700.00", 5_000), ("10.00", 80), ("0.05", 0)],
    ids=["8 %", "cap", "small", "nothing"],
)
def test_money_is_eight_percent_at_most_fifty(tmp_path: Path, price: str, amount: int) -> None:
    merchant = cast.acme(currency="CNY", timezone="Asia/Shanghai")
    shop.orders(tmp_path, merchant, {"list_unit_price": price})
    shop.policy(merchant)
    case = decided(merchant, reason_code="defective")
    assert (case.offer_amount, case.offer) == (amount, "partial_refund" if amount else "exchange")


def test_return_logistics_saved_are_a_cap_of_their_own() -> None:
    assert [cap_of(DEFAULTS, currency) for currency in ("CNY", "JPY", "KWD")] == [1_200, 12, 12_000]
    assert cap_of({**DEFAULTS, "return_logistics_amount": 10_000}, "CNY") == 5_000


def test_a_buyer_is_offered_money_once_in_ninety_days(tmp_path: Path) -> None:
    merchant = cast.acme(currency="CNY", timezone="Asia/Shanghai")
    shop.orders(tmp_path, merchant, *[{"buyer_ref": "B1", "contact": "b1@example.com"}] * 3)
    shop.policy(merchant)
    offered = [
        decided(merchant, order=f"O{n}", at=later(days=days), reason_code="defective").offer_amount
        for n, days in ((1, 0), (2, 89), (3, 91))
    ]
    assert offered == [4_960, 0, 4_960]


def test_one_batch_offers_a_buyer_money_once(tmp_path: Path) -> None:
    merchant = cast.acme(currency="CNY", timezone="Asia/Shanghai")
    shop.orders(tmp_path, merchant, *[{"buyer_ref": "B1", "contact": "b1@example.com"}] * 3)
    for n in (1, 2, 3):
        assert shop.ask(merchant, order=f"O{n}", reason_code="defective", requested_at=later(minutes=-n)).case is None
    counts = shop.run(merchant)
    assert (counts["offered"], counts["offered_amounts"]) == (3, {"CNY": 4_960})


def test_serial_refunders_get_cards_without_money(tmp_path: Path) -> None:
    merchant = cast.acme(currency="CNY", timezone="Asia/Shanghai")
    shop.orders(tmp_path, merchant, *[{"buyer_ref": "B1", "contact": "b1@example.com"}] * 4)
    shop.policy(merchant, serial_requests=3)
    for n in (1, 2, 3):
        decided(merchant, order=f"O{n}", at=later(minutes=n), reason_code="size")
    case = decided(merchant, order="O4", at=later(hours=1), reason_code="defective")
    assert (case.offer, case.offer_amount, case.inputs["earlier_requests"]) == ("exchange", 0, 3)


def test_without_consent_the_card_comes_without_money_as_a_service_message(acme: cast.Merchant) -> None:
    shop.policy(acme)
    with scope(acme.id):
        Buyer.objects.filter(merchant_id=acme.id).update(commercial_consent=False)
    assert decided(acme, reason_code="defective").offer == "exchange"
    assert doors.rows(acme, "SELECT consent_class, step FROM outbox_message") == [("service", "exchange")]


def test_money_is_a_commercial_message(acme: cast.Merchant) -> None:
    shop.policy(acme)
    case = decided(acme, reason_code="defective")
    sent = doors.rows(acme, "SELECT kind, consent_class, drop_after FROM outbox_message")
    assert sent == [("aftersales.refund_retention.offered_money", "commercial", case.hold_until)]


def test_a_buyer_who_opted_out_gets_no_card(acme: cast.Merchant) -> None:
    shop.policy(acme)
    with scope(acme.id):
        Buyer.objects.filter(merchant_id=acme.id).update(opted_out_at=NOW)
    assert decided(acme, reason_code="size").reason == "OPTED_OUT"


def test_a_second_request_on_the_same_line_gets_no_card(tmp_path: Path) -> None:
    merchant = cast.acme(currency="CNY", timezone="Asia/Shanghai")
    shop.orders(tmp_path, merchant, {"quantity": 2})
    shop.policy(merchant)
    decided(merchant, reason_code="size")
    assert decided(merchant, reason_code="size", at=later(minutes=1)).reason == "SECOND_REQUEST"


def test_after_the_deadline_there_is_no_card_and_no_hold(acme: cast.Merchant) -> None:
    shop.policy(acme)
    case = decided(acme, requested_at=later(days=-3), deadline_at=later(minutes=-1))
    assert (case.reason, case.hold_until) == ("DEADLINE_PASSED", None)


def test_the_hold_is_over_by_itself(acme: cast.Merchant) -> None:
    shop.policy(acme)
    asked = shop.ask(acme, reason_code="size")
    shop.beat(acme, later(minutes=29))
    assert shop.case_of(asked).state == State.OFFERED
    shop.beat(acme, later(minutes=30))
    case = shop.case_of(asked)
    assert (case.state, case.reason, case.released_at) == (State.TIMED_OUT, "HOLD_OVER", case.hold_until)


def test_the_hash_of_the_buyer_decides_who_is_held_out(acme: cast.Merchant) -> None:
    shop.policy(acme, holdout_percent=90)
    buckets = doors.rows(acme, "SELECT experiment_bucket('acme:refund_retention:1', 'B1')")
    case = decided(acme, reason_code="size")
    assert (case.arm == "holdout") == (buckets[0][0] < 9_000)
    assert case.state == (State.HOLDOUT if case.arm == "holdout" else State.OFFERED)
    assert doors.rows(acme, "SELECT arm FROM measurement_assignment") == [(case.arm,)]


@pytest.mark.parametrize("code", ["降价", "质量问题"])
def test_what_is_owed_is_never_held_out(acme: cast.Merchant, code: str) -> None:
    shop.policy(acme, holdout_percent=90)
    case = decided(acme, reason_code=code)
    assert (case.arm, case.state) == ("", State.OFFERED)
    assert doors.rows(acme, "SELECT arm FROM measurement_assignment") == []


def test_the_same_request_twice_is_decided_once(acme: cast.Merchant) -> None:
    shop.policy(acme)
    first, again = shop.ask(acme, ref="RF-1", reason_code="size"), shop.ask(acme, ref="RF-1", reason_code="质量问题")
    assert (first.is_new, again.is_new, again.case and again.case.pk) == (True, False, first.case and first.case.pk)
    assert doors.rows(acme, "SELECT count(*) FROM outbox_message") == [(1,)]
    assert doors.rows(acme, "SELECT returned_quantity FROM store_shoporderline") == [(1,)]


def test_more_units_than_are_left_are_refused(acme: cast.Merchant) -> None:
    with pytest.raises(shop.operations.BadRequest):
        shop.ask(acme, quantity=2)


def test_a_policy_cannot_tie_an_offer_to_a_review() -> None:
    for name in ("require_review", "delete_review", "review"):
        with pytest.raises(BadPolicy):
            validated({name: True})


@given(
    intents=st.lists(st.sampled_from(sorted(DEFAULTS["offers"])), max_size=4),
    offer=st.sampled_from(OFFERS),
    hold=st.integers(-5, 60),
    cap=st.one_of(st.none(), st.integers(0, 10**6)),
)
def test_any_policy_is_refused_or_keeps_the_promises(intents: list[str], offer: str, hold: int, cap: int | None) -> None:
    wanted = {"offers": dict.fromkeys(intents, offer), "hold_minutes": hold, "cap_amount": cap, "never_retain": []}
    if not 0 <= hold <= 30:
        with pytest.raises(BadPolicy):
            validated(wanted)
        return
    found = validated(wanted)
    assert set(NEVER) <= set(found["never_retain"])
    assert cap_of(found, "CNY") <= min(5_000 if cap is None else cap, 1_200)
    assert validated(found) == found


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deadline=st.integers(1, 100_000), hold=st.integers(0, 30), percent=st.integers(0, 100), age=st.integers(0, 100_000))
def test_no_hold_is_beyond_its_deadline_or_its_limits(
    acme: cast.Merchant, deadline: int, hold: int, percent: int, age: int
) -> None:
    requested = later(minutes=-age)
    with scope(acme.id), connection.cursor() as cursor:
        cursor.execute("DELETE FROM store_refundallocation")
        cursor.execute("UPDATE store_shoporderline SET returned_quantity = 0")
    asked = shop.ask(
        acme, requested_at=requested, deadline_at=requested + shop.timedelta(minutes=deadline), ref=f"H{next(shop.numbers)}"
    )
    shop.run(acme, hold_minutes=hold, hold_percent=percent)
    case = shop.case_of(asked)
    if case.hold_until is None:
        assert case.deadline_at <= NOW
        return
    assert NOW <= case.hold_until <= case.deadline_at
    assert case.hold_until - NOW <= min(
        shop.timedelta(minutes=hold), shop.timedelta(minutes=deadline) * percent / 100 + shop.timedelta(microseconds=1)
    )


@pytest.mark.parametrize("size", [1, 30])
def test_a_run_takes_as_many_statements_for_one_request_as_for_thirty(tmp_path: Path, size: int) -> None:
    merchant = cast.acme(currency="CNY", timezone="Asia/Shanghai")
    shop.orders(tmp_path, merchant, *[{}] * size)
    for n in range(1, size + 1):
        shop.ask(merchant, order=f"O{n}", reason_code="size", buyer_text="太小了")
    with CaptureQueriesContext(connection) as first:
        assert shop.run(merchant)["requests"] == size
    assert len(first) <= 90
    with CaptureQueriesContext(connection) as again:
        assert shop.run(merchant, later(minutes=1))["requests"] == 0
    assert len(again) < len(first)
