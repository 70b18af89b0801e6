"""Every act on listings: writing, handing in, publishing, pausing, archiving, and the decisions of reviewers.

Lock policy: the listing's row first, always; its versions, the review and the public row are only touched while it is held.
"""

from providers.listings.operations.lifecycle import (
    archive_listing,
    discard_draft,
    pause_listing,
    publish_listing,
    restore_listing,
    resume_listing,
    submit_listing,
    withdraw_listing,
)
from providers.listings.operations.reviewing import decide_listing, overrule_listing
from providers.listings.operations.writing import (
    add_image,
    bring_back_version,
    duplicate_listing,
    save_section,
    start_listing,
    write_listing,
)

__all__ = [
    "add_image",
    "archive_listing",
    "bring_back_version",
    "decide_listing",
    "discard_draft",
    "duplicate_listing",
    "overrule_listing",
    "pause_listing",
    "publish_listing",
    "restore_listing",
    "resume_listing",
    "save_section",
    "start_listing",
    "submit_listing",
    "withdraw_listing",
    "write_listing",
]
