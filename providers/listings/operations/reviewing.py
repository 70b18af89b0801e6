"""The decisions of reviewers, carried out on a version (called by moderation, in its transaction and scope)."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound
from marketplace.tenancy.actor import Actor
from providers.listings.errors import NotPossibleNow
from providers.listings.models import ListingVersion
from providers.listings.operations.common import locked, move_listing, move_version, told
from providers.listings.operations.lifecycle import put_before_public
from providers.listings.policies import Standing
from providers.listings.projection import project
from providers.onboarding.gate import may


def decide_listing(
    provider_id: int, subject_id: int, verdict: str, reasons: Sequence[str], note: str, by: Actor, at: datetime
) -> None:
    """Carry a verdict out. What is approved is published at once, unless the gate is closed: then the provider does it later."""
    standing, version = _subject(provider_id, subject_id)
    if version.state != "submitted":
        raise NotPossibleNow(_("This version no longer waits for a decision."))
    move_version(version, verdict, decided_at=at, reasons=list(reasons), note=note)
    told(standing.listing, verdict, by, version=version.number, reasons=list(reasons), note=note)
    if verdict == "approved" and may(provider_id, "list", version.category.slug, at=at).allowed:
        put_before_public(standing, version, by, at)


def overrule_listing(
    provider_id: int, subject_id: int, verdict: str, reasons: Sequence[str], note: str, by: Actor, at: datetime
) -> None:
    """Take back what a rule approved: the version before it is published again, or the listing becomes a draft."""
    standing, version = _subject(provider_id, subject_id)
    if version.state not in ("published", "approved"):
        raise NotPossibleNow(_("A newer version has taken its place. Confirm this one, and look at the newer one."))
    was_published = version.state == "published"
    move_version(version, verdict, decided_at=at, reasons=list(reasons), note=note)
    before = next((v for v in standing.versions if v.state == "replaced" and v.number < version.number), None)
    if was_published and before is not None:
        move_version(before, "published")
    elif was_published and standing.listing.state != "archived":
        move_listing(standing.listing, "draft", at)
    told(standing.listing, "overruled", by, version=version.number, verdict=verdict, reasons=list(reasons), note=note)
    project(provider_id=provider_id, listing_ids=[standing.listing.pk])


def _subject(provider_id: int, version_id: int) -> tuple[Standing, ListingVersion]:
    """The locked listing and the version decided about."""
    listing_id = (
        ListingVersion.objects.filter(provider_id=provider_id, pk=version_id).values_list("listing_id", flat=True).first()
    )
    if listing_id is None:
        raise NotFound(_("There is no such version."))
    standing = locked(provider_id, listing_id)
    return standing, next(version for version in standing.versions if version.pk == version_id)
