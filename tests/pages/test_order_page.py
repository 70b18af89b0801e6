"""What an order's page says of its presale, its refund requests and lines that left it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests import cast
from tests.engine import doors
from tests.pages.text import text

pytestmark = pytest.mark.django_db(transaction=True)

LAMP = {"sku": "LAMP", "quantity": "2", "list_unit_price": "10.00"}
ORDER = {"order_ref": "P1", "buyer_ref": "B1", "placed_at": "2026-03-01T10:00:00"}
PRESALE = {"presale_activity": "SPRING", "deposit": "5.00", "deposit_paid_at": "2026-03-01T10:01:00", "balance": "15.00"}
REQUEST = {"record": "refund_request", "order_ref": "R1", "buyer_ref": "B1", "placed_at": "2026-03-05T10:00:00", "lines": [LAMP]}


def page(client: Client, acme: cast.Merchant) -> str:
    return text(client.get(reverse("orders:detail", args=[doors.one(acme, "SELECT id FROM store_shoporder")])))


def test_the_presale_block_tells_how_the_balance_stands(sign_in: Callable[..., Client], tmp_path: Path) -> None:
    acme = cast.acme()
    client = sign_in(acme.owner)
    far = {"balance_opens_at": "2126-03-01T00:00:00", "balance_closes_at": "2126-03-02T00:00:00"}
    past = {"balance_opens_at": "2020-03-01T00:00:00", "balance_closes_at": "2020-03-02T00:00:00"}
    steps = {
        "Balance not due yet": far,
        "Balance due": {**past, "balance_closes_at": "2126-03-02T00:00:00"},
        "Balance not paid in time": past,
        "Deposit refunded": {**past, "deposit_refunded_at": "2026-03-03T10:00:00"},
        "Balance paid": {**past, "balance_paid_at": "2026-03-02T10:00:00"},
    }
    for says, facts in steps.items():
        doors.import_orders(acme, doors.orders_file(tmp_path, [{**ORDER, **PRESALE, **facts, "lines": [LAMP]}], "jsonl"), "jsonl")
        shown = page(client, acme)
        assert (says in shown, "SPRING" in shown) == (True, True), says


def test_an_ordinary_order_has_no_presale_block(sign_in: Callable[..., Client], tmp_path: Path) -> None:
    acme = cast.acme()
    doors.import_orders(acme, doors.orders_file(tmp_path, [{**ORDER, "lines": [LAMP]}], "jsonl"), "jsonl")
    assert "Presale" not in page(sign_in(acme.owner), acme).split("Lines")[0]


def test_a_refund_request_shows_its_outcome_and_the_buyers_words(sign_in: Callable[..., Client], tmp_path: Path) -> None:
    acme = cast.acme()
    client = sign_in(acme.owner)
    asked = {**REQUEST, "reason_code": "SIZE", "buyer_text": "<b>裤子买瘦了</b>", "deadline_at": "2026-03-07T10:00:00"}
    doors.import_orders(acme, doors.orders_file(tmp_path, [{**ORDER, "lines": [LAMP]}, asked], "jsonl"), "jsonl")
    shown = page(client, acme)
    assert ("SIZE" in shown, "<b>裤子买瘦了</b>" in shown or "&lt;b&gt;裤子买瘦了" in shown, "until" in shown) == (
        True,
        True,
        True,
    )
    withdrawn = {**REQUEST, "outcome": "withdrawn", "closed_at": "2026-03-06T10:00:00"}
    doors.import_orders(acme, doors.orders_file(tmp_path, [withdrawn], "jsonl"), "jsonl")
    assert "Withdrawn by the buyer" in page(client, acme)


def test_a_line_that_left_says_so(sign_in: Callable[..., Client], tmp_path: Path) -> None:
    acme = cast.acme()
    for lines in ([LAMP, {**LAMP, "sku": "CUP"}], [LAMP]):
        doors.import_orders(acme, doors.orders_file(tmp_path, [{**ORDER, "lines": lines}], "jsonl"), "jsonl")
    assert page(sign_in(acme.owner), acme).count("no longer in the order") == 1
