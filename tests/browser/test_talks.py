"""A merchant and a provider talk in a browser: a question, a file, a decision, an answer that arrives by itself."""

from collections.abc import Callable

import pytest

pytest.importorskip("playwright")

from playwright.sync_api import expect

from tests.browser.test_first_day import SCREENS, sign_in
from tests.browser.test_journey import visit
from tests.browser.visitor import Visitor
from tests.orders.rooms.stories import begun

__all__ = ["visit"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def write(who: Visitor, text: str) -> None:
    who.page.locator("textarea[name=text]").fill(text)
    who.press("Send")


@pytest.mark.parametrize(("width", "language"), SCREENS)
def test_two_people_talk_and_decide(visit: Callable[..., Visitor], width: int, language: str) -> None:
    story = begun()
    merchant, provider = visit(width, language), visit(width, language)
    for who, owner, page in ((merchant, story.merchant.owner, "/talks/"), (provider, story.provider.owner, "/desk/talks/")):
        sign_in(who, owner.email)
        who.page.goto(page)
        who.look_around()
        who.page.goto(f"{page}{story.talk.pk}/")
        who.look_around()
    write(merchant, "多少钱一个月？ How much? 13800138000")
    merchant.see("Contact details are covered until the two of you have a contract.")
    merchant.look_around()
    expect(provider.page.locator(".msg__text").last).to_contain_text("How much?", timeout=20_000)
    expect(provider.page.locator("[data-talk-log]")).not_to_contain_text("13800138000")
    provider.page.locator("[name=is_decision]").check()
    provider.page.locator("[name=files]").set_input_files(
        {"name": "plan.csv", "mimeType": "text/csv", "buffer": b"month,amount\n1,6800\n"}
    )
    write(provider, "每月 6,800 元，两周后开始。 6,800 a month, beginning in two weeks.")
    expect(provider.page.locator(".talk .pill--warn").last).to_be_visible()
    provider.look_around()
    button = merchant.page.get_by_role("button", name=merchant.said("Agree"), exact=True)
    button.wait_for(timeout=20_000)
    merchant.page.locator("textarea[name=text]").fill("typed meanwhile")
    button.click()
    expect(merchant.page.locator(".talk .pill--good")).to_be_visible()
    expect(merchant.page.locator("textarea[name=text]")).to_have_value("typed meanwhile")
    merchant.look_around()
    for who, page in ((merchant, "/talks/"), (provider, "/desk/talks/")):
        who.page.goto(f"{page}{story.talk.pk}/?q=6,800")
        who.look_around()
        who.page.goto(page)
        who.look_around()
