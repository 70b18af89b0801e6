"""A need finds its provider in a browser: written, matched, invited, answered, countered, agreed."""

from collections.abc import Callable

import pytest

pytest.importorskip("playwright")

from tests import cast
from tests.browser.test_first_day import SCREENS, sign_in
from tests.browser.test_journey import visit
from tests.browser.visitor import Visitor
from tests.orders.hiring.stories import ready

__all__ = ["visit"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEED = "把京东小家具店交给专业团队打理：上新、活动、投放与客服。 Run our JD shop for small furniture."


def confirm(who: Visitor, opener: str, button: str) -> None:
    """Open a dialog and press its button."""
    who.press(opener)
    who.page.locator("dialog[open]").get_by_role("button", name=who.said(button), exact=True).click()


def write_need(merchant: Visitor) -> None:
    merchant.page.goto("/hiring/needs/")
    merchant.look_around()
    merchant.page.goto("/hiring/needs/new/")
    merchant.look_around()
    merchant.page.get_by_role("button", name=merchant.said("Save the draft")).click()
    merchant.see("This field is required.")
    merchant.complaints.clear()  # the refusal is a 422
    merchant.page.locator("[name=title]").fill("acme 家具店代运营 shop")
    merchant.page.locator("[name=category]").select_option("store-operation")
    merchant.page.locator("[name=text]").fill(NEED)
    merchant.page.locator("[name=budget_max]").fill("9000")
    merchant.page.get_by_role("button", name=merchant.said("Save the draft")).click()
    merchant.at(r"/hiring/needs/\d+/$")
    merchant.look_around()
    merchant.page.locator("[data-dialog-open=publish-need]").click()
    merchant.page.locator("dialog[open] button[value=publish]").click()
    merchant.at(r"/matches/$")


def quote(who: Visitor, price: str) -> None:
    who.page.locator("[name=items-0-name]").fill("店铺代运营 Running the shop")
    who.page.locator("[name=items-0-unit_minor]").fill(price)
    who.page.locator("[name=scope]").fill("每天打理店铺，每周复盘。 Everything a shop needs, every day.")
    who.page.locator("[name=send]").click()


@pytest.mark.parametrize(("width", "language"), SCREENS)
def test_a_need_finds_its_provider(visit: Callable[..., Visitor], width: int, language: str) -> None:
    acme, studio = cast.acme(), ready(cast.studio())
    merchant, provider = visit(width, language), visit(width, language)
    sign_in(merchant, acme.owner.email)
    sign_in(provider, studio.owner.email)
    write_need(merchant)
    merchant.look_around()
    merchant.press("Invite those ticked")
    merchant.at(r"/hiring/needs/\d+/$")
    merchant.look_around()
    provider.page.goto("/desk/leads/open/")
    provider.look_around()
    provider.page.goto("/desk/leads/")
    provider.look_around()
    provider.page.locator(".cell-main").first.click()
    provider.at(r"/desk/leads/\d+/$")
    provider.look_around()
    provider.press("Take part")
    provider.at(r"/quote/$")
    provider.look_around()
    quote(provider, "7000")
    provider.at(r"/desk/leads/\d+/$")
    provider.look_around()
    merchant.page.reload()
    merchant.look_around()
    merchant.page.locator(".list__main a").first.click()
    merchant.at(r"/needs/proposals/\d+/$")
    merchant.look_around()
    merchant.page.get_by_role("link", name=merchant.said("Counter-offer")).click()
    merchant.at(r"/counter/$")
    merchant.look_around()
    quote(merchant, "6500")
    merchant.at(r"/needs/proposals/\d+/$")
    merchant.look_around()
    provider.page.reload()
    provider.look_around()
    confirm(provider, "Agree", "Agree")
    provider.see("Open the contract")
    provider.look_around()
    merchant.page.reload()
    merchant.look_around()
    merchant.page.goto("/hiring/needs/")
    merchant.look_around()
