"""A whole deal in a browser, by the links a person follows: from the need to the money in the bank, and what both say of it."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

pytest.importorskip("playwright")

from marketplace.accounts.models import User
from marketplace.tenancy.scope import scope
from orders.escrow.operations import mature
from orders.service.models import Milestone, ServiceOrder
from providers.onboarding.models import Application
from tests import cast
from tests.browser.walking import Walker, Walks, walks
from tests.orders.hiring.stories import ready
from tests.orders.payouts import money
from tests.orders.payouts.test_accounts import COMPANY

__all__ = ["walks"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = [(1280, "zh-hans"), (390, "en")]
TITLE = {"zh-hans": "家具店代运营", "en": "Run our furniture shop"}
NEED = {
    "zh-hans": "把京东小家具店交给专业团队打理：上新、活动、投放与客服。",
    "en": "New products, campaigns, paid traffic and buyers' questions of our JD shop.",
}
LINE = {"zh-hans": "店铺代运营", "en": "Running the shop"}
SCOPE = {"zh-hans": "每天打理店铺，每周复盘。", "en": "Everything a shop needs every day, and a review every week."}
NOTE = {
    "zh-hans": "首页与五个详情页的初稿，请看配色。",
    "en": "The home page and five product pages; please look at the colours.",
}
CHANGES = {"zh-hans": "主色请用品牌蓝，标题再大一号。", "en": "Use our own blue, and a larger title."}
REVIEW = {"zh-hans": "沟通顺畅，按时完成。", "en": "Easy to talk to, and on time."}
PDF = {"name": "draft.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 draft"}


def with_bank(studio: cast.Provider) -> cast.Provider:
    """Verified by the name its bank account has."""
    with scope(studio.id):
        Application.objects.filter(provider_id=studio.id).update(company_name=COMPANY)
    money.with_account(studio)
    return studio


def colleague(walks: Walks, name: str, width: int, language: str) -> Walker:
    """Somebody of the market's staff."""
    money.colleague(name)
    User.objects.filter(email=f"{name}@staff.example").update(is_superuser=True)
    return walks(name, f"{name}@staff.example", width, language)


@pytest.mark.parametrize(("width", "language"), SCREENS)
def test_from_a_need_to_money_in_the_bank(walks: Walks, width: int, language: str) -> None:
    acme, studio = cast.acme(currency="CNY", timezone="Asia/Shanghai"), with_bank(ready(cast.studio()))
    buyer, seller = (walks(who.slug, who.owner.email, width, language) for who in (acme, studio))
    ask(buyer)
    offer(seller)
    haggle(buyer, seller)
    with scope(acme.id):
        order = ServiceOrder.objects.get(merchant_id=acme.id)
    sign(buyer, seller, order.pk)
    pay(buyer)
    with scope(acme.id):
        stage = Milestone.objects.get(merchant_id=acme.id, order=order)
    assert stage.state == "funded"
    work(buyer, seller)
    accept(buyer)
    with scope(acme.id):
        order.refresh_from_db()
    assert order.state == "completed"
    earned(seller)
    assert mature(as_of=timezone.now() + timedelta(days=8)) == 1
    one, two = (colleague(walks, name, width, language) for name in ("one", "two"))
    pay_out(one, two, studio)
    seller.go("/desk/earnings/payouts/")
    seller.page.locator("main").get_by_text("ICBC-77").first.wait_for()
    review(buyer, "/reviews/")
    assert REVIEW[language] not in reviewed(seller), "blind until both have written"
    review(seller, "/desk/reviews/")
    for who in (buyer, seller):
        who.page.reload()
        assert who.page.get_by_text(REVIEW[language]).count() == 2, "the merchant's and the provider's"
        who.look_around()


def ask(buyer: Walker) -> None:
    """The need is written, published, and the best match invited."""
    words = buyer.language
    buyer.go("/hiring/needs/")
    buyer.page.locator("main a[href$='/needs/new/']").first.click()
    buyer.look_around()
    buyer.page.locator("[name=title]").fill(TITLE[words])
    buyer.page.locator("[name=category]").select_option("store-operation")
    buyer.page.locator("[name=text]").fill(NEED[words])
    buyer.page.locator("[name=budget_max]").fill("9000")
    buyer.send("Save the draft")
    buyer.look_around()
    buyer.page.locator("[data-dialog-open=publish-need]").click()
    with buyer.page.expect_navigation():
        buyer.page.locator("dialog[open] button[value=publish]").click()
    buyer.look_around()
    buyer.send("Invite those ticked")
    buyer.look_around()


def offer(seller: Walker) -> None:
    seller.go("/desk/")
    seller.go("/desk/leads/")
    seller.page.locator("main .cell-main").first.click()
    seller.at(r"/desk/leads/\d+/$")
    seller.look_around()
    seller.send("Take part")
    seller.look_around()
    quote(seller, "7000")
    seller.see("The proposal is sent. The merchant has seven days to answer.")
    seller.look_around()


def quote(who: Walker, price: str) -> None:
    who.page.locator("[name=items-0-name]").fill(LINE[who.language])
    who.page.locator("[name=items-0-unit_minor]").fill(price)
    who.page.locator("[name=scope]").fill(SCOPE[who.language])
    with who.page.expect_navigation():
        who.page.locator("[name=send]").click()


def haggle(buyer: Walker, seller: Walker) -> None:
    """The merchant answers with a lower price, and the provider agrees."""
    buyer.page.reload()
    buyer.look_around()
    buyer.page.locator(".list__main a").first.click()
    buyer.at(r"/needs/proposals/\d+/$")
    buyer.look_around()
    buyer.page.get_by_role("link", name=buyer.said("Counter-offer")).click()
    buyer.at(r"/counter/$")
    buyer.look_around()
    quote(buyer, "6500")
    buyer.look_around()
    seller.page.reload()
    seller.look_around()
    seller.press("Agree")
    seller.answer("Agree")
    seller.look_around()


