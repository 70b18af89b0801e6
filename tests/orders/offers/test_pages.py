"""Offers as both consoles show them: lists that narrow and leave as CSV, the price before and after, no more of them."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.audit.models import AuditEvent
from marketplace.outbox.models import Message
from marketplace.outbox.people import CODES, words
from marketplace.outbox.people import _notices as notices
from marketplace.tenancy.scope import scope
from orders.offers.models import Coupon, OfferRefusal
from providers.listings.models import PublicListing
from tests import cast
from tests.orders.offers.test_offers import bought, listing, offer, send, state_of

__all__ = ["listing"]
pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(person: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(response: Any) -> str:
    return "".join(map(bytes.decode, response)) if response.streaming else response.content.decode()


def told(kind: str) -> list[dict[str, Any]]:
    acme = cast.acme()
    with scope(acme.id):
        return [row.data for row in Message.objects.filter(merchant_id=acme.id, kind=kind, channel="in_app")]


def test_the_merchant_reads_of_it_on_the_listing_and_when_ordering(listing: PublicListing) -> None:
    (coupon,) = send(offer(listing))
    client, visitor = signed_in(cast.acme().owner), Client(headers={"accept-language": "en"})
    shown = reverse("market:listing", args=[listing.slug])
    assert f"coupon={coupon.pk}" in text(client.get(reverse("offers:list")))
    assert f"coupon={coupon.pk}" in text(client.get(shown)) and "coupon=" not in text(visitor.get(shown))
    page, chosen = reverse("contracts:new"), {"listing": listing.slug, "coupon": coupon.pk}
    before = text(client.get(page, chosen))
    assert all(part in before for part in ("1,000.01</s>", "−CN¥100.00", "CN¥900.01"))
    assert "<s>" not in text(client.get(page, {"listing": listing.slug}))
    assert client.post(page, {**chosen, "package": "basic", "quantity": "1"}).status_code == 302


def test_a_coupon_that_does_not_fit_says_so_and_offers_to_order_without(listing: PublicListing) -> None:
    (coupon,) = send(offer(listing))
    bought(listing, coupon).sign()
    client, page = signed_in(cast.acme().owner), reverse("contracts:new")
    shown = text(client.get(page, {"listing": listing.slug, "coupon": coupon.pk}))
    assert "was used or is over" in shown and "Order without the coupon" in shown
    sent = client.post(page, {"listing": listing.slug, "coupon": coupon.pk, "package": "basic", "quantity": "1"})
    assert sent.status_code == 422


def test_the_provider_sends_it_and_takes_it_back_and_the_merchant_is_told_both(listing: PublicListing) -> None:
    client = signed_in(cast.studio().owner)
    form = {
        "service": f"{listing.listing_id}:", "kind": "percent", "value": "12.5", "days": "7",
        "merchants": [str(cast.acme().id)],
    }  # fmt: skip
    for value in ("ten", "1e999999", "0.001", "-5"):
        wrong = client.post(reverse("desk_offers:new"), {**form, "value": value})
        assert wrong.status_code == 422 and f'value="{value}"' in text(wrong)
    assert client.post(reverse("desk_offers:new"), form).status_code == 302
    assert "12.5%" in text(client.get(reverse("desk_offers:list")))
    (data,) = told("orders.offer.sent")
    shown = {code: words(notices["orders.offer.sent"], data["facts"], code) for code in CODES}
    assert listing.title_zh in str(shown["zh"]) and listing.title_en in str(shown["en"])
    with scope(cast.acme().id):
        coupon = Coupon.objects.get(merchant_id=cast.acme().id)
    for _ in range(2):
        assert client.post(reverse("desk_offers:withdraw", args=[coupon.pk])).status_code == 302
    assert state_of(coupon) == ("withdrawn", None) and len(told("orders.offer.withdrawn")) == 1


def test_one_click_refuses_a_provider_and_one_takes_it_back(listing: PublicListing) -> None:
    send(offer(listing))
    acme, studio = cast.acme(), cast.studio()
    client, page = signed_in(acme.owner), reverse("offers:refuse")
    for number in ("-1", "x", str(cast.rival().id)):  # no provider, and one that never sent any
        assert client.post(page, {"provider": number}).status_code == 404

    def refused() -> list[int]:
        with scope(acme.id):
            return list(OfferRefusal.objects.filter(merchant_id=acme.id).values_list("provider_id", flat=True))

    for _ in range(2):
        assert client.post(page, {"provider": studio.id}).status_code == 302
    with scope(acme.id):
        assert AuditEvent.objects.filter(merchant_id=acme.id, action="orders.offer.refused").count() == 1
    assert refused() == [studio.id] and "You take no offers from" in text(client.get(reverse("offers:list")))
    assert client.post(page, {"provider": studio.id, "act": "take"}).status_code == 302
    assert refused() == []


@pytest.mark.parametrize(("space", "filled"), [("offers", "acme-studio"), ("desk_offers", "acme")])
def test_lists_narrow_leave_as_csv_and_cost_the_same_at_one_and_at_thirty(
    listing: PublicListing, space: str, filled: str
) -> None:
    (coupon,) = send(offer(listing))
    acme = cast.acme()
    client = signed_in((acme if space == "offers" else cast.studio()).owner)

    def statements() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse(f"{space}:list")).status_code == 200
        return len(found)

    statements()  # what is kept between requests
    one = statements()
    over = replace_row(coupon, title_en="Long over", valid_until=coupon.valid_until.replace(year=2020), year=2019)
    with scope(acme.id):
        Coupon.objects.bulk_create([over, *(replace_row(coupon, title_en=f"More {n}") for n in range(28))])
    assert statements() == one
    assert "Long over" in text(client.get(reverse(f"{space}:list"), {"state": "over"}))
    for query, count in (({"q": "MORE"}, 28), ({"state": "over"}, 1), ({"state": "sent"}, 29), ({"q": "nobody"}, 0)):
        rows = text(client.get(reverse(f"{space}:export"), query)).strip().splitlines()
        assert len(rows) == 1 + count and all(filled in row for row in rows[1:])


def replace_row(coupon: Coupon, *, year: int = 0, **facts: Any) -> Coupon:
    """Another coupon like this one."""
    values = {field.attname: getattr(coupon, field.attname) for field in Coupon._meta.concrete_fields if not field.primary_key}
    return Coupon(**values | facts | ({"sent_at": coupon.sent_at.replace(year=year)} if year else {}))
