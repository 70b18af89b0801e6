"""Hiring in a browser, from the button on a service's page to the money on its way to the provider, with both consoles."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

pytest.importorskip("playwright")

from marketplace.tenancy.scope import scope
from orders.escrow.models import Release
from orders.escrow.operations import mature
from orders.service.models import Milestone, ServiceOrder
from tests import cast
from tests.browser.test_first_day import sign_in
from tests.browser.test_journey import visit
from tests.browser.visitor import Visitor
from tests.providers.listings.stories import verify
from tests.providers.pages.stall import offer_listing, open_stall

__all__ = ["visit"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Visit = Callable[..., Visitor]
SCREENS = [(390, "zh-hans"), (1280, "en")]
PACKAGES = {
    "packages": [
        {"key": "basic", "name_zh": "基础", "name_en": "Basic", "price_minor": 680_000, "delivery_days": 7, "revisions": 1},
        {"key": "plus", "name_zh": "进阶", "name_en": "Plus", "price_minor": 1_280_000, "delivery_days": 14, "revisions": 2},
    ],
    "unit": {"code": "project", "zh": "项目", "en": "project"},
    "extras": [{"key": "x1", "name_zh": "首图精修", "name_en": "Retouched picture", "price_minor": 20_000, "days": 2}],
}
NOTE = {
    "zh-hans": "首页与五个详情页的初稿，请看配色。",
    "en": "The home page and five product pages; please look at the colours.",
}
CHANGES = {"zh-hans": "主色请用品牌蓝，标题再大一号。", "en": "Use our own blue, and a larger title."}


@pytest.fixture(autouse=True)
def market() -> tuple[cast.Merchant, cast.Provider]:
    acme, studio = cast.acme(currency="CNY", timezone="Asia/Shanghai"), cast.studio()
    verify(studio)
    open_stall(studio)
    offer_listing(studio, 1, pricing_model="fixed", offer=PACKAGES)
    return acme, studio


def press_in(who: Visitor, text: str) -> None:
    who.press(text)
    who.page.wait_for_load_state()


@pytest.mark.parametrize(("width", "language"), SCREENS)
def test_from_a_package_to_the_money_on_its_way(
    visit: Visit, market: tuple[cast.Merchant, cast.Provider], width: int, language: str
) -> None:
    acme, studio = market
    buyer, seller = visit(width, language), visit(width, language)
    sign_in(buyer, "owner@acme.example")
    sign_in(seller, "owner@acme-studio.example")
    order_the_package(buyer, acme)
    with scope(acme.id):
        order = ServiceOrder.objects.get(merchant_id=acme.id)
    both_sign(buyer, seller, order.pk)
    pay_in(buyer, order.pk)
    with scope(acme.id):
        milestone = Milestone.objects.get(merchant_id=acme.id, order=order)
    assert milestone.state == "funded"
    work_is_changed_once(buyer, seller, milestone.pk, language)
    accept(buyer, milestone.pk)
    with scope(acme.id):
        order.refresh_from_db()
        release = Release.objects.get(merchant_id=acme.id)
    assert (order.state, release.gross) == ("completed", 700_000)
    the_provider_is_paid(seller, order.pk, studio)


def order_the_package(buyer: Visitor, acme: cast.Merchant) -> None:
    buyer.page.goto("/listings/acme-studio-1/")
    buyer.page.locator("main a[href*='/contracts/new/']").click()
    buyer.at("/contracts/new/")
    buyer.look_around()
    buyer.page.locator("[name=extras][value=x1]").check()
    buyer.page.locator("#tally").get_by_text("7,000").first.wait_for()
    buyer.page.locator("[name=wish]").fill("Furniture")
    press_in(buyer, "Draw up the contract")
    buyer.at(r"/contracts/\d+/contract/")
    buyer.look_around()


def both_sign(buyer: Visitor, seller: Visitor, pk: int) -> None:
    buyer.page.locator("[name=read]").check()
    press_in(buyer, "Sign the contract")
    buyer.at(rf"/contracts/{pk}/$")
    buyer.look_around()
    seller.page.goto("/desk/")
    seller.look_around()
    seller.page.goto(f"/desk/jobs/{pk}/")
    seller.see("Your move")
    seller.look_around()
    seller.page.goto(f"/desk/jobs/{pk}/contract/")
    seller.page.locator("[name=read]").check()
    press_in(seller, "Sign the contract")
    seller.look_around()


def pay_in(buyer: Visitor, pk: int) -> None:
    """The wallet is empty: what is missing is paid at the sandbox, and the milestone is funded when it arrives."""
    buyer.page.goto(f"/contracts/{pk}/")
    buyer.page.locator("main a[href$='/fund/']").first.click()
    buyer.at("/fund/")
    buyer.look_around()
    buyer.page.locator("form button[type=submit]").filter(has_text="7,000").click()
    buyer.at(r"/money/")
    buyer.look_around()
    pay_at_the_sandbox(buyer)
    buyer.page.goto(f"/contracts/{pk}/")
    buyer.see("Held in escrow")
    buyer.look_around()


def pay_at_the_sandbox(buyer: Visitor) -> None:
    """The page that stands for the payment company is opened when the payment begins."""
    buyer.page.locator("main a[href*='/money/sandbox/']").click()
    buyer.page.locator("button[name=act][value=pay]").click()
    buyer.at(r"/money/in/\d+/")
    buyer.page.wait_for_load_state()


def work_is_changed_once(buyer: Visitor, seller: Visitor, pk: int, language: str) -> None:
    seller.page.goto(f"/desk/jobs/milestones/{pk}/")
    seller.look_around()
    press_in(seller, "Deliver")  # nothing written: the page says what is missing
    seller.see("Say what you deliver, or add a file.")
    seller.complaints.clear()  # the browser notes the 422
    seller.page.locator("[name=note]").fill(NOTE[language])
    seller.page.locator("[name=files]").set_input_files(
        {"name": "draft.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 draft"}
    )
    press_in(seller, "Deliver")
    seller.page.get_by_text(NOTE[language]).wait_for()
    seller.look_around()
    buyer.page.goto(f"/contracts/milestones/{pk}/")
    buyer.page.get_by_role("link", name="draft.pdf").wait_for()
    buyer.look_around()
    buyer.press("Ask for changes")
    buyer.page.locator("dialog[open] textarea").fill(CHANGES[language])
    buyer.page.locator("dialog[open] button[type=submit]").click()
    buyer.page.get_by_text(CHANGES[language]).wait_for()
    for path in ("/desk/jobs/", "/desk/jobs/board/", "/desk/jobs/calendar/", f"/desk/jobs/milestones/{pk}/"):
        seller.page.goto(path)
        seller.look_around()
    seller.page.locator("[name=note]").fill(NOTE[language] + " 2")
    press_in(seller, "Deliver")
    seller.look_around()


def accept(buyer: Visitor, pk: int) -> None:
    buyer.page.goto(f"/contracts/milestones/{pk}/")
    buyer.page.locator("main a[href$='/accept/']").first.click()
    buyer.page.wait_for_load_state()
    buyer.see("The provider gets")
    buyer.look_around()
    buyer.page.locator("form button[type=submit]").filter(has_text="7,000").click()
    buyer.page.wait_for_load_state()
    buyer.see("How it was settled")
    buyer.look_around()
    buyer.page.goto("/contracts/")
    buyer.look_around()


def the_provider_is_paid(seller: Visitor, pk: int, studio: cast.Provider) -> None:
    seller.page.goto(f"/desk/jobs/{pk}/")
    seller.see("Released to the provider")
    seller.look_around()
    seller.page.goto("/desk/earnings/")
    seller.look_around()
    assert mature(as_of=timezone.now() + timedelta(days=30)) == 1
    seller.page.goto("/desk/earnings/")
    seller.look_around()
