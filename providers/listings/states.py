"""What may become of a listing and of a version: the two transition tables. The database holds the lists of states."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import pgettext_lazy


class ListingState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("listing", "Draft")
    PUBLISHED = "published", pgettext_lazy("listing", "Published")
    PAUSED = "paused", pgettext_lazy("listing", "Paused")
    ARCHIVED = "archived", pgettext_lazy("listing", "Archived")


class VersionState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("listing", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("listing", "In review")
    CHANGES_REQUESTED = "changes_requested", pgettext_lazy("listing", "Changes asked for")
    REJECTED = "rejected", pgettext_lazy("listing", "Rejected")
    APPROVED = "approved", pgettext_lazy("listing", "Approved")
    PUBLISHED = "published", pgettext_lazy("listing", "Published")
    REPLACED = "replaced", pgettext_lazy("listing", "Replaced")
    DISCARDED = "discarded", pgettext_lazy("listing", "Discarded")


#: A version somebody works on or decides; a listing has at most one.
OPEN = frozenset({"draft", "submitted"})
LISTING_TRANSITIONS: Mapping[str, frozenset[str]] = {
    "draft": frozenset({"published", "archived"}),
    # Back to draft only when a second look takes back what a rule approved, and there is nothing before it.
    "published": frozenset({"paused", "archived", "draft"}),
    "paused": frozenset({"published", "archived", "draft"}),
    "archived": frozenset({"draft", "paused", "published"}),
}
VERSION_TRANSITIONS: Mapping[str, frozenset[str]] = {
    "draft": frozenset({"submitted", "discarded"}),
    "submitted": frozenset({"draft", "approved", "changes_requested", "rejected"}),
    "approved": frozenset({"published", "changes_requested", "rejected"}),
    "published": frozenset({"replaced", "changes_requested", "rejected"}),
    # What was sent back stays as it was judged; the work goes on in a new version.
    "changes_requested": frozenset(),
    "rejected": frozenset(),
    "replaced": frozenset({"published"}),
    "discarded": frozenset(),
}


def may_become(table: Mapping[str, frozenset[str]], now: str, then: str) -> bool:
    """Whether the table leads from one state to the other."""
    return then in table.get(now, frozenset())
