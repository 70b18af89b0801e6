"""From planning to sending through the outbox's own engine: what is looked at again in the sending transaction."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from aftersales.guards.operations import switch_program
from marketplace.outbox.delivery.engine import deliver
from marketplace.outbox.operations import add_suppression
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.store.models import Buyer, PricePoint, ShopOrder, ShopOrderLine, Sku
from tests import cast
from tests.engine import doors
from tests.engine.market import all_fine, at_once
from tests.presale.shop import buyers, change, chinese_shop, enrolment, order_facts, remind, touches

pytestmark = pytest.mark.django_db(transaction=True)
#: Everything by in-app message, which the engine delivers by itself.
IN_APP = {f"t{step}_channels": ["in_app"] for step in (1, 2, 3)}


def owing(
    merchant: cast.Merchant, ref: str, buyer: Buyer | None, *, opened: timedelta = timedelta(minutes=15), **facts: Any
) -> ShopOrder:
    """A presale order whose window opened a while ago and lasts a day; its line costs 800.00."""
    now = timezone.now().replace(second=0, microsecond=0)
    window = {"balance_opens_at": now - opened, "balance_closes_at": now - opened + timedelta(hours=23)}
    past = {"placed_at": now - timedelta(days=9), "deposit_paid_at": now - timedelta(days=9)}
    with scope(merchant.id):
        order = ShopOrder.objects.create(**{**order_facts(merchant, ref, buyer), **window, **past, **facts})
        sku = Sku.objects.get_or_create(merchant_id=merchant.id, shop=merchant.shop, code="LAMP")[0]
        ShopOrderLine.objects.create(
            merchant_id=merchant.id, order=order, sku=sku, line_no=1, quantity=1, list_unit_amount=100_000, paid_amount=80_000,
            currency="CNY", placed_at=order.placed_at, deposit_paid_at=order.deposit_paid_at,
        )  # fmt: skip
    return order


def price(merchant: cast.Merchant, amount: int, **facts: Any) -> None:
    """The lamp's price since yesterday."""
    with scope(merchant.id):
        PricePoint.objects.create(
            merchant_id=merchant.id, sku=Sku.objects.get(merchant_id=merchant.id, code="LAMP"), amount=amount, currency="CNY",
            valid_from=timezone.now() - timedelta(days=1), **facts,
        )  # fmt: skip


def plan(merchant: cast.Merchant, at: datetime | None = None) -> dict[str, Any]:
    return remind(merchant, at or timezone.now(), **IN_APP)


def send(merchant: cast.Merchant) -> dict[str, int]:
    return deliver(merchant_id=merchant.id, channel="in_app")


def sent_texts(merchant: cast.Merchant) -> list[dict[str, Any]]:
    found = doors.rows(merchant, "SELECT rendered FROM outbox_message WHERE state = 'sent' ORDER BY id")
    return [json.loads(row) if isinstance(row, str) else row for (row,) in found]


def reasons(merchant: cast.Merchant) -> list[tuple[str, str]]:
    return doors.rows(merchant, "SELECT state, reason FROM outbox_message ORDER BY id")


def test_a_reminder_names_order_amount_deadline_and_link() -> None:
    acme = chinese_shop()
    (lin,) = buyers(acme, ["lin"])
    order = owing(acme, "A1", lin)
    assert plan(acme)["messages"] == 1
    assert send(acme) == {"sent": 1}
    (said,) = sent_texts(acme)
    text = json.dumps(said, ensure_ascii=False)
    assert "A1" in text
    assert "700.00" in text
    assert plan(acme)["sent"] == 1
    found = enrolment(acme, order)
    assert (found.state, found.touches) == ("touched", 1)
    assert [touch[1:5:3] for touch in touches(acme)] == [(1, "sent")]


def test_a_total_that_is_not_published_is_not_printed() -> None:
    acme = chinese_shop()
    (lin,) = buyers(acme, ["lin"])
    owing(acme, "A1", lin, balance_amount=None)
    plan(acme)
    send(acme)
    text = json.dumps(sent_texts(acme), ensure_ascii=False)
    assert "A1" in text
    assert "¥" not in text
    assert "None" not in text


def now_paid() -> dict[str, Any]:
    return {"balance_paid_at": timezone.now(), "status": "paid", "captured_amount": 80_000}


