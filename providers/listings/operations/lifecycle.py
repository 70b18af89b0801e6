"""Handing in and taking back, publishing, pausing, archiving."""

from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.catalogue.queries import attributes_of
from providers.listings.errors import GateClosed, Incomplete
from providers.listings.models import Listing, ListingVersion
from providers.listings.operations.common import locked_for, move_listing, move_version, told
from providers.listings.policies import Standing
from providers.listings.problems import problems
from providers.listings.projection import project
from providers.listings.risk import risk_of
from providers.moderation.operations import open_review, withdraw_review
from providers.onboarding.gate import may

KIND = "listing"


def submit_listing(*, provider_id: int, listing_id: int, by: Actor, at: datetime) -> ListingVersion:
    """Hand the draft in for review. A rule may approve it at once.

    Raises Incomplete, GateClosed (an unverified company, a missing qualification, a penalty), NotPossibleNow.
    """
    with scope(provider_id, durable=True):
        standing = locked_for(provider_id, listing_id, "submit")
        version = standing.shown
        found = problems(version, attributes_of(version.category))
        if found:
            raise Incomplete(_("Something is missing before the listing can be handed in."), found)
        require_gate(provider_id, version, at)
        risk = risk_of(standing.published, version)
        move_version(version, "submitted", submitted_at=at, risk=risk, reasons=[], note="", decided_at=None)
        told(standing.listing, "submitted", by, version=version.number, risk=risk)
        open_review(
            provider_id=provider_id, kind=KIND, subject_id=version.pk, risk=risk, title=version.title_zh or version.title_en,
            by=by, at=at,
        )  # fmt: skip
        version.refresh_from_db()
        return version


def require_gate(provider_id: int, version: ListingVersion, at: datetime) -> None:
    """Raises GateClosed with every reason why the provider may not list in this category now."""
    verdict = may(provider_id, "list", version.category.slug, at=at)
    if not verdict.allowed:
        raise GateClosed(_("You cannot list yet."), verdict.reasons)


def withdraw_listing(*, provider_id: int, listing_id: int, by: Actor, at: datetime) -> None:
    """Take the submitted version back into the draft state."""
    with scope(provider_id, durable=True):
        standing = locked_for(provider_id, listing_id, "withdraw")
        _take_back(standing, by, at)
        told(standing.listing, "withdrawn", by, version=standing.shown.number)


def _take_back(standing: Standing, by: Actor, at: datetime) -> None:
    version = standing.shown
    move_version(version, "draft", submitted_at=None, risk="")
    withdraw_review(provider_id=version.provider_id, kind=KIND, subject_id=version.pk, by=by, at=at)


def discard_draft(*, provider_id: int, listing_id: int, by: Actor, at: datetime) -> None:
    """Give the draft up and stay with what is published."""
    with scope(provider_id, durable=True):
        standing = locked_for(provider_id, listing_id, "discard")
        move_version(standing.shown, "discarded")
        published = standing.published
        assert published is not None  # noqa: S101  the policy has seen to it
        listing = standing.listing
        listing.category, listing.title_zh, listing.title_en = published.category, published.title_zh, published.title_en
        listing.updated_at = at
        listing.save(update_fields=["category", "title_zh", "title_en", "updated_at"])
        told(listing, "draft_discarded", by, version=standing.shown.number)


def publish_listing(*, provider_id: int, listing_id: int, by: Actor, at: datetime) -> None:
    """Put an approved version before the public, when it could not be done at the approval. Raises GateClosed."""
    with scope(provider_id, durable=True):
        standing = locked_for(provider_id, listing_id, "publish")
        require_gate(provider_id, standing.shown, at)
        put_before_public(standing, standing.shown, by, at)


def put_before_public(standing: Standing, version: ListingVersion, by: Actor, at: datetime) -> None:
    """The approved version takes the place of the published one. A paused listing stays paused, with the new version."""
    listing = standing.listing
    if standing.published is not None:
        move_version(standing.published, "replaced")
    move_version(version, "published", published_at=at)
    if listing.state == "draft":
        move_listing(listing, "published", at, published_at=listing.published_at or at)
    told(listing, "published", by, version=version.number)
    project(provider_id=listing.provider_id, listing_ids=[listing.pk])


def pause_listing(*, provider_id: int, listing_id: int, by: Actor, at: datetime) -> None:
    """Take it out of the market for a while."""
    _change(provider_id, listing_id, "pause", "paused", by, at)


def resume_listing(*, provider_id: int, listing_id: int, by: Actor, at: datetime) -> None:
    """Put a paused listing back. Raises GateClosed."""
    with scope(provider_id, durable=True):
        standing = locked_for(provider_id, listing_id, "resume")
        require_gate(provider_id, standing.published or standing.shown, at)
        _step(standing.listing, "resume", "published", by, at)


def archive_listing(*, provider_id: int, listing_id: int, by: Actor, at: datetime) -> None:
    """Put it away. What is in review is taken back; `restore_listing` undoes this."""
    with scope(provider_id, durable=True):
        standing = locked_for(provider_id, listing_id, "archive")
        if standing.shown.state == "submitted":
            _take_back(standing, by, at)
        listing = standing.listing
        old = listing.state
        move_listing(listing, "archived", at, archived_from=old)
        told(listing, "archived", by, old=old, new="archived")
        project(provider_id=provider_id, listing_ids=[listing.pk])


def restore_listing(*, provider_id: int, listing_id: int, by: Actor, at: datetime) -> None:
    """Undo an archiving. What was published comes back paused when the gate is closed meanwhile."""
    with scope(provider_id, durable=True):
        standing = locked_for(provider_id, listing_id, "restore")
        state, live = standing.listing.archived_from, standing.published
        if live is None:
            state = "draft"
        elif state == "published" and not may(provider_id, "list", live.category.slug, at=at).allowed:
            state = "paused"
        move_listing(standing.listing, state, at, archived_from="")
        told(standing.listing, "restored", by, old="archived", new=state)
        project(provider_id=provider_id, listing_ids=[standing.listing.pk])


def _change(provider_id: int, listing_id: int, act: str, state: str, by: Actor, at: datetime) -> None:
    with scope(provider_id, durable=True):
        _step(locked_for(provider_id, listing_id, act).listing, act, state, by, at)


def _step(listing: Listing, act: str, state: str, by: Actor, at: datetime) -> None:
    old = listing.state
    move_listing(listing, state, at)
    told(listing, {"pause": "paused", "resume": "resumed"}[act], by, old=old, new=state)
    project(provider_id=listing.provider_id, listing_ids=[listing.pk])
