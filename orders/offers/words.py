"""Offers as people read them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from marketplace.outbox import both
from marketplace.outbox.people import Fact
from marketplace.ui import formats
from marketplace.ui.formats import language
from orders.offers.models import Coupon
from providers.listings.models import PublicListing


def discount_text(coupon: Coupon) -> str:
    """What it takes off, in the reader's language."""
    if coupon.kind == Coupon.Kind.PERCENT:
        return _("%(share)s off") % {"share": formats.percent(coupon.value / 10_000, 2)}
    return _("%(amount)s off") % {"amount": formats.money(coupon.value, coupon.currency)}


def discount_both(coupon: Coupon) -> Fact:
    return both.of(lambda: discount_text(coupon))


def last_day_both(coupon: Coupon) -> Fact:
    """The last day it can be ordered with."""
    return both.of(lambda: formats.local_date(coupon.last_day))


def packages_of(listing: PublicListing) -> Sequence[Mapping[str, Any]]:
    """What can be bought of it: packages, or a subscription's editions."""
    rows: Sequence[Mapping[str, Any]] = listing.offer.get(
        "editions" if listing.pricing_model == "subscription" else "packages", ()
    )
    return rows


def named(package: Mapping[str, Any]) -> str:
    """A package's name in the reader's language; "" for none."""
    return str(package.get(f"name_{language()}") or "")
