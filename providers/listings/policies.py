"""What the state of a listing allows. Who may is a matter of `marketplace.accounts.roles`."""

from collections.abc import Sequence
from dataclasses import dataclass

from providers.listings.models import Listing, ListingVersion
from providers.listings.states import LISTING_TRANSITIONS, OPEN, VERSION_TRANSITIONS, may_become

ACTS = ("submit", "withdraw", "discard", "publish", "pause", "resume", "archive", "restore", "duplicate")


@dataclass(frozen=True)
class Standing:
    """A listing with its versions, newest first."""

    listing: Listing
    versions: Sequence[ListingVersion]

    @property
    def newest(self) -> ListingVersion:
        return self.versions[0]

    @property
    def published(self) -> ListingVersion | None:
        return next((version for version in self.versions if version.state == "published"), None)

    @property
    def open(self) -> ListingVersion | None:
        """The draft, or what is in review."""
        return next((version for version in self.versions if version.state in OPEN), None)

    @property
    def shown(self) -> ListingVersion:
        """What the editor shows: the open version, else what is published after a draft was given up, else the newest."""
        if self.open is None and self.newest.state == "discarded" and self.published is not None:
            return self.published
        return self.open or next((v for v in self.versions if v.state not in ("discarded", "replaced")), self.newest)

    @property
    def is_editable(self) -> bool:
        """Whether a save may change the open version or open a new one."""
        waits = self.open is not None and self.open.state == "submitted"
        return self.listing.state != "archived" and not waits and self.shown.state != "approved"

    def allows(self, act: str) -> bool:
        """Whether the states allow an act; completeness and the gate are asked when it is carried out."""
        version, listing = self.shown, self.listing
        tests = {
            "submit": listing.state != "archived" and may_become(VERSION_TRANSITIONS, version.state, "submitted"),
            "withdraw": version.state == "submitted",
            "discard": version.state == "draft" and self.published is not None,
            "publish": version.state == "approved" and listing.state != "archived",
            "pause": may_become(LISTING_TRANSITIONS, listing.state, "paused") and listing.state == "published",
            "resume": listing.state == "paused",
            "archive": may_become(LISTING_TRANSITIONS, listing.state, "archived"),
            "restore": listing.state == "archived",
            "duplicate": True,
        }
        return tests[act]

    @property
    def acts(self) -> list[str]:
        """What can be done now, for the page's buttons."""
        return [act for act in ACTS if self.allows(act)]
