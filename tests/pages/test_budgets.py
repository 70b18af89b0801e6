"""Lists cost the same number of queries with one row and with thirty, and few; empty and odd requests are answered kindly."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.accounts.operations import ensure_user
from marketplace.tenancy.scope import scope
from orders.store.models import ImportBatch, ShopOrder
from tests import cast
from tests.engine import doors
from tests.pages.text import text
from tests.tenancy.world import NOW, World

LISTS = ("dashboard", "orders:list", "skus:list", "imports:list", "price_protection:home", "ledger:home")
#: Queries of the page itself: sign-in, membership and transaction control come on top, the same everywhere.
#: The dashboard asks five rooms of hiring what waits.
BUDGET = 18
SHELL = (
    "SET ",
    "SAVEPOINT",
    "RELEASE",
    "BEGIN",
    'SELECT "django_session"',
    'SELECT "accounts_user"',
    'SELECT "accounts_membership"',
)


def stock(acme: cast.Merchant, folder: Path, numbers: range) -> None:
    """One order, product, price drop, claim with its transfers, refund request and import per number."""
    folder.mkdir()
    orders = [
        {
            "order_ref": f"N{n}", "buyer_ref": f"B{n}", "placed_at": "2026-03-02T10:00:00", "paid_at": "2026-03-02T10:00:00",
            "delivered_at": "2026-03-04T10:00:00", "status": "delivered",
            "lines": [{"sku": f"S{n}", "title": f"thing {n}", "quantity": 1, "list_unit_price": "50.00"}],
        }
        for n in numbers
    ]  # fmt: skip
    doors.import_orders(acme, doors.orders_file(folder, orders, "jsonl"), "jsonl")
    prices = [
        {"sku": f"S{n}", "price": price, "valid_from": since}
        for n in numbers
        for price, since in (("50.00", "2026-03-01T00:00:00"), ("40.00", "2026-03-06T00:00:00"))
    ]
    doors.import_prices(acme, doors.table_file(folder / "prices.csv", prices))
    for n in numbers[-11:]:
        doors.run_program(acme, "2026-03-06T12:00:00+00:00", cap_per_claim=1_000 + n)
    with scope(acme.id):
        ImportBatch.objects.bulk_create(
            ImportBatch(
                merchant_id=acme.id, shop=acme.shop, format="csv", file_name=f"f{n}.csv", state="finished", created_by="x"
            )
            for n in numbers[1:]
        )


def cost(client: Client, name: str) -> tuple[int, str]:
    client.get(reverse(name))
    with CaptureQueriesContext(connection) as queries:
        found = client.get(reverse(name))
    assert found.status_code == 200
    return len([query for query in queries if not query["sql"].startswith(SHELL)]), text(found)


@pytest.mark.django_db(transaction=True)
def test_lists_cost_the_same_with_one_row_and_with_thirty(sign_in: Callable[..., Client], tmp_path: Path) -> None:
    acme = cast.acme()
    stock(acme, tmp_path / "one", range(1))
    client = sign_in(acme.owner)
    one = {name: cost(client, name) for name in LISTS}
    stock(acme, tmp_path / "many", range(1, 30))
    many = {name: cost(client, name) for name in LISTS}
    assert {name: n for name, (n, _shown) in one.items()} == {name: n for name, (n, _shown) in many.items()}
    assert {name: n for name, (n, _shown) in many.items() if n > BUDGET} == {}
    for name, mark in {
        "orders:list": "N29",
        "skus:list": "S29",
        "imports:list": "f29.csv",
        "price_protection:home": "N29",
    }.items():
        assert mark not in one[name][1]
        assert mark in many[name][1]


@pytest.mark.django_db(transaction=True)
def test_a_merchant_without_anything_is_told_where_to_begin(sign_in: Callable[..., Client]) -> None:
    client = sign_in(cast.acme().owner)
    shown = {name: text(client.get(reverse(name))) for name in LISTS}
    assert "No orders yet" in shown["orders:list"]
    assert "Import orders" in shown["dashboard"]
    assert "No claims yet" in shown["price_protection:home"]
    assert "No policy is in force" in shown["price_protection:home"]
    assert "No products yet" in shown["skus:list"]
    assert "No imports yet" in shown["imports:list"]
    assert "No money has moved yet" in shown["ledger:home"]


@pytest.mark.django_db(transaction=True)
def test_a_person_without_an_organization_is_told_so(sign_in: Callable[..., Client]) -> None:
    loner: User = ensure_user(email="loner@nowhere.example", password=cast.PASSWORD)
    found = sign_in(loner).get(reverse("dashboard"))
    assert (found.status_code, "not a member of an organization" in text(found)) == (403, True)


def get(world: World, sign_in: Callable[..., Client], name: str, query: dict[str, Any]) -> HttpResponse:
    return sign_in(world.acme.owner).get(reverse(name), query)


CHOICE, DATE = "Select a valid choice", "Enter a valid date"


@pytest.mark.parametrize(
    ("name", "query", "says"),
    [
        ("orders:list", {"status": "bought"}, CHOICE),
        ("orders:list", {"shop": "abc"}, CHOICE),
        ("orders:list", {"shop": "9" * 30}, CHOICE),
        ("orders:list", {"placed_from": "yesterday"}, DATE),
        ("orders:list", {"placed_to": "2026-02-30"}, DATE),
        ("orders:list", {"placed_from": "9999-12-31", "placed_to": "0001-01-01"}, "No order matches"),
        ("orders:list", {"q": "a\x00b"}, "Null characters"),
        ("orders:list", {"q": "%_' OR 1=1 --"}, "No order matches"),
        ("orders:list", {"q": "x" * 5000}, "No order matches"),
        ("orders:list", {"q": "\U0010ffff"}, "No order matches"),
        ("orders:list", {"o": "shop__merchant_id"}, "ACME-1001"),
        ("orders:list", {"page": "last; DROP"}, "ACME-1001"),
        ("orders:list", {"page": "-1"}, "ACME-1001"),
        ("orders:list", {"page": "9" * 40}, "ACME-1001"),
        ("skus:list", {"shop": "0"}, CHOICE),
        ("skus:list", {"category": "\x00"}, "Null characters"),
        ("skus:list", {"o": "cost_amount"}, "ACME-LAMP"),
        ("price_protection:home", {"state": "paid'--"}, "ACME-1001"),
        ("price_protection:home", {"run": "²"}, "ACME-1001"),
        ("price_protection:home", {"run": "-1"}, "ACME-1001"),
        ("ledger:home", {"page": "²"}, "Refund funding"),
        ("imports:list", {"page": "0"}, "orders.jsonl"),
    ],
)
def test_odd_questions_get_a_page_and_a_reason(
    world: World, sign_in: Callable[..., Client], name: str, query: dict[str, str], says: str
) -> None:
    found = get(world, sign_in, name, query)
    assert (found.status_code, says in text(found)) == (200, True)


def test_a_run_number_beyond_all_numbers_is_a_missing_one(world: World, sign_in: Callable[..., Client]) -> None:
    assert get(world, sign_in, "price_protection:home", {"run": "9" * 40}).status_code == 404


def test_ids_beyond_all_numbers_are_missing_ones(world: World, sign_in: Callable[..., Client]) -> None:
    client = sign_in(world.acme.owner)
    for name in ("orders:detail", "skus:detail", "imports:detail", "price_protection:claim"):
        assert client.get(reverse(name, args=[10**40])).status_code == 404


@pytest.mark.parametrize("period", ["30", "90", "365", "all", "٣", "-1", "x"])
def test_a_product_page_knows_its_periods(world: World, sign_in: Callable[..., Client], period: str) -> None:
    found = sign_in(world.acme.owner).get(reverse("skus:detail", args=[world.acme.ids["sku"]]), {"period": period})
    assert (found.status_code, "£80.00" in text(found)) == (200, True)


def test_filters_narrow_the_list(world: World, sign_in: Callable[..., Client]) -> None:
    narrowed = {
        "ACME-1002": ({"q": "ACME-1002"}, {"ACME-1002"}),
        "prefix": ({"q": "ACME-100"}, {f"ACME-100{n}" for n in (1, 2, 3, 4)}),
        "day": ({"placed_from": "2026-03-03"}, set()),
        "status": ({"status": "cancelled"}, set()),
    }
    for query, expected in narrowed.values():
        shown = text(get(world, sign_in, "orders:list", query))
        assert {f"ACME-100{n}" for n in (1, 2, 3, 4) if f"ACME-100{n} " in shown} == expected


def test_orders_can_be_sorted(world: World, sign_in: Callable[..., Client]) -> None:
    for order, largest in (("captured_amount", "ACME-1002"), ("-captured_amount", "ACME-1004")):
        shown = text(get(world, sign_in, "orders:list", {"o": order}))
        assert max(range(1, 5), key=lambda n: shown.index(f"ACME-100{n} ")) == int(largest[-1]), order
    with scope(world.acme.id):
        assert ShopOrder.objects.get(merchant_id=world.acme.id, external_ref="ACME-1002").placed_at < NOW
