"""The market's first day in a browser: a provider signs up, is asked for changes, is verified, publishes; a merchant finds it."""

import re
from collections.abc import Callable

import pytest
from django.core import mail

pytest.importorskip("playwright")

from marketplace.accounts.operations import ensure_user
from tests import cast
from tests.browser.test_journey import visit
from tests.browser.visitor import Visitor
from tests.providers.onboarding.papers import pdf, picture

__all__ = ["visit"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Visit = Callable[..., Visitor]
SCREENS = [(390, "zh-hans"), (1280, "en")]
BODY_ZH = """## 我们做什么

每月上新、活动报名、直通车投放、客服话术与数据复盘，由四人小组负责一家店。每周一给出上周的销售、退货与投放数据，
月底一起定下个月的目标与预算；大促前三周开始备货与会场报名。

## 不包含

广告费、样品与拍摄。"""
BODY_EN = """## What we do

New products, campaigns, paid traffic, wording and a monthly review, by a team of four. Every Monday last week's figures.

## Not included

Media spend, samples and photography."""
TITLE = {"zh-hans": "家具类目天猫整店代运营", "en": "Tmall shop operation for furniture"}
CODE = "91350100M000100Y43"


def sign_in(who: Visitor, email: str) -> None:
    who.page.goto("/accounts/login/")
    who.page.locator("[name=login]").fill(email)
    who.page.locator("[name=password]").fill(cast.PASSWORD)
    who.press("Sign in")
    who.page.wait_for_load_state()


def sign_up(who: Visitor) -> None:
    who.page.goto("/accounts/signup/")
    who.look_around()
    who.page.locator("[name=kind][value=provider]").check(force=True)
    for name, value in {"organization_name": "晨星代运营", "name": "陈晨", "email": "chen@morning.example"}.items():
        who.page.locator(f"[name={name}]").fill(value)
    who.page.locator("[name=password1]").fill(cast.PASSWORD)
    who.press("Create an account")
    who.page.wait_for_load_state()
    who.look_around()
    (link,) = re.findall(r"http\S+/accounts/confirm-email/\S+", mail.outbox[-1].body)
    who.page.goto("/" + link.split("/", 3)[3])
    who.look_around()


def hand_in_company(who: Visitor) -> None:
    who.press("Confirm")
    who.at("/desk/")
    who.look_around()
    steps = {
        "company": {
            "company_name": "杭州晨星电子商务有限公司",
            "credit_code": CODE,
            "registered_address": "杭州市余杭区文一西路 1 号",
        },
        "person": {"legal_person": "陈晨"},
        "bank": {"bank_name": "招商银行杭州分行", "bank_holder": "杭州晨星电子商务有限公司", "bank_account": "6225880112345678"},
    }
    for step, values in steps.items():
        who.page.goto(f"/desk/onboarding/{step}/")
        for name, value in values.items():
            who.page.locator(f"[name={name}]").fill(value)
        if step == "company":
            who.page.locator("[name=licence_is_permanent]").check()
        who.page.locator("input[type=file]").first.set_input_files(
            {"name": "paper.pdf", "mimeType": "application/pdf", "buffer": pdf()}
        )
        who.look_around()
        who.page.locator("main form button[type=submit]").first.click()
        who.page.wait_for_load_state()


def choose_category(who: Visitor) -> None:
    who.page.goto("/desk/onboarding/categories/")
    who.look_around()
    with who.page.expect_navigation():
        who.page.locator("form:has([name=category][value=store-operation]) button").click()
    for field in who.page.locator("main input[type=file]").all():
        field.set_input_files({"name": "paper.png", "mimeType": "image/png", "buffer": picture("PNG")})
    who.press("Save the papers")
    who.page.wait_for_load_state()
    who.look_around()
    hand_in(who)


def hand_in(who: Visitor) -> None:
    who.page.goto("/desk/onboarding/")
    who.look_around()
    who.press("Hand in")
    question = who.page.get_by_role("dialog")
    question.wait_for()
    with who.page.expect_navigation():
        question.get_by_role("button", name=who.said("Hand in"), exact=True).click()
    who.look_around()


def decide(who: Visitor, title: str, verdict: str, *, note: str = "") -> None:
    """Staff open the oldest review of this title in the inbox and decide it."""
    who.page.goto("/admin/")
    who.look_around()
    who.page.get_by_role("link", name=re.compile(title)).first.click()
    who.page.wait_for_load_state()
    who.look_around()
    who.page.locator(f"[name=verdict][value={verdict}]").check()
    if verdict != "approved":
        who.page.locator("[name=reasons]").first.check()
        who.page.locator("[name=note]").fill(note)
    with who.page.expect_navigation():
        who.page.locator("button[name=act][value=decide]").click()
    who.look_around()


def write_listing(who: Visitor) -> str:
    """A complete listing, section by section; its address in the desk."""
    who.page.goto("/desk/listings/new/")
    who.look_around()
    who.page.locator("[name=category]").select_option(label="店铺代运营" if who.language == "zh-hans" else "Shop operation")
    who.page.locator("[name=title_zh]").fill("家具类目天猫整店代运营")
    who.page.locator("[name=title_en]").fill("Tmall shop operation for furniture")
    with who.page.expect_navigation():
        who.press("Begin")
    who.look_around()
    desk = re.match(r".*(/desk/listings/[\w-]+/)", who.page.url)[1]
    fill(
        who,
        desk,
        "basics",
        summary_zh="从上新到投放，一个小组负责一家店，按月复盘。",
        summary_en="One team runs the shop, month by month.",
    )
    fill(who, desk, "text", body_zh=BODY_ZH, body_en=BODY_EN)
    fill(
        who,
        desk,
        "fit",
        a_shop_stage="grow",
        a_team_size="4",
        a_scope="full",
        languages="mandarin",
        platforms="tmall",
        industries="furniture",
    )
    fill(
        who,
        desk,
        "price",
        **{
            "packages-0-name_zh": "整店",
            "packages-0-name_en": "Whole shop",
            "packages-0-price": "18800.00",
            "packages-0-delivery_days": "30",
        },
    )
    fill(
        who,
        desk,
        "terms",
        lead_days="7",
        response_hours="4",
        hours_zh="周一至周日 9:00–22:00",
        hours_en="every day 9–22",
        cancellation_zh="提前三十天书面通知即可终止。",
        cancellation_en="Thirty days' notice in writing.",
    )
    return desk


def fill(who: Visitor, desk: str, section: str, **values: str) -> None:
    who.page.goto(f"{desk}edit/{section}/")
    for name, value in values.items():
        field = who.page.locator(f"main [name='{name}']")
        kind = field.first.evaluate("e => e.tagName + ':' + e.type")
        if kind.endswith("checkbox"):
            who.page.locator(f"main [name='{name}'][value='{value}']").check()
        elif kind.startswith("SELECT"):
            field.select_option(value)
        else:
            field.fill(value)
    who.look_around()
    with who.page.expect_navigation():
        who.page.locator("main button[name=then]").first.click()


def publish(provider: Visitor, staff: Visitor, desk: str) -> None:
    provider.page.goto(desk)
    provider.look_around()
    with provider.page.expect_navigation():
        provider.press("Hand in for review")
    decide(staff, "天猫整店代运营", "approved")
    provider.page.goto(desk)
    provider.look_around()


def find_it(who: Visitor) -> None:
    """By a Chinese query with two letters typed wrong, then narrowed by a facet."""
    who.page.goto("/")
    who.look_around()
    who.page.locator("main [name=q]").first.fill("家俱代运赢")
    with who.page.expect_navigation():
        who.page.keyboard.press("Enter")
    who.page.locator(".service").first.wait_for()
    who.page.goto(who.page.url + "&platform=tmall")
    who.look_around()
    assert who.page.locator(".service").count() == 1
    assert TITLE[who.language] in who.page.locator(".service").inner_text()
    who.page.goto(who.page.url.replace("tmall", "douyin"))
    assert who.page.locator(".service").count() == 0
    who.look_around()
    who.page.go_back()


def take_it(who: Visitor) -> None:
    """Opened, compared, and kept with a note for the team."""
    with who.page.expect_navigation():
        who.page.get_by_role("link", name=TITLE[who.language]).first.click()
    who.look_around()
    slug = who.page.url.rstrip("/").rsplit("/", 1)[1]
    assert "¥18,800" in who.page.inner_text("main")
    who.page.goto(f"/compare/?l={slug}")
    who.look_around()
    assert who.page.locator('th[scope="col"]').count() == 1
    who.page.goto(f"/shortlists/add/?l={slug}")
    who.look_around()
    who.page.locator("[name=new_name]").fill("双11 备选")
    who.page.locator("[name=note]").fill("先聊家具经验")
    with who.page.expect_navigation():
        who.page.locator("main form button[type=submit]").first.click()
    who.page.goto("/shortlists/")
    who.look_around()
    with who.page.expect_navigation():
        who.page.get_by_role("link", name="双11 备选").first.click()
    who.look_around()
    assert "先聊家具经验" in who.page.inner_text("main")


@pytest.mark.parametrize(("width", "language"), SCREENS)
def test_a_provider_comes_to_the_market_and_a_merchant_finds_it(visit: Visit, width: int, language: str) -> None:
    ensure_user(email="staff@shangban.example", password=cast.PASSWORD, name="Staff", is_staff=True)
    provider, staff = visit(width, language), visit(width, language, asks_axe=False)
    sign_up(provider)
    hand_in_company(provider)
    choose_category(provider)
    sign_in(staff, "staff@shangban.example")
    decide(staff, "晨星", "changes_requested", note="营业执照看不清，请重新上传。")
    provider.page.goto("/desk/onboarding/")
    provider.page.get_by_text("营业执照看不清").wait_for()
    hand_in(provider)
    decide(staff, "晨星", "approved")
    decide(staff, "晨星", "approved")
    publish(provider, staff, write_listing(provider))
    merchant = visit(width, language)
    sign_in(merchant, cast.acme().owner.email)
    find_it(merchant)
    take_it(merchant)
