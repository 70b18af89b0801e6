"""The instant at which protection ends: the same for who asks, what a buyer is shown, runs, and the reason of a refusal.

`[from, to)`: a microsecond before the end pays, the end itself does not. Only a run may be late, where the policy says so.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aftersales.buyers.quotes import quote_order
from aftersales.operations import claim_order
from aftersales.programs.policies import save_policy
from aftersales.programs.registry import program_named
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.store.models import ShopOrder, ShopOrderLine, Sku
from tests import cast
from tests.engine import doors
from tests.engine.test_goldens import PROMO_ORDER, SINGLES_DAY, line, order, price, promote

pytestmark = pytest.mark.django_db(transaction=True)
TICK = timedelta(microseconds=1)
BEGAN = doors.moment("2026-03-01T00:00:00+00:00")
REFUSED = "SELECT reason, inputs ->> 'window_to' FROM aftersales_claim WHERE state = 'refused' ORDER BY id DESC LIMIT 1"


@dataclass(frozen=True)
class Window:
    """A purchase, and when its protection must end."""

    name: str
    end: str
    drop: str = "2026-03-06T00:00:00"
    tz: str = "Asia/Shanghai"
    order: dict[str, Any] = field(default_factory=dict)
    policy: dict[str, Any] = field(default_factory=dict)
    category: str = ""
    promotion: tuple[str, str, str] | None = None


WINDOWS = [
    Window("seven days after the delivery, in China", "2026-03-12T00:00:00+08:00"),
    Window("seven days after the delivery, over a change of clocks", "2026-03-12T00:00:00-04:00", tz="America/New_York"),
    Window("thirty days for big appliances", "2026-04-04T00:00:00+08:00", category="big_appliance"),
    Window("three days after the payment", "2026-03-06T00:00:00+08:00", drop="2026-03-05T00:00:00",
           policy={"window_anchor": "paid", "window_days": 3}),
    Window("a sale's extension", "2026-12-13T00:00:00+08:00", drop="2026-11-25T00:00:00", order=PROMO_ORDER,
           promotion=SINGLES_DAY),
    Window("a sale that is not extended", "2026-11-11T00:00:00+08:00", drop="2026-11-08T00:00:00", order=PROMO_ORDER,
           promotion=SINGLES_DAY, policy={"promo_extension": False}),
]  # fmt: skip


def a_shop(window: Window, directory: Path) -> cast.Merchant:
    """Two orders of one lamp each, bought at 500, now 450; the drop lies inside the window."""
    merchant = cast.acme(currency="CNY", timezone=window.tz)
    documents = [order(line("500"), ref=ref, **window.order) for ref in ("1001", "1002")]
    doors.import_orders(merchant, doors.orders_file(directory, documents, "jsonl"), "jsonl")
    doors.import_prices(merchant, doors.table_file(directory / "prices.csv", [price("450", window.drop)]))
    with scope(merchant.id):
        Sku.objects.filter(merchant_id=merchant.id).update(category=window.category)
        program = program_named("price_protection")
        save_policy(merchant_id=merchant.id, program=program, settings=window.policy, automatic=False, by=CLI, at=BEGAN)
    promote(merchant, window.promotion)
    return merchant


def number(merchant: cast.Merchant, ref: str) -> int:
    with scope(merchant.id):
        return ShopOrder.objects.get(merchant_id=merchant.id, external_ref=ref).pk


def asked(merchant: cast.Merchant, ref: str, at: datetime, **promise: datetime) -> dict[str, Any]:
    """What somebody who asks for an order gets."""
    done = claim_order(merchant_id=merchant.id, order_id=number(merchant, ref), as_of=at, by=CLI, at=at, **promise)
    return {"claims": done.counts["claims"], "refused": done.counts["refused"]}


def quoted(merchant: cast.Merchant, ref: str, at: datetime) -> list[int]:
    return [quote.amount for quote in quote_order(merchant_id=merchant.id, order_id=number(merchant, ref), as_of=at)]


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window.name)
def test_the_end_is_one_instant_for_everybody(window: Window, tmp_path: Path) -> None:
    acme, end = a_shop(window, tmp_path), doors.moment(window.end)
    assert asked(acme, "1001", end) == {"claims": 0, "refused": {"WINDOW_CLOSED": 1}}
    reason, closed_at = doors.rows(acme, REFUSED)[0]
    assert (reason, doors.moment(closed_at)) == ("WINDOW_CLOSED", end)
    assert quoted(acme, "1001", end) == []
    assert quoted(acme, "1001", end - TICK) == [5_000]
    assert asked(acme, "1001", end - TICK) == {"claims": 1, "refused": {}}
    settings = {**window.policy, "late_claims": False}
    assert doors.run_program(acme, end.isoformat(), **settings)["claims"] == 0
    assert doors.run_program(acme, end.isoformat(), **{**settings, "late_claims": True})["amount"] == 5_000


@pytest.mark.parametrize("late", [True, False])
def test_who_asks_is_told_that_nothing_fell_until_the_window_is_over(late: bool, tmp_path: Path) -> None:
    window = Window("", "2026-03-12T00:00:00+08:00", drop="2026-03-12T00:00:00", policy={"late_claims": late})
    acme, end = a_shop(window, tmp_path), doors.moment(window.end)
    assert asked(acme, "1001", end - TICK)["refused"] == {"NO_DROP": 1}
    assert asked(acme, "1001", end)["refused"] == {"WINDOW_CLOSED": 1}
    assert asked(acme, "1001", end + timedelta(days=30))["refused"] == {"WINDOW_CLOSED": 1}


@pytest.mark.parametrize("facts", [{"status": "cancelled"}, {"status": "open", "paid_at": None}])
def test_an_order_that_is_not_paid_or_cancelled_is_refused_for_that(facts: dict[str, Any], tmp_path: Path) -> None:
    acme = a_shop(Window("", "", drop="2026-03-12T00:00:00"), tmp_path)
    with scope(acme.id):
        ShopOrder.objects.filter(merchant_id=acme.id, external_ref="1001").update(**facts)
    for at in ("2026-03-10T00:00:00+08:00", "2026-04-10T00:00:00+08:00"):
        assert asked(acme, "1001", doors.moment(at))["refused"] == {"ORDER_INACTIVE": 1}


def test_a_line_that_left_its_order_is_not_answered(tmp_path: Path) -> None:
    acme = a_shop(Window("", ""), tmp_path)
    with scope(acme.id):
        ShopOrderLine.objects.filter(merchant_id=acme.id).update(removed_at=BEGAN, returned_quantity=1)
    assert asked(acme, "1001", doors.moment("2026-03-10T00:00:00+08:00")) == {"claims": 0, "refused": {}}


def test_what_is_not_delivered_is_protected_without_an_end(tmp_path: Path) -> None:
    acme = a_shop(Window("", "", order={"delivered_at": "", "status": "paid"}), tmp_path)
    assert quoted(acme, "1001", doors.moment("2026-12-01T00:00:00+00:00")) == [5_000]


def test_a_promise_made_inside_the_window_is_kept_after_it_and_none_made_later(tmp_path: Path) -> None:
    window = Window("", "2026-03-12T00:00:00+08:00")
    acme, end = a_shop(window, tmp_path), doors.moment(window.end)
    after = end + timedelta(days=2)
    assert asked(acme, "1001", after, promised_at=end)["refused"] == {"WINDOW_CLOSED": 1}
    assert asked(acme, "1001", after, promised_at=end - TICK) == {"claims": 1, "refused": {}}
    promised = doors.one(acme, "SELECT inputs ->> 'promised_at' FROM aftersales_claim WHERE state <> 'refused'")
    assert doors.moment(promised) == end - TICK
