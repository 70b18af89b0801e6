"""Sending a coupon to chosen merchants, and taking one back.

Lock: one provider's sendings go one after the other, so that two at once do not both find the last place.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from marketplace.accounts.models import Organization
from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound
from marketplace.kernel.transitions import NotPossible
from marketplace.outbox.people import tell
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.offers.errors import BadOffer, OfferNotWanted, TooManyOffers
from orders.offers.limits import DISCOUNTED, LONGEST, MOST_OFF, MOST_SENT, MOST_TO_ONE, SHORTEST
from orders.offers.models import Coupon
from orders.offers.queries import Known, access_coupon, known_merchants, left_to_send, refuses, sent_to
from orders.offers.words import discount_both, last_day_both, packages_of
from orders.service.calendar import day_of, end_of
from providers.listings.models import PublicListing

PAGE = "/hiring/offers/"


@dataclass(frozen=True)
class Offer:
    """What is offered. `value`: minor units of the listing's currency, or 1/10,000. `package` "": every package.

    It is good until the end of the day that comes `days` after today's, in the market's zone.
    """

    listing_id: int
    kind: str
    value: int
    days: int
    package: str = ""
    note: str = ""


def send_offers(*, provider_id: int, offer: Offer, merchant_ids: Sequence[int], by: Actor, at: datetime) -> list[Coupon]:
    """A coupon for each of these merchants, all or none. Raises NotFound, BadOffer, TooManyOffers, OfferNotWanted."""
    with scope(provider_id, durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('offers.sent', %s))", [provider_id])
        listing = PublicListing.objects.filter(provider_id=provider_id, listing_id=offer.listing_id).first()
        if listing is None:
            raise NotFound(_("There is no such listing."))
        package = _checked(listing, offer)
        chosen = _chosen(provider_id, merchant_ids)
        _require_room(provider_id, chosen, at)
        _require_wanted(provider_id, chosen)
        common = _common(listing, package, offer, by, at)
        common["provider_name"] = Organization.objects.values_list("name", flat=True).get(pk=provider_id)
        made = [_send(common, each, at) for each in chosen]
        record(
            merchant_id=provider_id, by=by, action="orders.offer.sent",
            facts={"listing": listing.listing_id, "kind": offer.kind, "value": offer.value, "merchants": len(made)},
        )  # fmt: skip
    return made


def _checked(listing: PublicListing, offer: Offer) -> Mapping[str, Any]:
    """The package it is for, empty for every package. Raises BadOffer."""
    if listing.pricing_model not in DISCOUNTED:
        raise BadOffer(_("This service has no listed price a coupon could lower. Send a quote instead."))
    if not SHORTEST <= offer.days <= LONGEST:
        raise BadOffer(_("A coupon is good for %(least)s to %(most)s days.") % {"least": SHORTEST, "most": LONGEST})
    chosen = [row for row in packages_of(listing) if offer.package in ("", row["key"])]
    if not chosen:
        raise BadOffer(_("Choose one of the packages."))
    if offer.kind == Coupon.Kind.PERCENT:
        if not 0 < offer.value <= MOST_OFF:
            raise BadOffer(_("A discount is between 0.01 and %(most)s percent.") % {"most": MOST_OFF // 100})
    elif not 0 < offer.value * 10_000 <= min(map(_least_price, chosen)) * MOST_OFF:
        raise BadOffer(_("A discount is at most %(most)s percent of the price.") % {"most": MOST_OFF // 100})
    return chosen[0] if offer.package else {}


def _least_price(row: Mapping[str, Any]) -> int:
    return int(min(row["prices"].values()) if "prices" in row else row["price_minor"])


def _chosen(provider_id: int, merchant_ids: Sequence[int]) -> list[Known]:
    """Those chosen, each once. Raises BadOffer without any, OfferNotWanted with one the provider has never dealt with."""
    known = {each.id: each for each in known_merchants(provider_id)}
    wanted = sorted(set(merchant_ids))
    if not wanted:
        raise BadOffer(_("Choose at least one merchant."))
    if not set(wanted) <= set(known):
        raise OfferNotWanted(_("Offers go to merchants you have had a contract or a conversation with."))
    return [known[pk] for pk in wanted]


def _require_room(provider_id: int, chosen: Sequence[Known], at: datetime) -> None:
    """Raises TooManyOffers."""
    if len(chosen) > left_to_send(provider_id, at):
        raise TooManyOffers(_("You can send %(n)s offers in thirty days. Choose fewer merchants.") % {"n": MOST_SENT})
    recent = sent_to(provider_id, at)
    full = [each for each in chosen if recent.get(each.id, 0) >= MOST_TO_ONE]
    if full:
        text = _("Had %(n)s offers from you within thirty days: %(names)s. Leave them out.")
        raise TooManyOffers(text % {"names": _names(full), "n": MOST_TO_ONE})


def _require_wanted(provider_id: int, chosen: Sequence[Known]) -> None:
    """Raises OfferNotWanted; whether somebody refuses this provider or every one is nobody's business."""
    unwilling = []
    for each in chosen:
        with scope(each.id):
            if refuses(each.id, provider_id):
                unwilling.append(each)
    if unwilling:
        raise OfferNotWanted(_("No offers are wanted by: %(names)s. Leave them out.") % {"names": _names(unwilling)})


