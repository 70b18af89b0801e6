"""The market in a real browser: everybody can read it, the address holds the search, and what was picked is compared."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

pytest.importorskip("playwright")

from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as NeverCame

from providers.discovery.knowledge import forget
from tests import cast
from tests.browser.visitor import Visitor
from tests.providers.pages.stall import EDITIONS, offer_listing, open_stall

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = (
    "/", "/market/", "/market/agency-operation/?platform=jd", "/market/?q=zzzzqqqq", "/listings/acme-studio-1/",
    "/listings/acme-studio-2/", "/providers/acme-studio/", "/compare/?l=acme-studio-1,acme-studio-2,acme-studio-3,acme-studio-4",
    "/compare/", "/no-such-page/",
)  # fmt: skip
TEAM_PAGES = ("/shortlists/", "/shortlists/add/?l=acme-studio-1", "/searches/save/?q=lamp", "/find/?q=a")


@pytest.fixture
def visit(browser: Any, live_server: Any) -> Iterator[Callable[..., Visitor]]:
    visitors: list[Visitor] = []

    def come(width: int = 1280, language: str = "en", asks_axe: bool = False) -> Visitor:
        visitors.append(Visitor(browser, live_server.url, width=width, language=language, asks_axe=asks_axe))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.close()


@pytest.fixture(autouse=True)
def market() -> cast.Provider:
    forget()
    studio = cast.studio()
    team = [{"name_zh": "沈", "name_en": "Shen", "role_zh": "店长", "role_en": "Manager", "photo": "", "languages": ["mandarin"]}]
    figure = {"metric": "refund_rate", "before": 1200, "after": 800, "change": -3333, "n_before": 90, "n_after": 90}
    case = {
        "id": 1, "title_zh": "沙发店", "title_en": "A sofa shop", "story_zh": "写明尺寸",
        "story_en": "Sizes were written down.",
        "industry": "furniture", "platform": "jd", "cover": "", "verified": True, "merchant": "Cloud Home", "months": [3, 3],
        "figures": [figure],
    }  # fmt: skip
    contact = {"days": [1, 2, 3, 4, 5], "from": "09:00", "until": "18:00", "timezone": "Asia/Shanghai"}
    document = {
        "about_zh": "家具。",
        "about_en": "Furniture.",
        "team": team,
        "certificates": [],
        "cases": [case],
        "contact": contact,
    }
    open_stall(studio, document=document, cities=["foshan"], founded_year=2015, team_size=12)
    for number in range(1, 24):
        offer_listing(studio, number)
    offer_listing(studio, 30, category="isv-tools", pricing_model="subscription", offer=EDITIONS, title_en="Order tool")
    return studio


@pytest.mark.parametrize(("width", "language"), [(390, "zh-hans"), (1280, "en")])
def test_everybody_can_read_every_public_page(visit: Callable[..., Visitor], width: int, language: str) -> None:
    who = visit(width, language, asks_axe=True)
    for path in PAGES:
        who.page.goto(path)
        who.complaints = [each for each in who.complaints if "404" not in each] if "no-such" in path else who.complaints
        who.look_around()


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_nothing_sticks_out_in_either_language(visit: Callable[..., Visitor], width: int) -> None:
    for language in ("zh-hans", "en"):
        who = visit(width, language)
        for path in PAGES[:-1]:
            who.page.goto(path)
            who.look_around()


@pytest.mark.parametrize(("width", "language"), [(390, "en"), (1280, "zh-hans")])
def test_the_pages_of_a_team_can_be_read(visit: Callable[..., Visitor], width: int, language: str) -> None:
    acme = cast.acme()
    who = visit(width, language, asks_axe=True)
    sign_in(who, acme)
    for path in TEAM_PAGES:
        who.page.goto(path)
        who.look_around()
    who.page.goto("/shortlists/add/?l=acme-studio-1")
    who.page.get_by_label(who.said("Note for the team")).fill("Sundays?")
    who.press("Save")
    who.at(r"/shortlists/\d+/$")
    who.look_around()


def sign_in(who: Visitor, acme: cast.Merchant) -> None:
    who.page.goto("/accounts/login/")
    who.page.locator("[name=login]").fill(acme.owner.email)
    who.page.locator("[name=password]").fill(cast.PASSWORD)
    who.press("Sign in")
    who.at("/dashboard/$")


def test_a_ticked_box_changes_the_address_and_the_back_button_takes_it_away(visit: Callable[..., Visitor]) -> None:
    page = visit().page
    page.goto("/market/?q=order+tool")
    expect(page.locator(".service")).to_have_count(1)
    page.goto("/market/")
    page.locator("#facet-pricing summary").click()
    page.locator("#f-pricing-subscription").check()
    page.wait_for_url("**/market/?pricing=subscription")
    expect(page.locator(".service")).to_have_count(1)
    expect(page.locator("#f-pricing-subscription")).to_be_checked()
    shared = page.url
    page.go_back()
    page.wait_for_url("**/market/")
    expect(page.locator(".service")).to_have_count(20)
    page.goto(shared)
    expect(page.locator(".service")).to_have_count(1)


def test_on_a_phone_the_filters_are_a_sheet_that_stays_while_boxes_are_ticked(visit: Callable[..., Visitor]) -> None:
    page = visit(390).page
    page.goto("/market/")
    expect(page.locator("#search-form")).to_be_hidden()
    page.locator("[data-sheet-open]").click()
    page.locator("#f-platform-jd").check()
    page.wait_for_url("**/market/?platform=jd")
    expect(page.locator("#f-platform-jd")).to_be_visible()
    page.get_by_role("button", name="Show results").click()
    expect(page.locator("#search-form")).to_be_hidden()
    page.locator("[data-sheet-open]").click()
    page.keyboard.press("Escape")
    expect(page.locator("#search-form")).to_be_hidden()


def test_without_javascript_search_filters_and_comparison_work(browser: Any, live_server: Any) -> None:
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False, viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto("/market/?q=furniture")
    assert page.locator(".service").count() == 20
    page.locator(".found__filter").click()
    page.locator("#f-platform-jd").check()
    page.locator(".sheet__foot button").click()
    assert "platform=jd" in page.url and "q=furniture" in page.url
    page.locator("[data-compare]").nth(0).check()
    page.locator("[data-compare]").nth(1).check()
    page.locator(".found__compare").click()
    assert "/compare/?l=" in page.url and page.locator('th[scope="col"]').count() == 2
    context.close()


def test_what_was_picked_stays_picked_and_four_are_enough(visit: Callable[..., Visitor]) -> None:
    page = visit().page
    page.goto("/market/")
    for number in range(3):
        page.locator("[data-compare]").nth(number).check()
    page.goto("/market/?page=2")
    page.locator("[data-compare]").nth(0).check()
    expect(page.locator("#compare-tray")).to_contain_text("4 / 4")
    expect(page.locator("[data-compare]").nth(1)).to_be_disabled()
    page.locator("[data-tray-go]").click()
    page.wait_for_url("**/compare/?l=*")
    expect(page.locator('th[scope="col"]')).to_have_count(4)


def go_by_keys(page: Page) -> None:
    """`g 1` leads home. The two keys belong together for a second and a half, which a busy machine may need for one."""
    for _turn in range(5):
        page.keyboard.press("g")
        page.keyboard.press("1")
        with suppress(NeverCame):
            page.wait_for_url("**/dashboard/", timeout=2_000)
            return
    raise AssertionError(f"g 1 leads nowhere: {page.url}")


def test_the_console_is_searched_by_keyboard(visit: Callable[..., Visitor]) -> None:
    who = visit()
    sign_in(who, cast.acme())
    page = who.page
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    page.keyboard.type("budg")
    expect(page.locator("#palette-results .palette__item").first).to_contain_text("Budgets")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/guards/budgets/")
    page.keyboard.press("?")
    expect(page.locator("#keys-sheet")).to_be_visible()
    page.keyboard.press("Escape")
    # The browser closes a dialog a moment after the key; until then keys belong to the dialog.
    expect(page.locator("#keys-sheet")).to_be_hidden()
    go_by_keys(page)
    page.keyboard.press("?")
    page.locator("#keys-sheet [data-shortcut-switch]").uncheck()
    page.keyboard.press("Escape")
    expect(page.locator("#keys-sheet")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.locator("#keys-sheet")).to_be_hidden()
