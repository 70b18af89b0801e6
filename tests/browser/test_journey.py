"""A merchant's first day: sign in, upload orders, look at them, preview, pay, and find the money in the ledger."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

pytest.importorskip("playwright")

from tests import cast
from tests.browser.visitor import Visitor, violations
from tests.engine import doors

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Worker = Callable[[], list[str]]
#: Both widths and both languages are checked by axe; what a language makes wider, in all four.
SCREENS = [(390, "zh-hans", True), (390, "en", False), (1280, "zh-hans", False), (1280, "en", True)]


@pytest.fixture
def visit(browser: Any, live_server: Any) -> Iterator[Callable[..., Visitor]]:
    visitors: list[Visitor] = []

    def come(width: int = 1280, language: str = "en", asks_axe: bool = True) -> Visitor:
        visitors.append(Visitor(browser, live_server.url, width=width, language=language, asks_axe=asks_axe))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.close()


def order_file(folder: Path) -> Path:
    """Three orders of this week, one of them broken, so that there is something to correct."""
    now = datetime.now(UTC).replace(microsecond=0)
    moments = {
        name: (now - timedelta(days=days)).isoformat() for name, days in (("placed_at", 4), ("paid_at", 4), ("delivered_at", 3))
    }
    goods = {"N-1": ("LAMP", "100.00"), "N-2": ("TENT", "500.00"), "N-3": ("CUP", "-1.00")}
    documents = [
        {"order_ref": ref, **moments, "status": "delivered", "lines": [{"sku": sku, "quantity": 1, "list_unit_price": price}]}
        for ref, (sku, price) in goods.items()
    ]
    path = folder / "week.jsonl"
    path.write_text("".join(json.dumps(document) + "\n" for document in documents))
    return path


def drop_prices(acme: cast.Merchant, folder: Path) -> None:
    since = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    prices = [{"sku": sku, "price": price, "valid_from": since} for sku, price in (("LAMP", "80.00"), ("TENT", "100.00"))]
    doors.import_prices(acme, doors.table_file(folder / "prices.csv", prices))


def enter(who: Visitor, acme: cast.Merchant) -> None:
    who.page.goto("/console/")
    who.at("/accounts/login/")
    who.look_around()
    who.page.locator("[name=login]").fill(acme.owner.email)
    who.page.locator("[name=password]").fill(cast.PASSWORD)
    who.press("Sign in")
    who.at("/dashboard/$")
    who.look_around()


def upload(who: Visitor, worker: Worker, path: Path) -> None:
    who.page.goto("/imports/")
    who.look_around()
    who.page.locator("[name=file]").set_input_files(path)
    who.page.locator("[name=format]").select_option("jsonl")
    who.press("Import")
    who.at(r"/imports/\d+/$")
    who.see("Waiting for a worker")
    who.look_around()
    assert worker() == ["store.import.continued"]
    who.see("Quarantine")
    expect(who.page.locator("main [hx-trigger*=every]")).to_have_count(0)
    who.look_around()


def preview(who: Visitor, worker: Worker) -> None:
    who.page.goto("/programs/price-protection/")
    who.look_around()
    who.press("Preview on my orders")
    who.see("Checking every line of the last weeks…")
    assert worker() == ["aftersales.run.executed"]
    who.see("Preview on your orders")
    assert "£20.00" in who.page.locator("#preview").inner_text()
    who.look_around()


def protect(who: Visitor, worker: Worker) -> None:
    who.press("Save as a new version")
    who.see("In plain words")
    who.press("Run now")
    question = who.page.get_by_role("dialog")
    question.wait_for()
    who.look_around()
    question.get_by_role("button", name=who.said("Run and pay")).click()
    who.see("The run has started; it appears below when it is done.")
    assert worker() == ["aftersales.run.executed"]
    who.page.goto("/programs/price-protection/")
    why = who.page.locator("#claims details.why").first
    why.locator("summary").click()
    assert why.locator(".why__body").is_visible()
    assert "£" in why.inner_text()
    who.look_around()


@pytest.mark.parametrize(("width", "language", "asks_axe"), SCREENS)
def test_the_first_day_of_a_merchant(
    visit: Callable[..., Visitor], worker: Worker, tmp_path: Path, width: int, language: str, asks_axe: bool
) -> None:
    acme = cast.acme()
    who = visit(width, language, asks_axe)
    enter(who, acme)
    upload(who, worker, order_file(tmp_path))
    drop_prices(acme, tmp_path)
    who.page.goto("/orders/")
    who.look_around()
    who.follow("N-1")
    who.at(r"/orders/\d+/$")
    who.look_around()
    who.follow("LAMP")
    who.at(r"/skus/\d+/$")
    who.look_around()
    preview(who, worker)
    protect(who, worker)
    who.page.locator("#claims").get_by_role("link", name="N-1").click()
    who.at(r"/claims/\d+/$")
    who.see("Why this amount")
    who.look_around()
    who.page.goto("/ledger/")
    who.see("Refunds paid to buyers")
    assert "£20.00" in who.page.locator("main").inner_text()
    who.look_around()


def test_the_rest_of_the_pages(visit: Callable[..., Visitor]) -> None:
    who = visit(390, "zh-hans")
    enter(who, cast.acme())
    for path in ("/skus/", "/orders/", "/imports/", "/ledger/"):
        who.page.goto(path)
        who.look_around()
    who.page.goto("/accounts/password/reset/")
    who.look_around()


def test_what_is_wrong_would_be_seen(visit: Callable[..., Visitor]) -> None:
    who = visit(390, "en")
    enter(who, cast.acme())
    who.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<div class=wide></div><img src=/static/img/mark.svg>')")
    assert any(found.startswith("image-alt") for found in violations(who.page, {"resultTypes": ["violations"]}))
    who.page.evaluate("Object.assign(document.querySelector('.wide').style, {minWidth: '900px', height: '9px'})")
    with pytest.raises(AssertionError, match="wide"):
        who.look_around()
    who.page.evaluate("const s = document.createElement('script'); s.textContent = '1'; document.body.append(s)")
    with pytest.raises(AssertionError, match=r"Content Security Policy|CSP"):
        who.look_around()
