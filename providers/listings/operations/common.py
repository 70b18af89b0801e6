"""Locking a listing, and the steps between states that the tables allow."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound
from marketplace.tenancy.actor import Actor
from providers.listings.errors import NotPossibleNow
from providers.listings.models import Listing, ListingVersion
from providers.listings.policies import Standing
from providers.listings.queries import versions_of
from providers.listings.states import LISTING_TRANSITIONS, VERSION_TRANSITIONS, may_become


def locked(provider_id: int, listing_id: int) -> Standing:
    """The listing, locked until the transaction ends, with its versions. Raises NotFound."""
    listing = Listing.objects.select_for_update().filter(provider_id=provider_id, pk=listing_id).first()
    if listing is None:
        raise NotFound(_("There is no such listing."))
    return Standing(listing, versions_of(listing))


def locked_for(provider_id: int, listing_id: int, act: str) -> Standing:
    """The same, when its state allows the act. Raises NotPossibleNow."""
    found = locked(provider_id, listing_id)
    if not found.allows(act):
        words = {"state": found.listing.get_state_display(), "version": found.shown.get_state_display()}
        raise NotPossibleNow(_("This is not possible now: the listing is “%(state)s”, its newest version “%(version)s”.") % words)
    return found


def move_listing(listing: Listing, state: str, at: datetime, **more: Any) -> None:
    assert may_become(LISTING_TRANSITIONS, listing.state, state), (listing.state, state)  # noqa: S101  policies have seen to it
    for name, value in {"state": state, "updated_at": at, **more}.items():
        setattr(listing, name, value)
    listing.save(update_fields=["state", "updated_at", *more])


def move_version(version: ListingVersion, state: str, **more: Any) -> None:
    assert may_become(VERSION_TRANSITIONS, version.state, state), (version.state, state)  # noqa: S101
    for name, value in {"state": state, **more}.items():
        setattr(version, name, value)
    version.save(update_fields=["state", *more])


def told(listing: Listing, action: str, by: Actor, **facts: Any) -> None:
    """The audit row of an act on a listing."""
    about = {"listing_id": listing.pk, "slug": listing.slug, "title": listing.title_zh or listing.title_en}
    record(merchant_id=listing.provider_id, by=by, action=f"providers.listing.{action}", facts={**about, **facts})