def moved() -> dict[str, Any]:
    return {"balance_closes_at": timezone.now() + timedelta(days=3)}


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (now_paid, "paid_meanwhile"),
        (lambda: {"status": "cancelled"}, "cancelled"),
        (lambda: {"deposit_refunded_at": timezone.now()}, "deposit_refunded"),
        (moved, "window_moved"),
    ],
)
def test_what_has_changed_since_planning_stops_the_message(facts: Callable[[], dict[str, Any]], reason: str) -> None:
    acme = chinese_shop()
    (lin,) = buyers(acme, ["lin"])
    order = owing(acme, "A1", lin)
    plan(acme)
    change(acme, order, **facts())
    assert send(acme) == {"dropped": 1}
    assert reasons(acme) == [("dropped", reason)]
    assert touches(acme)[0][4:] == ("dropped", reason)
    assert plan(acme)["sent_after_paid"] == 0


def test_who_opts_out_after_planning_gets_nothing() -> None:
    acme = chinese_shop()
    (lin,) = buyers(acme, ["lin"])
    order = owing(acme, "A1", lin)
    plan(acme)
    with scope(acme.id):
        Buyer.objects.filter(merchant_id=acme.id, pk=lin.pk).update(opted_out_at=timezone.now())
    assert send(acme) == {"dropped": 1}
    plan(acme)
    assert enrolment(acme, order).state == "opted_out"


def test_of_two_orders_the_paid_one_is_left_out_of_the_message() -> None:
    acme = chinese_shop()
    (lin,) = buyers(acme, ["lin"])
    paid, open_ = owing(acme, "A1", lin), owing(acme, "A2", lin)
    assert plan(acme)["messages"] == 1
    change(acme, paid, **now_paid())
    assert send(acme) == {"sent": 1}
    text = json.dumps(sent_texts(acme), ensure_ascii=False)
    assert "A2" in text
    assert "A1" not in text
    plan(acme)
    assert (enrolment(acme, paid).state, enrolment(acme, open_).state) == ("balance_paid", "touched")
    assert (enrolment(acme, paid).touches, enrolment(acme, open_).touches) == (0, 1)


def test_a_price_below_the_presale_price_is_for_price_protection() -> None:
    acme = chinese_shop()
    (lin,) = buyers(acme, ["lin"])
    order = owing(acme, "A1", lin)
    price(acme, 79_900)
    plan(acme)
    assert send(acme) == {"dropped": 1}
    found = enrolment(acme, order)
    assert (found.state, found.reason, found.next_due_at) == ("suppressed", "price_dropped", None)


def test_the_presale_price_itself_is_no_drop() -> None:
    acme = chinese_shop()
    (lin,) = buyers(acme, ["lin"])
    owing(acme, "A1", lin)
    price(acme, 80_000)
    plan(acme)
    assert send(acme) == {"sent": 1}


def test_out_of_stock_alerts_the_merchant_once_instead_of_urging_buyers() -> None:
    acme = chinese_shop()
    lin, wu = buyers(acme, ["lin", "wu"])
    order = owing(acme, "A1", lin)
    owing(acme, "A2", wu)
    price(acme, 80_000, stock=0)
    plan(acme)
    assert send(acme) == {"dropped": 2}
    assert enrolment(acme, order).reason == "out_of_stock"
    alerts = doors.rows(acme, "SELECT kind, program, facts->>'sku' FROM guards_alert")
    assert alerts == [("presale.out_of_stock", "presale_balance", "LAMP")]


def test_after_six_hours_without_a_worker_there_is_no_storm_and_nothing_twice() -> None:
    """The outage hits after planning: what waits in the outbox is dropped as late, the rest of the steps go on."""
    acme = chinese_shop()
    people = buyers(acme, [f"B{n:02}" for n in range(20)])
    for n, buyer in enumerate(people):
        owing(acme, f"A{n:02}", buyer, opened=timedelta(hours=6, minutes=10))
    assert plan(acme, timezone.now() - timedelta(hours=6))["messages"] == 20
    assert send(acme) == {"dropped": 20}
    assert set(reasons(acme)) == {("dropped", "late")}
    report = plan(acme)
    assert (report["messages"], report["suppressed"]) == (0, {"late": 20})
    assert send(acme) == {}
    assert [touch[1] for touch in touches(acme)] == [1] * 20


