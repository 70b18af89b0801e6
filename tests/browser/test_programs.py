"""Programs in a browser: look before you switch on, run, and buyers who help themselves by link."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

pytest.importorskip("playwright")

from aftersales.programs.policies import save_policy
from aftersales.programs.registry import program_named
from marketplace.accounts.models import User
from marketplace.accounts.operations import ensure_user
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests import cast
from tests.browser.test_first_day import sign_in
from tests.browser.test_journey import enter, visit
from tests.browser.visitor import Visitor
from tests.engine import doors
from tests.tenancy.access import ADDRESSES
from tests.tenancy.fills import listings
from tests.tenancy.world import Filled, filled, furnished, hired

__all__ = ["visit"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Visit = Callable[..., Visitor]
Worker = Callable[[], list[str]]
SCREENS = [(390, "zh-hans"), (1280, "en")]


def week(merchant: cast.Merchant, folder: Path) -> None:
    """Two orders of this week, of two buyers."""
    now = datetime.now(UTC).replace(microsecond=0)
    bought = {
        name: (now - timedelta(days=days)).isoformat() for name, days in (("placed_at", 4), ("paid_at", 4), ("delivered_at", 3))
    }
    documents = [
        {
            "order_ref": ref, "buyer_ref": f"B-{ref}", "email": f"{ref.lower()}@buyers.example", **bought, "status": "delivered",
            "lines": [{"sku": sku, "title": sku.title(), "quantity": 1, "list_unit_price": "100.00"}],
        }
        for ref, sku in (("N1", "LAMP"), ("N2", "TENT"))
    ]  # fmt: skip
    doors.import_orders(merchant, doors.orders_file(folder, documents, "jsonl"), "jsonl")


def falls(merchant: cast.Merchant, folder: Path, sku: str, price: str) -> None:
    since = (datetime.now(UTC) - timedelta(hours=20)).isoformat()
    table = [{"sku": sku, "price": price, "valid_from": since}]
    doors.import_prices(merchant, doors.table_file(folder / f"{sku}.csv", table))


def link_of(who: Visitor, merchant: cast.Merchant, ref: str, key: str) -> str:
    """The address an agent copies from an order's page."""
    order = doors.one(merchant, "SELECT id FROM store_shoporder WHERE external_ref = %s", ref)
    who.page.goto(f"/orders/{order}/")
    who.look_around()
    return "/b/" + who.page.locator(f"#buyer-link-{key}").input_value().split("/b/")[1]


@pytest.mark.parametrize(("width", "language"), SCREENS)
def test_a_program_is_looked_at_switched_on_and_used_by_a_buyer(
    visit: Visit, worker: Worker, tmp_path: Path, width: int, language: str
) -> None:
    acme = cast.acme()
    week(acme, tmp_path)
    falls(acme, tmp_path, "LAMP", "80.00")
    who = visit(width, language)
    enter(who, acme)
    who.page.goto("/programs/price-protection/")
    who.press("Preview on my orders")
    who.see("Checking every line of the last weeks…")
    worker()
    who.see("Preview on your orders")
    assert "£20.00" in who.page.locator("#preview").inner_text()
    who.press("Save as a new version")
    who.see("In plain words")
    who.press("Run now")
    who.page.get_by_role("dialog").get_by_role("button", name=who.said("Run and pay")).click()
    who.see("The run has started; it appears below when it is done.")
    worker()
    falls(acme, tmp_path, "TENT", "70.00")
    buyer = visit(390, language)
    claim_by_link(buyer, link_of(who, acme, "N2", "claim"), worker)
    who.page.goto("/programs/price-protection/report/")
    assert "£50.00" in who.page.locator("main").inner_text()
    who.look_around()
    who.page.goto("/programs/")
    assert "£50.00" in who.page.locator("main").inner_text()
    who.look_around()


def claim_by_link(buyer: Visitor, address: str, worker: Worker) -> None:
    """See what is due and why, claim it with one click, see that it is paid."""
    buyer.page.goto(address)
    assert "£30.00" in buyer.page.locator(".buyer__amount").inner_text()
    buyer.look_around()
    buyer.page.locator(".buyer__act button").click()
    buyer.see("Your price protection is on its way")
    worker()
    buyer.page.reload()
    assert "£30.00" in buyer.page.locator("main").inner_text()
    buyer.look_around()