def _names(merchants: Iterable[Known]) -> str:
    return _(", ").join(each.name for each in merchants)


def _common(listing: PublicListing, package: Mapping[str, Any], offer: Offer, by: Actor, at: datetime) -> dict[str, Any]:
    """What the coupons of one sending have in common, in the words of this moment."""
    return {
        "provider_id": listing.provider_id, "listing_id": listing.listing_id, "listing_slug": listing.slug,
        "title_zh": listing.title_zh, "title_en": listing.title_en, "package": offer.package,
        "package_zh": package.get("name_zh", ""), "package_en": package.get("name_en", ""), "kind": offer.kind,
        "value": offer.value, "currency": listing.currency, "note": offer.note.strip(), "sent_at": at, "sent_by": by.label,
        "valid_until": end_of(day_of(at) + timedelta(days=offer.days)),
    }  # fmt: skip


def _send(common: Mapping[str, Any], to: Known, at: datetime) -> Coupon:
    """One coupon, made in its merchant's scope."""
    with scope(to.id):
        row = Coupon.objects.create(merchant_id=to.id, merchant_name=to.name, **common)
        tell(
            organization_id=to.id, kind="orders.offer.sent", url=PAGE, effect_key=f"offer:{row.pk}", at=at,
            facts={**_told(row), "discount": discount_both(row), "until": last_day_both(row)},
        )  # fmt: skip
    return row


def _told(coupon: Coupon) -> dict[str, Any]:
    return {"provider": coupon.provider_name, "title": {"zh": coupon.title_zh, "en": coupon.title_en}}


def withdraw_offer(*, provider_id: int, coupon_id: int, by: Actor, at: datetime) -> Coupon:
    """Take a coupon back that was not used. Doing it twice changes nothing. Raises NotFound, NotPossible."""
    with scope(provider_id, durable=True):
        row = access_coupon(organization_id=provider_id, pk=coupon_id, locked=True)
        if row.provider_id != provider_id:
            raise NotFound(f"coupon {coupon_id}")
        if row.state == Coupon.State.USED:
            raise NotPossible(_("The coupon was used; the contract stands."))
        if row.state == Coupon.State.WITHDRAWN:
            return row
        was_good = row.is_good(at)
        row.state, row.closed_at = Coupon.State.WITHDRAWN, at
        row.save(update_fields=["state", "closed_at"])
        record(merchant_id=provider_id, by=by, action="orders.offer.withdrawn", facts={"coupon": row.pk})
        if was_good:
            with scope(row.merchant_id):
                tell(
                    organization_id=row.merchant_id, kind="orders.offer.withdrawn", url=PAGE, at=at, facts=_told(row),
                    effect_key=f"offer:{row.pk}:withdrawn",
                )  # fmt: skip
    return row
