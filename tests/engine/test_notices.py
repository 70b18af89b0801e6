"""Buyers are told what price protection paid back: once per order, after the payment, in their own language."""

from pathlib import Path
from typing import Any

import pytest

from aftersales.payouts.telling import settle_and_tell
from aftersales.programs.price_protection import notices
from aftersales.queries import merchants_with_open_payouts
from marketplace.outbox.kinds import Outgoing, Ready
from marketplace.tenancy.scope import scope
from tests import cast
from tests.engine import doors
from tests.engine.market import AS_OF

pytestmark = pytest.mark.django_db(transaction=True)
SOON = doors.moment(AS_OF)
BOUGHT = {"placed_at": "2026-03-02T10:00:00", "delivered_at": "2026-03-04T10:00:00"}
TOLD = "SELECT channel, consent_class, data ->> 'amount', effect_key FROM outbox_message WHERE kind = %s ORDER BY id"


def fallen(folder: Path, *orders: tuple[str, str, int], **facts: Any) -> cast.Merchant:
    """acme, with lines (order, product, quantity) that were bought at 100.00 and cost 80.00 now."""
    merchant = cast.acme()
    lines = [
        {"order_ref": ref, "sku": sku, "quantity": n, "list_unit_price": "100.00", "buyer_ref": f"B-{ref}", **BOUGHT, **facts}
        for ref, sku, n in orders
    ]
    doors.import_orders(merchant, doors.table_file(folder / "orders.csv", lines), "csv")
    prices = [{"sku": sku, "price": "80.00", "valid_from": "2026-03-06T00:00:00"} for sku in {sku for _ref, sku, _n in orders}]
    doors.import_prices(merchant, doors.table_file(folder / "prices.csv", prices))
    return merchant


def told(merchant: cast.Merchant) -> list[tuple[Any, ...]]:
    return doors.rows(merchant, TOLD, notices.PAID)


def test_an_order_with_two_lines_gets_one_notice_of_the_whole(tmp_path: Path) -> None:
    merchant = fallen(tmp_path, ("A1", "LAMP", 2), ("A1", "TENT", 1), ("A2", "LAMP", 1))
    doors.run_program(merchant, AS_OF)
    assert [row[:3] for row in told(merchant)] == [("email", "service", "6000"), ("email", "service", "2000")]
    settle_and_tell(merchant_id=merchant.id, at=SOON)
    assert len(told(merchant)) == 2


def test_nobody_is_told_of_money_the_gateway_refused(tmp_path: Path, settings: Any) -> None:
    settings.SANDBOX_FAULTS = "refuse=1"
    merchant = fallen(tmp_path, ("A1", "LAMP", 1))
    doors.run_program(merchant, AS_OF, notice="sms")
    assert doors.rows(merchant, "SELECT state, notice_due FROM aftersales_payout") == [("failed", False)]
    assert told(merchant) == []


def test_a_policy_without_notice_tells_nobody_and_leaves_nothing_waiting(tmp_path: Path) -> None:
    merchant = fallen(tmp_path, ("A1", "LAMP", 1))
    doors.run_program(merchant, AS_OF, notice="none")
    assert (told(merchant), merchants_with_open_payouts()) == ([], [])


def test_a_kill_between_paying_and_telling_loses_no_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    merchant = fallen(tmp_path, ("A1", "LAMP", 1))
    with monkeypatch.context() as patched:
        patched.setattr("aftersales.payouts.telling.tell_paid", lambda **_: 0)
        doors.run_program(merchant, AS_OF)
    assert (told(merchant), merchants_with_open_payouts()) == ([], [merchant.id])
    settle_and_tell(merchant_id=merchant.id, at=SOON)
    assert (len(told(merchant)), merchants_with_open_payouts()) == (1, [])


@pytest.mark.parametrize(("language", "how"), [("en", "to the account you paid from"), ("zh", "退回")])
def test_the_words_are_in_the_buyers_language(tmp_path: Path, language: str, how: str) -> None:
    merchant = fallen(tmp_path, ("A1", "LAMP", 1))
    doors.run_program(merchant, AS_OF)
    columns = (
        "id, kind, channel, consent_class, recipient_id, subject_id, step, language, effect_key, run_at, drop_after, attempts"
    )
    (row,) = doors.rows(merchant, f"SELECT {columns} FROM outbox_message WHERE kind = %s", notices.PAID)
    data = {"amount": 2000, "currency": "GBP", "is_voucher": False}
    message = Outgoing(*row[:7], language, data, *row[8:])
    with scope(merchant.id):
        (ready,) = notices.prepare(merchant.id, [message]).values()
    assert isinstance(ready, Ready)
    assert (ready.context["amount"], ready.context["order"], how in ready.context["how"]) == ("£20.00", "A1", True)
