"""A provider is paid in a browser: an account entered and confirmed, a batch that two people take to the bank, a statement."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

pytest.importorskip("playwright")

from marketplace.accounts.models import User
from marketplace.tenancy.actor import CLI
from orders.escrow import operations as escrow
from orders.payouts.operations.owing import judge_debts
from orders.payouts.operations.stating import make_statement
from tests import cast
from tests.browser.test_first_day import SCREENS, sign_in
from tests.browser.test_journey import visit
from tests.browser.visitor import Visitor
from tests.orders.escrow.stage import AT, Stage
from tests.orders.payouts import money
from tests.orders.payouts.test_accounts import CHECKED, COMPANY, OTHER, confirm, enter
from tests.orders.payouts.test_batches import pay
from tests.providers.onboarding import steps

__all__ = ["visit"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
THEN = money.MONDAY + timedelta(days=14)


def picture(who: Visitor, name: str) -> None:
    """Kept when somebody wants to look at the pages: PICTURES names a folder."""
    if folder := os.environ.get("PICTURES"):
        width = who.page.viewport_size["width"]
        for scheme in ("light", "dark"):
            who.page.emulate_media(color_scheme=scheme)
            path = Path(folder) / f"{name}-{width}-{who.language[:2]}-{scheme}.png"
            who.page.screenshot(path=path, full_page=True)
        who.page.emulate_media(color_scheme="light")


def look(who: Visitor, path: str, name: str) -> None:
    who.page.goto(path)
    who.look_around()
    picture(who, name)


@pytest.fixture
def studio(db: None) -> cast.Provider:
    found = cast.studio()
    steps.verified(found)
    return found


@pytest.mark.parametrize(("width", "language"), SCREENS)
def test_a_provider_enters_an_account_and_is_paid(
    visit: Callable[..., Visitor], studio: cast.Provider, width: int, language: str
) -> None:
    who = visit(width, language)
    sign_in(who, studio.owner.email)
    look(who, "/desk/earnings/", "earnings-empty")
    look(who, "/desk/earnings/account/", "account-empty")
    for field, text in (("holder", COMPANY), ("bank", "招商银行杭州分行"), ("number", OTHER)):
        who.page.locator(f"[name={field}]").fill(text)
    who.press("Enter the account")
    who.see("A new account waits to be confirmed")
    who.look_around()
    picture(who, "account-waits")
    who.press("Confirm this account")
    who.page.locator("[name=password]").fill(cast.PASSWORD)
    who.page.locator("main button[type=submit], form button[type=submit]").last.click()
    who.at("/desk/earnings/account/")
    who.look_around()
    picture(who, "account-cools")
    confirm(studio, enter(studio, CHECKED, at=timezone.now()), at=timezone.now())
    _paid(studio)
    for name in ("", "payouts/", "statements/"):
        look(who, f"/desk/earnings/{name}", f"earnings-{name.strip('/') or 'home'}")
    who.follow("2026-03")
    who.see("How it adds up")
    who.look_around()
    picture(who, "statement")


def _paid(studio: cast.Provider) -> None:
    """One release paid out and half of it taken back afterwards, one that waits, and a debt that hides the listings."""
    now = timezone.now()
    stage = Stage(provider=studio)
    stage.hold(90_000)
    stage.release(60_000)
    escrow.mature(as_of=THEN)
    batch = money.drafted(at=now)
    money.approved(batch), money.exported(batch)
    pay(studio, money.payout_of(studio))
    stage.reverse(50_000, at=THEN)
    stage.release(20_000, "r2", at=now)
    make_statement(provider_id=studio.id, month=AT.date().replace(day=1), currency="CNY", by=CLI, at=now)
    judge_debts(provider_id=studio.id, by=CLI, at=now)


def staff(who: Visitor, name: str) -> None:
    money.colleague(name)
    User.objects.filter(email=f"{name}@staff.example").update(is_superuser=True)
    sign_in(who, f"{name}@staff.example")


@pytest.mark.parametrize(("width", "language"), SCREENS)
def test_two_of_the_staff_take_a_batch_to_the_bank(
    visit: Callable[..., Visitor], studio: cast.Provider, width: int, language: str
) -> None:
    money.with_account(studio)
    money.earn(studio, 50_000)
    one, two = visit(width, language, asks_axe=False), visit(width, language, asks_axe=False)
    staff(one, "one"), staff(two, "two")
    look(one, "/admin/payouts/payoutbatch/", "admin-batches")
    look(one, "/admin/payouts/payoutbatch/add/", "admin-draft")
    one.press("Draw up")
    one.see("Who did what")
    one.look_around()
    picture(one, "admin-batch")
    two.page.goto(one.page.url)
    two.press("Approve")
    two.see("The bank's file")
    two.look_around()
    one.page.reload()
    with one.page.expect_download() as got:
        one.press("Download the file")
    assert money.payout_of(studio).number in Path(got.value.path()).read_text(encoding="utf-8-sig")
    one.page.reload()
    one.see("Read the answer")
    one.look_around()
    picture(one, "admin-exported")
    one.follow(money.payout_of(studio).number)
    one.see("Mark as paid")
    one.look_around()
    picture(one, "admin-payout")
    look(one, "/admin/payouts/bookcase/add/", "admin-compare")
    one.press("Compare now")
    one.look_around()
