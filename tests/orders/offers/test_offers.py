"""Targeted offers (D7): only to merchants one knows, within limits, refused when unwanted, used once, exact to the cent."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.utils import timezone

from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import largest_remainder
from marketplace.kernel.transitions import NotPossible
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from orders.escrow.fees import fees_on
from orders.escrow.models import Release
from orders.escrow.queries import fee_lines, terms_of
from orders.offers import discount, operations
from orders.offers.errors import BadOffer, OfferNotWanted, TooManyOffers
from orders.offers.models import Coupon
from orders.offers.queries import coupon_to_use
from orders.service.calendar import day_of
from orders.service.errors import BadTerms
from orders.service.operations import buy_package
from orders.service.operations.buying import Choice
from orders.service.operations.common import deal_of
from orders.service.terms import MilestoneTerms
from providers.listings.models import PublicListing
from providers.onboarding.operations import deposit
from tests import cast
from tests.orders.service.stories import FIXED, Story, signed
from tests.orders.service.test_races import PATIENCE, at_once
from tests.providers.listings.stories import published

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()
ODD = {
    "unit": {}, "packages": [{"key": "basic", "name_zh": "基础版", "name_en": "Basic", "price_minor": 1_000_01}],
    "milestones": [{"name_zh": "一", "name_en": "One", "share": 3_333}, {"name_zh": "二", "name_en": "Two", "share": 6_667}],
}  # fmt: skip


def service(**content: Any) -> PublicListing:
    """A public service of the studio in two milestones at ¥1,000.01."""
    made = published(cast.studio(), **{"pricing_model": "milestone", "offer": ODD, **content})
    return PublicListing.objects.get(listing_id=made.pk)


def offer(listing: PublicListing, **facts: Any) -> operations.Offer:
    return replace(operations.Offer(listing.listing_id, "percent", 1_000, 14), **facts)


def send(what: operations.Offer, *merchants: cast.Merchant, at: Any = NOW) -> list[Coupon]:
    studio = cast.studio()
    return operations.send_offers(
        provider_id=studio.id, offer=what, merchant_ids=[each.id for each in merchants or (cast.acme(),)],
        by=person(studio.owner.pk), at=at,
    )  # fmt: skip


def bought(listing: PublicListing, coupon: Coupon, at: Any = NOW, quantity: int = 1) -> Story:
    acme = cast.acme()
    order = buy_package(
        merchant_id=acme.id,
        listing_id=listing.listing_id,
        choice=Choice("basic", quantity=quantity, coupon=coupon.pk),
        by=person(acme.owner.pk),
        at=at,
    )
    return Story(acme, cast.studio(), order.pk, at)


def state_of(coupon: Coupon) -> tuple[str, int | None]:
    with scope(coupon.merchant_id):
        row = Coupon.objects.get(pk=coupon.pk)
    return row.state, row.order_id


@pytest.fixture
def listing() -> PublicListing:
    """Acme knows the studio by a contract."""
    signed(replace(FIXED, milestones=(MilestoneTerms("Before", 100_00, 10),)))
    return service()


@pytest.mark.parametrize(
    ("kind", "value", "off"), [("percent", 1_000, 100_00), ("percent", 1_234, 123_40), ("amount", 33_33, 33_33)]
)
def test_the_discount_is_in_terms_to_the_cent(listing: PublicListing, kind: str, value: int, off: int) -> None:
    (coupon,) = send(offer(listing, kind=kind, value=value))
    story = bought(listing, coupon)
    assert story.order.total_minor == 1_000_01 - off
    assert story.offered.agreed.clauses["discount"] == {"coupon": coupon.pk, "listed_minor": 1_000_01, "off_minor": off}
    story.sign()
    assert [row.amount for row in story.milestones] == largest_remainder(1_000_01 - off, [333_30, 666_71])
    assert state_of(coupon) == ("used", story.order_id)


def test_commission_is_taken_from_the_lowered_price(listing: PublicListing) -> None:
    (coupon,) = send(offer(listing, value=2_500))
    story = bought(listing, coupon).sign()
    for position in (1, 2):
        story.fund(position).deliver(position).do("merchant", "accept_milestone", position)
    acme = story.merchant.id
    with scope(acme):
        deal = deal_of(story.order)
        found = list(Release.objects.filter(merchant_id=acme, deal=deal))
        fees = fees_on([terms_of(line) for line in fee_lines(deal)], 750_01)
    assert sum(row.gross for row in found) == story.order.total_minor == 750_01
    assert sum(row.fee for row in found) == sum(fees) > 0
    assert story.wallet() == 0, "no more was paid in than the lowered price, and all of it was released"


def test_a_standing_service_costs_less_every_period() -> None:
    signed()
    listing = service(
        pricing_model="retainer", offer={**ODD, "unit": {"code": "month", "zh": "月", "en": "month"}, "min_months": 3}
    )
    (coupon,) = send(offer(listing, kind="amount", value=100_00))
    recurring = bought(listing, coupon).offered.agreed.recurring
    assert recurring is not None and recurring.price_minor == 900_01


@pytest.mark.parametrize("model", ["unit", "seat_shift"])
def test_of_what_is_paid_by_the_piece_each_costs_less(model: str) -> None:
    signed()
    unit = {"code": "shift", "zh": "班", "en": "shift"}
    listing = service(pricing_model=model, offer={**ODD, "milestones": [], "unit": unit, "min_months": 1})
    (coupon,) = send(offer(listing, value=1_234))
    story = bought(listing, coupon, quantity=7)
    agreed = story.offered.agreed
    assert agreed.units is not None and agreed.units.price_minor == 1_000_01 - 123_40
    assert agreed.first_minor == 7 * agreed.units.price_minor == story.order.total_minor
    assert agreed.recurring is None or agreed.recurring.price_minor == agreed.first_minor
    assert story.sign().milestone().amount == agreed.first_minor


def test_it_is_good_once_and_comes_back_when_nothing_came_of_it(listing: PublicListing) -> None:
    (coupon,) = send(offer(listing))
    first, second = bought(listing, coupon), bought(listing, coupon)
    first.sign()
    second.accept("merchant")
    with pytest.raises(NotPossible):
        second.accept("provider")
    with pytest.raises(BadTerms):
        bought(listing, coupon)
    first.act("merchant", "cancel_order", reason="Changed our minds")
    assert state_of(coupon) == ("sent", None)
    second.accept("provider")
    assert state_of(coupon) == ("used", second.order_id)


@pytest.fixture(params=["locked", "without the lock"])
def is_locked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Both wait after reading the coupon until the other has read as well: with the lock the second cannot.

    The provider has paid its deposit: while on trial, its own lock would let one contract after the other be signed.
    """
    locked, barrier = request.param == "locked", Barrier(2)

    def reading(merchant_id: int, pk: int) -> Coupon | None:
        found = coupon_to_use(merchant_id, pk) if locked else Coupon.objects.filter(merchant_id=merchant_id, pk=pk).first()
        with suppress(BrokenBarrierError):
            barrier.wait(PATIENCE[locked])
        return found

    monkeypatch.setattr(discount, "coupon_to_use", reading)
    with scope(cast.studio().id):
        deposit._post(cast.studio().id, "deposit.paid_in", "deposit_bank", "deposit_held", "race:1", 1_000_000_00, NOW)
    return locked


