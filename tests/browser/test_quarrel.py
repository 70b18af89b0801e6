"""What may come after a delivery, in a browser: a dispute up to its appeal, silence, and money taken back after the payout.

The two sides have a screen and a language each, as in life.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

pytest.importorskip("playwright")

from marketplace.tenancy.actor import BEAT
from orders.escrow.operations import mature
from orders.service.operations import sweep
from tests import cast
from tests.browser.test_deal import colleague, with_bank
from tests.browser.walking import Walker, Walks, walks
from tests.orders.payouts import money
from tests.orders.payouts.test_batches import pay
from tests.orders.service import stories

__all__ = ["walks"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE, DESK = 390, 1280
WORDS = {
    "claim": {"zh-hans": "约定两个页面，只交付了一张草图。", "en": "Two pages were agreed; one sketch came."},
    "reply": {"zh-hans": "草图就是这个里程碑约定的内容。", "en": "A sketch is what this milestone is about."},
    "share": {"zh-hans": "交付了一半，按比例分配。", "en": "Half of it was delivered, so half of it is paid."},
    "appeal": {"zh-hans": "合同第一条写的就是草图。", "en": "The contract itself says: a sketch."},
}


def said(who: Walker, name: str) -> str:
    return WORDS[name][who.language]


def open_dispute(who: Walker, milestone: int, to_provider: str) -> None:
    """From the milestone's page, as somebody who is not content with it."""
    who.go(f"/contracts/milestones/{milestone}/")
    who.page.locator("main a[href*='/disputes/open/']").click()
    who.at("/disputes/open/")
    who.look_around()
    who.page.locator("[name=reason]").select_option("quality")
    who.page.locator("[name=statement]").fill(said(who, "claim"))
    who.page.locator("[name=to_provider]").fill(to_provider)
    who.send("Open the dispute")
    who.at(r"/disputes/\d+/$")
    who.look_around()


def test_a_dispute_is_ruled_on_and_appealed(walks: Walks) -> None:
    """The merchant wants 100 of 400 to be paid, the provider all of it; 250 is proposed, 200 ruled, 300 decided."""
    story = stories.delivered(at=timezone.now())
    buyer = walks("buyer", story.merchant.owner.email, PHONE, "zh-hans")
    seller = walks("seller", story.provider.owner.email, DESK, "en")
    open_dispute(buyer, story.milestone().pk, "100")
    number = int(buyer.page.url.rstrip("/").rsplit("/", 1)[1])
    answer(seller)
    buyer.page.reload()
    buyer.look_around()
    buyer.send("Ask the market for a proposal")
    buyer.look_around()
    boss, other = colleague(walks, "boss", DESK, "zh-hans"), colleague(walks, "other", PHONE, "en")
    staff_decide(boss, number, "250")
    seller.page.reload()
    seller.look_around()
    seller.send("Decline the proposal")
    seller.look_around()
    staff_decide(boss, number, "200")
    seller.page.reload()
    seller.look_around()
    seller.page.locator("#id_text").fill(said(seller, "appeal"))
    seller.send("Appeal")
    seller.look_around()
    staff_decide(other, number, "300")
    for who, list_of in ((buyer, "/disputes/"), (seller, "/desk/disputes/")):
        who.page.reload()
        who.page.locator("main .callout--good").wait_for()
        who.look_around()
        who.go(list_of)
    assert (story.states()[0], story.wallet()) == ("split", 100_00)
    buyer.go("/money/")


def answer(seller: Walker) -> None:
    """What it would come to is seen while it is typed."""
    seller.go("/desk/")
    seller.go("/desk/disputes/")
    seller.page.locator("main .cell-main").first.click()
    seller.at(r"/disputes/\d+/$")
    seller.look_around()
    seller.page.locator("#id_to_provider").fill("400")
    seller.page.locator("#share-preview dl").wait_for()
    seller.page.locator("#id_text").fill(said(seller, "reply"))
    seller.look_around()
    seller.send("Answer")
    seller.look_around()


def staff_decide(who: Walker, number: int, amount: str) -> None:
    """From the inbox to the dispute; the split is looked at before it is said."""
    who.go("/admin/")
    who.page.locator(f"main a[href*='/disputes/dispute/{number}/']").first.click()
    who.at(rf"/dispute/{number}/act/")
    who.look_around()
    who.page.locator("[name=to_provider]").fill(amount)
    who.page.locator("[name=text]").fill(said(who, "share"))
    who.send("See what both would get")
    who.see("Arrives at the provider")
    who.look_around()
    with who.page.expect_navigation():
        who.page.locator("main form .btn--primary").click()
    who.look_around()


def test_silence_accepts_and_both_sides_see_it(walks: Walks) -> None:
    story = stories.delivered(at=timezone.now())
    buyer = walks("buyer", story.merchant.owner.email, DESK, "en")
    seller = walks("seller", story.provider.owner.email, PHONE, "zh-hans")
    sides = ((buyer, "/contracts"), (seller, "/desk/jobs"))
    for who, home in sides:
        who.go(f"{home}/milestones/{story.milestone().pk}/")
    assert sweep(by=BEAT, at=timezone.now() + timedelta(days=6)) > 0, "reminded"
    assert story.states()[0] == "delivered"
    sweep(by=BEAT, at=timezone.now() + timedelta(days=8))
    assert story.states()[0] == "accepted"
    for who, home in sides:
        who.page.reload()
        who.see("How it was settled")
        who.look_around()
        who.go(f"{home}/{story.order_id}/")
        who.go("/messages/notices/")
    seller.go("/desk/earnings/")


def test_money_taken_back_after_the_payout_is_a_debt(walks: Walks) -> None:
    story = stories.accepted(stories.FIXED, at=timezone.now())
    acme, studio = story.merchant, with_bank(story.provider)
    paid_out(studio)
    buyer = walks("buyer", acme.owner.email, PHONE, "en")
    seller = walks("seller", studio.owner.email, DESK, "zh-hans")
    buyer.go("/money/")
    seller.go("/desk/earnings/")
    open_dispute(buyer, story.milestone().pk, "400")  # of 1,000
    seller.go("/desk/disputes/")
    seller.page.locator("main .cell-main").first.click()
    seller.at(r"/disputes/\d+/$")
    seller.look_around()
    seller.press("Agree to what is asked for")
    seller.page.locator("dialog[open]").get_by_text(seller.said("Taken from the provider")).wait_for()
    seller.look_around()
    seller.answer("Agree")
    seller.page.locator("main .callout--good").wait_for()
    seller.look_around()
    seller.go("/desk/earnings/")
    assert "¥570.00" in seller.page.locator("main").inner_text(), "600 less the commission of five per cent, which comes back"
    seller.go("/desk/earnings/payouts/")
    buyer.go("/money/")
    assert "¥600.00" in buyer.page.locator("main").inner_text()
    buyer.go(f"/contracts/{story.order_id}/")
    assert story.wallet() == 600_00


def paid_out(studio: cast.Provider) -> None:
    """Everything the studio has earned is in its bank account."""
    assert mature(as_of=timezone.now() + timedelta(days=30)) == 1
    batch = money.drafted(at=timezone.now())
    money.approved(batch), money.exported(batch)
    pay(studio, money.payout_of(studio))
