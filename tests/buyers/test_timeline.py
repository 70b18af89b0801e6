"""A merchant's buyers and what happened with each."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from aftersales.buyers.web.console import _masked
from tests import cast
from tests.buyers.test_pages import buy, claim, link, offer
from tests.engine import doors
from tests.pages.text import text

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def acme(tmp_path: Path) -> cast.Merchant:
    made = cast.acme()
    buy(made, tmp_path)
    offer(made)
    return made


def buyer_page(acme: cast.Merchant) -> str:
    return f"/buyers/{doors.one(acme, 'SELECT id FROM store_buyer')}/"


def test_everything_is_told_newest_first(
    acme: cast.Merchant, sign_in: Callable[..., Client], worker: Callable[[], list[str]]
) -> None:
    claim(Client(headers={"accept-language": "en"}), link(acme))
    worker()
    shown = text(sign_in(acme.owner).get(buyer_page(acme)))
    order = ["£40.00 paid to the buyer", "Claim granted: £40.00", "Delivered", "Paid", "Ordered"]
    places = [shown.index(part) for part in order]
    assert places == sorted(places)
    assert "Used a link" in shown


@pytest.mark.parametrize("words", ["B1", "b", "b1@example.com", "B1@EXAMPLE.com"])
def test_a_buyer_is_found_by_number_or_whole_address(acme: cast.Merchant, sign_in: Callable[..., Client], words: str) -> None:
    shown = text(sign_in(acme.owner).get("/buyers/", {"q": words}))
    assert ("1 " in shown and "B1" in shown) if words != "b" else "Nobody found" in shown


def test_nobody_is_found_by_a_part_of_an_address(acme: cast.Merchant, sign_in: Callable[..., Client]) -> None:
    assert "Nobody found" in text(sign_in(acme.owner).get("/buyers/", {"q": "b1@example"}))


def test_contacts_are_masked(acme: cast.Merchant, sign_in: Callable[..., Client]) -> None:
    page = sign_in(acme.owner).get(buyer_page(acme)).content.decode()
    assert "b1•••@example.com" in page and "b1@example.com" not in page


@pytest.mark.parametrize(
    ("address", "shown"),
    [("", ""), ("a@b.cn", "a•••@b.cn"), ("13812345678", "138••••5678"), ("110", "•••")],
)
def test_masks_leave_enough_to_recognise_only(address: str, shown: str) -> None:
    assert _masked(address) == shown


def test_a_list_of_many_takes_as_many_queries_as_one(
    acme: cast.Merchant, sign_in: Callable[..., Client], tmp_path: Path, django_assert_num_queries: Any
) -> None:
    who = sign_in(acme.owner)
    counted = queries_of(who, "/buyers/")
    line = {"sku": "LAMP", "quantity": 1, "list_unit_price": "1.00"}
    many = [{"order_ref": f"M{n}", "buyer_ref": f"M{n}", "placed_at": "2026-03-02T10:00:00", "lines": [line]} for n in range(60)]
    doors.import_orders(acme, doors.orders_file(tmp_path, many, "jsonl"), "jsonl")
    assert queries_of(who, "/buyers/") <= counted + 1  # the second page is counted


def queries_of(who: Client, url: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as found:
        assert who.get(url).status_code == 200
    return len(found)