def sign(buyer: Walker, seller: Walker, order: int) -> None:
    """Both follow the way from the offer to the contract."""
    buyer.page.reload()
    for who, home in ((buyer, "/contracts"), (seller, "/desk/jobs")):
        who.page.locator(".whose a.btn--primary").click()
        who.at(rf"{home}/{order}/")
        who.look_around()
        if "/contract/" not in who.page.url:
            who.page.locator("main .next-act a.btn--primary, main a.btn--primary").first.click()
            who.at(r"/contract/")
            who.look_around()
        who.page.locator("[name=read]").check()
        who.send("Sign the contract")
        who.look_around()


def pay(buyer: Walker) -> None:
    """What the empty wallet lacks is paid at the sandbox; the milestone is funded when it arrives."""
    buyer.page.reload()
    buyer.look_around()
    buyer.page.locator("main a[href$='/fund/']").first.click()
    buyer.at("/fund/")
    buyer.look_around()
    with buyer.page.expect_navigation():
        buyer.page.locator("form button[type=submit]").filter(has_text="6,500").click()
    buyer.at("/money/")
    buyer.look_around()
    buyer.page.locator("main a[href*='/money/sandbox/']").click()
    buyer.look_around()
    buyer.page.locator("button[name=act][value=pay]").click()
    buyer.at(r"/money/in/\d+/")
    buyer.look_around()
    buyer.page.locator("main a[href*='/contracts/']").first.click()
    buyer.at(r"/contracts/")
    buyer.see("Held in escrow")
    buyer.look_around()


def work(buyer: Walker, seller: Walker) -> None:
    """Delivered, sent back with a wish, delivered again."""
    seller.page.reload()
    seller.look_around()
    seller.page.locator("main a.btn--primary").first.click()
    seller.at(r"/milestones/\d+/")
    seller.look_around()
    seller.press("Deliver")  # nothing written: the page says what is missing
    seller.see("Say what you deliver, or add a file.")
    seller.complaints.clear()  # the browser notes the 422
    seller.page.locator("[name=note]").fill(NOTE[seller.language])
    seller.page.locator("[name=files]").set_input_files(PDF)
    seller.send("Deliver")
    seller.look_around()
    buyer.page.reload()
    buyer.page.locator("main a.btn--primary").first.click()
    buyer.at(r"/milestones/\d+/")
    buyer.page.get_by_role("link", name="draft.pdf").wait_for()
    buyer.look_around()
    buyer.press("Ask for changes")
    buyer.answer("Send to the provider", text=CHANGES[buyer.language])
    buyer.look_around()
    for path in ("/desk/jobs/board/", "/desk/jobs/calendar/", "/desk/jobs/"):
        seller.go(path)
    seller.page.locator("main .cell-main").first.click()
    seller.at(r"/desk/jobs/\d+/")
    seller.page.locator("main a.btn--primary").first.click()
    seller.at(r"/milestones/\d+/")
    seller.page.get_by_text(CHANGES[seller.language]).wait_for()
    seller.page.locator("[name=note]").fill(NOTE[seller.language] + " 2")
    seller.send("Deliver")
    seller.look_around()


def accept(buyer: Walker) -> None:
    buyer.page.reload()
    buyer.page.locator("main a[href$='/accept/']").first.click()
    buyer.at("/accept/")
    buyer.see("The provider gets")
    buyer.look_around()
    with buyer.page.expect_navigation():
        buyer.page.locator("form button[type=submit]").filter(has_text="6,500").click()
    buyer.look_around()
    buyer.go("/contracts/")


def earned(seller: Walker) -> None:
    seller.page.reload()
    seller.see("Released to the provider")
    seller.look_around()
    seller.go("/desk/earnings/")


def reviewed(who: Walker) -> str:
    """The page of the only review a provider can write."""
    who.go("/desk/reviews/")
    who.page.locator("main .cell-main").first.click()
    who.at(r"/reviews/\d+/")
    return str(who.page.inner_text("main"))


def review(who: Walker, home: str) -> None:
    """Found in the list of what can be reviewed, a mark on every axis, and words."""
    who.go(home)
    who.page.locator("main .cell-main").first.click()
    who.at(r"/reviews/\d+/")
    who.look_around()
    form = who.page.locator("main form")
    for mark in form.locator("input[type=radio][value='5']").all():
        mark.check()
    form.locator("[name=text]").fill(REVIEW[who.language])
    who.send("Hand in the review")
    who.look_around()


def pay_out(one: Walker, two: Walker, studio: cast.Provider) -> None:
    """Drawn up by one, approved by another, taken to the bank and marked as paid."""
    one.go("/admin/payouts/payoutbatch/")
    one.go("/admin/payouts/payoutbatch/add/")
    one.send("Draw up")
    one.see("Another person than the one who drew it up has to approve.")
    one.look_around()
    two.go(one.page.url)
    two.send("Approve")
    two.see("Another person than the one who approved has to take the file to the bank.")
    two.look_around()
    one.page.reload()
    with one.page.expect_download() as got:
        one.press("Download the file")
    payout = money.payout_of(studio)
    assert payout.number in Path(got.value.path()).read_text(encoding="utf-8-sig")
    one.page.reload()
    one.look_around()
    one.follow(payout.number)
    one.see("Mark as paid")
    one.look_around()
    one.page.locator("[name=amount]").fill(f"{payout.amount / 100:.2f}")
    one.page.locator("[name=bank_reference]").fill("ICBC-77")
    one.send("Mark as paid")
    one.look_around()
    assert money.payout_of(studio).state == "paid"
