"""Services paid by what was done: bought once or standing, counted under the terms they were funded under."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.kernel.transitions import NotPossible
from marketplace.tenancy.scope import scope
from orders.escrow.models import Hold
from orders.service.operations import fund_from_payment
from orders.service.terms import MilestoneTerms, RecurringTerms, Terms, UnitTerms
from tests.orders.service.stories import SHIFTS, STAGES, Story, funded, signed
from tests.pages.conftest import sign_in
from tests.pages.text import text

__all__ = ["sign_in"]
pytestmark = pytest.mark.django_db(transaction=True)
PICTURES = replace(
    STAGES, model="unit", milestones=(MilestoneTerms("Ten pictures", 1_000_00, 14),), units=UnitTerms("picture", 100_00, 10)
)
STANDING = replace(SHIFTS, recurring=RecurringTerms(0, min_months=3))


def test_units_bought_once_are_delivered_on_the_page(sign_in: Callable[..., Client]) -> None:
    story = funded(PICTURES)
    seller, page = sign_in(story.provider.owner), reverse("jobs:milestone", args=[story.milestone().pk])
    assert 'name="quantity"' in seller.get(page).content.decode()
    sent = seller.post(page + "deliver/", {"note": "Eight.", "quantity": "8"})
    assert (sent.status_code, story.states()) == (302, ["delivered"])
    story.at = timezone.now()
    buyer = sign_in(story.merchant.owner)
    shown = text(buyer.get(reverse("contracts:accept", args=[story.milestone().pk])))
    assert "Accept and release CN¥800.00" in shown or "800.00" in shown
    assert "200.00 was not needed" in shown
    story.do("merchant", "accept_milestone")
    assert (story.milestone().to_provider, story.wallet(), story.order.state) == (800_00, 200_00, "completed")


def amended(story: Story, terms: Terms) -> None:
    story.act("provider", "revise_contract", terms=terms, base_hash=story.offered.hash, note="")
    story.accept("merchant")


def test_what_was_funded_is_counted_at_the_price_it_was_funded_at() -> None:
    story = funded(STANDING)
    amended(story, story.offered.agreed.changed(units=UnitTerms("shift", 150_00, 10)))
    story.deliver(quantity=10).do("merchant", "accept_milestone")
    assert [row.kind for row in story.milestones] == ["period"], "no fee for a price agreed later"
    assert story.milestone().to_provider == 1_000_00
    story.later(days=24, hours=12).sweep()
    assert story.milestone(2).amount == 1_500_00


def test_what_was_carried_over_beyond_a_lower_price_goes_back() -> None:
    story = funded(STANDING)
    story.later(days=24, hours=12).sweep()
    story.deliver(quantity=3).do("merchant", "accept_milestone")
    assert story.milestone(2).basis["rolled"] == 700_00
    amended(story, story.offered.agreed.changed(units=UnitTerms("shift", 100_00, 2)))
    second = story.milestone(2)
    assert (second.amount, second.basis["rolled"], second.to_pay, story.wallet()) == (200_00, 200_00, 0, 500_00)
    story.do("merchant", "fund_milestone", 2)
    story.deliver(2, quantity=2).do("merchant", "accept_milestone", 2)
    with scope(story.merchant.id):
        held = [
            row.amount - row.released - row.refunded - row.rolled for row in Hold.objects.filter(merchant_id=story.merchant.id)
        ]
    assert (story.milestone(2).to_provider, set(held)) == (200_00, {0})


def test_only_what_is_missing_beside_what_was_carried_over_is_asked_for(sign_in: Callable[..., Client]) -> None:
    story = funded(STANDING)
    story.later(days=24, hours=12).sweep()
    story.deliver(quantity=7).do("merchant", "accept_milestone")
    story.pay(700_00)
    page = text(sign_in(story.merchant.owner).get(reverse("contracts:fund", args=[story.milestone(2).pk])))
    assert "700.00" in page and story.milestone(2).to_pay == 700_00
    story.do("merchant", "fund_milestone", 2)
    assert (story.milestone(2).state, story.wallet()) == ("funded", 0)


def test_a_second_payment_for_the_same_milestone_says_so() -> None:
    story = signed(PICTURES).fund()
    with pytest.raises(NotPossible):
        fund_from_payment(
            merchant_id=story.merchant.id, subject_id=story.milestone().pk, amount=1_000_00, currency="CNY", at=story.at,
            by=story.by("merchant"),
        )  # fmt: skip