def test_an_outage_of_the_planner_drops_what_became_too_late_with_its_reason() -> None:
    acme = chinese_shop()
    for n, buyer in enumerate(buyers(acme, [f"B{n:02}" for n in range(20)])):
        owing(acme, f"A{n:02}", buyer, opened=timedelta(hours=6, minutes=10))
    plan(acme, timezone.now() - timedelta(hours=6, minutes=20))
    report = plan(acme)
    assert (report["messages"], report["suppressed"]) == (0, {"late": 20})
    assert send(acme) == {}
    assert {touch[4:] for touch in touches(acme)} == {("dropped", "late")}


def test_a_stopped_program_plans_nothing() -> None:
    acme = chinese_shop()
    (lin,) = buyers(acme, ["lin"])
    owing(acme, "A1", lin)
    switch_program(merchant_id=acme.id, program="presale_balance", stop=True, reason="drill", by=CLI, at=timezone.now())
    assert plan(acme)["messages"] == 0
    switch_program(merchant_id=acme.id, program="presale_balance", stop=False, reason="over", by=CLI, at=timezone.now())
    assert plan(acme)["messages"] == 1


def test_a_reminder_that_crossed_a_payment_is_counted() -> None:
    acme = chinese_shop()
    (lin,) = buyers(acme, ["lin"])
    order = owing(acme, "A1", lin)
    plan(acme)
    send(acme)
    change(acme, order, **{**now_paid(), "balance_paid_at": timezone.now() - timedelta(minutes=5)})
    assert plan(acme)["sent_after_paid"] == 1


def test_a_fourth_message_of_one_presale_is_not_sent() -> None:
    """Four orders of one buyer, each due at another time."""
    acme = chinese_shop()
    (lin,) = buyers(acme, ["lin"])
    for n in range(4):
        owing(acme, f"A{n}", lin, opened=timedelta(hours=2 * n, minutes=10))
    start = timezone.now()
    found = [plan(acme, start - timedelta(hours=2 * n)) for n in (3, 2, 1, 0)]
    assert sum(report["messages"] for report in found) == 3
    assert found[-1]["suppressed"] == {"cap_reached": 1}


def test_sending_and_following_a_moved_window_at_the_same_instant() -> None:
    """Whoever is first decides: a touch is either sent and stays, or dropped and planned anew; never both."""
    acme = chinese_shop()
    orders = [owing(acme, f"A{n:02}", buyer) for n, buyer in enumerate(buyers(acme, [f"B{n:02}" for n in range(40)]))]
    assert plan(acme)["messages"] == 40
    later = {"balance_closes_at": timezone.now() + timedelta(days=3)}
    for order in orders[::2]:
        change(acme, order, **later)
    all_fine(at_once(lambda: send(acme), lambda: plan(acme), lambda: send(acme)))
    plan(acme)
    twice = "SELECT enrolment_id FROM presale_balance_touch WHERE state = 'sent' GROUP BY 1, step HAVING count(*) > 1"
    assert doors.rows(acme, twice) == []
    assert doors.rows(acme, "SELECT state, count(*) FROM presale_balance_touch WHERE plan_no = 0 GROUP BY 1 ORDER BY 1") == [
        ("dropped", 20), ("sent", 20),
    ]  # fmt: skip
    again = "SELECT count(DISTINCT enrolment_id), count(*) FROM presale_balance_touch WHERE plan_no = 1 AND step = 1"
    assert doors.rows(acme, again) == [(20, 20)]


def test_a_dead_mailbox_is_no_opt_out() -> None:
    """One channel is closed for one address; the next step may reach the buyer on another."""
    acme = chinese_shop()
    (lin,) = buyers(acme, ["lin"], phone=True)
    order = owing(acme, "A1", lin)
    add_suppression(merchant_id=acme.id, channel="email", address="lin@buyers.example", note="", by=CLI, at=timezone.now())
    remind(acme, timezone.now(), t1_channels=["email"], t2_channels=["sms"], t3_channels=["sms"])
    deliver(merchant_id=acme.id, channel="email")
    remind(acme, timezone.now(), t1_channels=["email"], t2_channels=["sms"], t3_channels=["sms"])
    found = enrolment(acme, order)
    assert doors.rows(acme, "SELECT state, reason FROM presale_balance_touch") == [("dropped", "suppressed")]
    assert (found.state in ("scheduled", "touched"), found.next_due_at is not None) == (True, True)