def test_two_contracts_signed_at_once_use_it_once(listing: PublicListing, is_locked: bool) -> None:
    (coupon,) = send(offer(listing))
    stories = [bought(listing, coupon), bought(listing, coupon)]
    for story in stories:
        story.accept("merchant")
    answers = at_once(*[lambda story=story: story.accept("provider") for story in stories])
    refused = sum(isinstance(answer, NotPossible) for answer in answers)
    assert refused == (1 if is_locked else 0), "without the lock both get the discount"
    assert sorted(story.order.state for story in stories) == (["drafted", "signed"] if is_locked else ["signed", "signed"])


def test_over_withdrawn_foreign_or_for_another_package_it_does_not_fit(listing: PublicListing) -> None:
    (late,) = send(offer(listing, days=3))
    assert late.last_day == day_of(NOW) + timedelta(days=3)
    with pytest.raises(BadTerms):
        bought(listing, late, late.valid_until)
    assert bought(listing, late, late.valid_until - timedelta(seconds=1)).order.total_minor == 900_01
    operations.withdraw_offer(provider_id=cast.studio().id, coupon_id=late.pk, by=person(1), at=NOW)
    with pytest.raises(BadTerms):
        bought(listing, late)
    other = cast.other()
    with pytest.raises(BadTerms):
        buy_package(
            merchant_id=other.id,
            listing_id=listing.listing_id,
            choice=Choice("basic", coupon=late.pk),
            by=person(other.owner.pk),
            at=NOW,
        )
    with pytest.raises(NotFound):
        operations.withdraw_offer(provider_id=cast.rival().id, coupon_id=late.pk, by=person(1), at=NOW)


def test_strangers_and_those_who_want_none_get_none_and_then_nobody_does(listing: PublicListing) -> None:
    with pytest.raises(OfferNotWanted):
        send(offer(listing), cast.acme(), cast.other())
    acme = cast.acme()
    with scope(acme.id):
        assert not Coupon.objects.filter(merchant_id=acme.id).exists()
    operations.refuse_offers(merchant_id=acme.id, provider_id=0, by=person(acme.owner.pk), at=NOW)
    with pytest.raises(OfferNotWanted):
        send(offer(listing))
    operations.take_offers(merchant_id=acme.id, provider_id=0, by=person(acme.owner.pk), at=NOW)
    send(offer(listing))
    operations.refuse_offers(merchant_id=acme.id, provider_id=cast.studio().id, by=person(acme.owner.pk), at=NOW)
    with pytest.raises(OfferNotWanted):
        send(offer(listing))


def test_limits_hold_also_for_two_at_once(listing: PublicListing) -> None:
    send(offer(listing))
    answers = at_once(*[lambda: send(offer(listing))] * 2)
    assert sum(isinstance(answer, TooManyOffers) for answer in answers) == 1
    assert send(offer(listing), at=NOW + timedelta(days=30, minutes=1))


@pytest.mark.parametrize(
    "facts", [{"value": 0}, {"value": 8_001}, {"kind": "amount", "value": 800_01}, {"package": "x"}, {"days": 2}]
)
def test_what_is_no_offer_is_refused(listing: PublicListing, facts: dict[str, Any]) -> None:
    with pytest.raises(BadOffer):
        send(offer(listing, **facts))
