"""The pages of both consoles: the way from a need to a contract through forms, and lists that ask the same at any length."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.tenancy.scope import scope
from orders.hiring.models import Brief, Invitation, Proposal
from orders.hiring.web.words import NEXT, OVER, STATES, TONES
from orders.service.models import ServiceOrder
from orders.service.queries import version_of
from providers.listings.models import PublicListing
from tests import cast
from tests.orders.hiring.stories import Deal, invited, published, ready
from tests.tenancy.forms import NEED

pytestmark = pytest.mark.django_db(transaction=True)
OFFER = {
    "send": "1", "model": "milestone", "scope": "Running the shop every day", "revisions": "2",
    "note": "Write to me: 13812345678",
    "items-TOTAL_FORMS": "2", "items-INITIAL_FORMS": "0", "items-0-name": "The shop", "items-0-quantity": "2",
    "items-0-unit_minor": "3000", "items-1-quantity": "1", "stages-TOTAL_FORMS": "2", "stages-INITIAL_FORMS": "0",
    "stages-0-name": "First half", "stages-0-amount": "2500", "stages-0-due_days": "10", "stages-1-name": "Second half",
    "stages-1-amount": "3500", "stages-1-due_days": "20",
}  # fmt: skip


def signed_in(user: User, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def acme() -> cast.Merchant:
    return cast.acme()


@pytest.fixture
def studio() -> cast.Provider:
    return ready(cast.studio())


def newest(model: Any, merchant: cast.Merchant) -> Any:
    with scope(merchant.id):
        return model.objects.filter(merchant_id=merchant.id).latest("pk")


def test_from_the_first_word_to_the_contract(acme: cast.Merchant, studio: cast.Provider) -> None:
    buyer, seller = signed_in(acme.owner), signed_in(studio.owner)
    buyer.post(reverse("hiring:new"), NEED)
    need = newest(Brief, acme)
    assert buyer.post(reverse("hiring:act", args=[need.pk]), {"act": "publish"}).url == reverse("hiring:matches", args=[need.pk])
    page = buyer.get(reverse("hiring:matches", args=[need.pk])).content.decode()
    assert "acme-studio partners" in page
    assert "within the budget" in page
    buyer.post(reverse("hiring:matches", args=[need.pk]), {"provider": studio.id})
    lead = newest(Invitation, acme)
    assert "Take part" in seller.get(reverse("leads:detail", args=[lead.pk])).content.decode()
    seller.post(reverse("leads:act", args=[lead.pk]), {"act": "accept"})
    seller.post(reverse("leads:quote", args=[lead.pk]), OFFER)
    proposal = newest(Proposal, acme)
    assert (proposal.total, proposal.model) == (600_000, "milestone")
    page = buyer.get(reverse("hiring:proposal", args=[proposal.pk])).content.decode()
    assert "13812345678" not in page  # no contacts before a contract
    counter = {**OFFER, "seen": 1, "items-0-unit_minor": "2500", "stages-1-amount": "2500"}
    assert buyer.post(reverse("hiring:counter", args=[proposal.pk]), counter).status_code == 302
    page = seller.get(reverse("leads:detail", args=[lead.pk])).content.decode()
    assert "¥5,000.00" in page
    assert "<del" in page
    seller.post(reverse("leads:act", args=[lead.pk]), {"act": "agree", "seen": 2})
    hired = newest(Proposal, acme)
    assert hired.state == "accepted"
    for client, page, place in ((buyer, "hiring:proposal", hired.pk), (seller, "leads:detail", lead.pk)):
        name = "contracts:detail" if client is buyer else "jobs:detail"
        assert reverse(name, args=[hired.order_id]) in client.get(reverse(page, args=[place])).content.decode()


def test_a_form_keeps_what_was_typed_and_says_what_to_do(acme: cast.Merchant, studio: cast.Provider) -> None:
    lead = invited(acme, studio, published(acme, at=timezone.now()), at=timezone.now())
    found = signed_in(studio.owner).post(reverse("leads:quote", args=[lead.pk]), {**OFFER, "stages-1-amount": "1"})
    page = found.content.decode()
    assert (found.status_code, "must add up" in page, "Running the shop every day" in page) == (422, True, True)


def test_choosing_another_price_model_sends_nothing(acme: cast.Merchant, studio: cast.Provider) -> None:
    lead = invited(acme, studio, published(acme, at=timezone.now()), at=timezone.now())
    typed = {key: value for key, value in OFFER.items() if key != "send"} | {"model": "retainer_commission"}
    found = signed_in(studio.owner).post(reverse("leads:quote", args=[lead.pk]), typed)
    page = found.content.decode()
    assert (found.status_code, "Commission in percent" in page, "field__error" in page) == (200, True, False)
    with scope(acme.id):
        assert not Proposal.objects.filter(merchant_id=acme.id).exists()


COUNTED = {
    "send": "1", "model": "seat_shift", "scope": "Night shifts in the shop's chat", "revisions": "2", "min_months": "2",
    "notice_days": "14", "items-TOTAL_FORMS": "2", "items-INITIAL_FORMS": "0", "items-0-name": "Night shift",
    "items-0-quantity": "20", "items-0-unit_minor": "120",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "price"),
    [
        ({}, "¥2,400"),
        ({"model": "unit", "due_days": "9", "every_month": ""}, "¥2,400"),
        ({"model": "unit", "every_month": "1"}, "¥2,400"),
        ({"model": "subscription", "period_months": "6", "min_months": "12"}, "6 months"),
    ],
)
def test_counted_and_standing_offers_are_countered_compared_and_become_contracts(
    acme: cast.Merchant, studio: cast.Provider, changes: dict[str, str], price: str
) -> None:
    buyer, seller, sent = signed_in(acme.owner), signed_in(studio.owner), {**COUNTED, **changes}
    brief = published(acme, at=timezone.now())
    lead = invited(acme, studio, brief, at=timezone.now())
    assert seller.post(reverse("leads:quote", args=[lead.pk]), sent).status_code == 302
    proposal = newest(Proposal, acme)
    assert (proposal.model, proposal.total) == (sent["model"], 2_400_00)
    assert price in buyer.get(reverse("hiring:compare", args=[brief.pk])).content.decode()
    form = buyer.get(reverse("hiring:counter", args=[proposal.pk])).content.decode()
    assert 'value="Night shift"' in form
    counter = {**sent, "seen": 1, "items-0-unit_minor": "100"}
    assert buyer.post(reverse("hiring:counter", args=[proposal.pk]), counter).status_code == 302
    page = seller.get(reverse("leads:detail", args=[lead.pk])).content.decode()
    assert ("¥2,000.00" in page, "<del" in page) == (True, True)
    seller.post(reverse("leads:act", args=[lead.pk]), {"act": "agree", "seen": 2})
    with scope(acme.id):
        order = ServiceOrder.objects.get(merchant_id=acme.id, pk=newest(Proposal, acme).order_id)
        terms = version_of(order, order.offered_version).agreed
    assert (order.model, terms.first_minor) == (sent["model"], 2_000_00)
    assert buyer.get(reverse("contracts:detail", args=[order.pk])).status_code == 200


def test_only_one_line_says_what_is_counted(acme: cast.Merchant, studio: cast.Provider) -> None:
    lead = invited(acme, studio, published(acme, at=timezone.now()), at=timezone.now())
    more = {**COUNTED, "items-1-name": "Day shift", "items-1-quantity": "5", "items-1-unit_minor": "90"}
    found = signed_in(studio.owner).post(reverse("leads:quote", args=[lead.pk]), more)
    page = found.content.decode()
    assert (found.status_code, "One line says what is counted" in page, 'value="Day shift"' in page) == (422, True, True)
    page = signed_in(studio.owner).post(reverse("leads:quote", args=[lead.pk]), {"model": "unit"}).content.decode()
    assert ("How often" in page, "items-1-name" in page) == (True, False)


def test_a_quote_begins_with_the_listing_and_help_with_the_program(acme: cast.Merchant, studio: cast.Provider) -> None:
    buyer, listing = signed_in(acme.owner), PublicListing.objects.get(provider_id=studio.id)
    public = buyer.get(reverse("market:listing", args=[listing.slug])).content.decode()
    assert f"{reverse('hiring:new')}?listing={listing.slug}" in public
    assert listing.title_en in buyer.get(f"{reverse('hiring:new')}?listing={listing.slug}").content.decode()
    assert buyer.get(f"{reverse('hiring:new')}?listing=nothing").status_code == 404
    assert reverse("hiring:new") + "?program=presale_balance" in buyer.get(reverse("presale_balance:home")).content.decode()
    assert "Recover unpaid presale balances" in buyer.get(f"{reverse('hiring:new')}?program=presale_balance").content.decode()


def test_a_sealed_proposal_shows_neither_name_of_its_price_nor_a_link(acme: cast.Merchant, studio: cast.Provider) -> None:
    brief = published(acme, mode="sealed", at=timezone.now())
    lead = invited(acme, studio, brief, at=timezone.now())
    signed_in(studio.owner).post(reverse("leads:quote", args=[lead.pk]), OFFER)
    page = signed_in(acme.owner).get(reverse("hiring:detail", args=[brief.pk])).content.decode()
    assert ("1 sealed proposal so far" in page, "6,000.00" in page) == (True, False)
    proposal = newest(Proposal, acme)
    assert signed_in(acme.owner).get(reverse("hiring:proposal", args=[proposal.pk])).status_code == 404


LISTS = (("hiring:list", "merchant"), ("leads:list", "provider"), ("leads:open", "provider"), ("hiring:export", "merchant"))


@pytest.mark.parametrize(("name", "kind"), LISTS)
def test_a_list_asks_as_much_for_thirty_rows_as_for_one(acme: cast.Merchant, studio: cast.Provider, name: str, kind: str) -> None:
    client = signed_in(acme.owner if kind == "merchant" else studio.owner)

    def asked(rows: int) -> int:
        for _row in range(rows):
            invited(acme, studio, published(acme, mode="open", at=timezone.now()), at=timezone.now())
        client.get(reverse(name))
        with CaptureQueriesContext(
            connection,
        ) as found:
            response = client.get(reverse(name))
            b"".join(response.streaming_content) if response.streaming else response.content
        return len(found)

    assert asked(1) == asked(29)


def test_every_state_and_step_has_its_words() -> None:
    states = {value for kind in STATES.values() for value in kind.values}
    assert states == set(TONES)
    assert {"publish", "invite", "answer", "choose", "write_anew", "say_yes_or_no", "quote", "read", "decide"} <= set(NEXT)
    assert {"filled", "closed", "cancelled", "declined", "lapsed", "passed", "hired"} <= set(OVER)


def test_the_first_pages_say_what_waits(acme: cast.Merchant, studio: cast.Provider) -> None:
    brief = published(acme, at=timezone.now())
    lead = invited(acme, studio, brief, at=timezone.now())
    seller = signed_in(studio.owner)
    assert "say yes or no" in seller.get(reverse("desk:home")).content.decode()
    seller.post(reverse("leads:quote", args=[lead.pk]), OFFER)
    assert "Proposal of acme-studio" in signed_in(acme.owner).get(reverse("dashboard")).content.decode()


def test_old_proposals_stand_side_by_side(acme: cast.Merchant, studio: cast.Provider) -> None:
    deal = Deal.quoted(acme, studio)
    page = signed_in(acme.owner).get(reverse("hiring:compare", args=[deal.brief.pk])).content.decode()
    assert ("acme-studio partners" in page, "¥7,000" in page) == (True, True)
