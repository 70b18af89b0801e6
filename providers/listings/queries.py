"""Reading a provider's own listings, inside its scope."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound
from providers.listings.models import Listing, ListingVersion
from providers.listings.policies import Standing


def standing_of(*, provider_id: int, slug: str) -> Standing:
    """A listing with all its versions. Raises NotFound for what is missing or foreign."""
    listing = Listing.objects.select_related("category__parent").filter(provider_id=provider_id, slug=slug).first()
    if listing is None:
        raise NotFound(_("There is no such listing."))
    return Standing(listing, versions_of(listing))


def versions_of(listing: Listing) -> list[ListingVersion]:
    """Newest first, with their categories."""
    rows = ListingVersion.objects.filter(provider_id=listing.provider_id, listing_id=listing.pk)
    return list(rows.select_related("category__parent").order_by("-number"))


def listings_of(provider_id: int) -> QuerySet[Any]:
    """A provider's listings with the state of their newest version (`version_state`, `version_number`)."""
    newest = (
        ListingVersion.objects.filter(provider_id=provider_id, listing_id=OuterRef("pk"))
        .exclude(state="replaced")
        .order_by("-number")
    )
    return (
        Listing.objects.filter(provider_id=provider_id)
        .select_related("category")
        .annotate(version_state=Subquery(newest.values("state")[:1]), version_number=Subquery(newest.values("number")[:1]))
    )


def state_counts(provider_id: int) -> dict[str, int]:
    """How many listings are in each state, and how many wait in review (`submitted`) or for changes (`changes_requested`)."""
    counts: dict[str, int] = {}
    for state, version_state in listings_of(provider_id).values_list("state", "version_state"):
        counts[state] = counts.get(state, 0) + 1
        if version_state in ("submitted", "changes_requested", "rejected", "approved") and state != "archived":
            counts[version_state] = counts.get(version_state, 0) + 1
    return counts