def retention_on(merchant: cast.Merchant) -> None:
    """Refund retention switched on, without control group."""
    program = program_named("refund_retention")
    with scope(merchant.id):
        settings = program.validated({"holdout_percent": 0})
        save_policy(merchant_id=merchant.id, program=program, settings=settings, automatic=True, by=CLI, at=datetime.now(UTC))


@pytest.mark.parametrize(("width", "language"), SCREENS)
def test_the_card_is_taken_or_not(visit: Visit, tmp_path: Path, width: int, language: str) -> None:
    acme = cast.acme()
    week(acme, tmp_path)
    retention_on(acme)
    who = visit(width, language)
    enter(who, acme)
    keeps, returns = visit(390, language), visit(390, language)
    ask_for_refund(keeps, link_of(who, acme, "N1", "refund"))
    keeps.page.locator(".buyer__choices button").first.click()
    keeps.see("Thank you, we take care of it")
    keeps.look_around()
    ask_for_refund(returns, link_of(who, acme, "N2", "refund"))
    returns.press("No, just refund me")
    returns.see("Your refund goes on")
    returns.look_around()
    answers = doors.rows(acme, "SELECT answer FROM refund_retention_retentioncase ORDER BY id")
    assert answers == [("accepted",), ("refund",)]
    who.page.goto("/programs/refund-retention/cases/")
    who.look_around()


def ask_for_refund(buyer: Visitor, address: str) -> None:
    buyer.page.goto(address)
    buyer.look_around()
    buyer.page.locator("[name=reason]").select_option("size")
    buyer.page.locator("[name=words]").fill("太小了，穿不下")
    buyer.press("Send the request")
    buyer.see("No, just refund me")
    buyer.look_around()


#: Where providers work on what merchants ordered, and are paid.
WORK = ("leads", "jobs", "job_outcomes", "desk_talks", "desk_disputes", "desk_reviews", "earnings", "funnel")
STAFF = (
    "disputes_dispute_changelist", "payouts_payoutbatch_changelist", "payouts_payoutbatch_add", "payouts_payout_changelist",
    "payouts_bookcase_changelist", "escrow_commissionrule_changelist", "escrow_commissionrule_add", "escrow_waiver_changelist",
    "escrow_deal_changelist", "insights_liquidity_changelist",
)  # fmt: skip


def pages(of: Filled, kind: str = "merchant", rooms: Sequence[str] = ()) -> list[str]:
    """Every page of the console; what needs the right to export is a file, and fragments are parts of pages."""
    mine = {name: address for name, address in ADDRESSES.items() if address.kind == kind}
    mine = {name: address for name, address in mine.items() if not rooms or name.startswith(tuple(f"{room}:" for room in rooms))}
    whole = [name for name, address in mine.items() if address.rights.get("GET", "export") != "export"]
    return [ADDRESSES[name].url(name, of) for name in sorted(whole) if not name.endswith((":preview", ":progress"))]


@pytest.mark.parametrize(("width", "language"), SCREENS)
def test_every_page_is_in_order(visit: Visit, tmp_path: Path, width: int, language: str) -> None:
    listings.fill(cast.provider("shelf"))
    acme, studio = filled(cast.acme(), tmp_path), furnished(cast.studio(), tmp_path)
    hired(acme, studio)
    look_at_all(visit(width, language), acme.owner, pages(acme))
    look_at_all(visit(width, language), studio.owner, pages(studio, "provider", WORK))
    staff = ensure_user(email="staff@shangban.example", password=cast.PASSWORD, name="Staff", is_staff=True)
    rows = [
        reverse("admin:disputes_dispute_act", args=[acme.ids["dispute"]]),
        reverse("admin:payouts_payout_act", args=[studio.ids["payout"]]),
    ]
    look_at_all(visit(width, language), staff, ["/admin/", *rows, *(reverse(f"admin:{name}") for name in STAFF)])


def look_at_all(who: Visitor, user: User, addresses: list[str]) -> None:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    sign_in(who, user.email)
    for address in addresses:
        found = client.get(address)
        assert found.status_code == 200, address
        if not found.streaming and found.content.lower().startswith(b"<!doctype html"):  # the others are files and fragments
            who.page.goto(address)
            who.look_around()
