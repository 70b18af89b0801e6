"""What each state allows: one table per state machine."""

from marketplace.kernel.transitions import Table
from providers.profiles.models import Case, ProfileVersion

V, C, P = ProfileVersion.State, Case.State, Case.Proof

VERSION: Table = {
    (V.DRAFT, "edit"): V.DRAFT,
    (V.CHANGES_REQUESTED, "edit"): V.CHANGES_REQUESTED,
    (V.REJECTED, "edit"): V.REJECTED,
    (V.DRAFT, "submit"): V.SUBMITTED,
    (V.CHANGES_REQUESTED, "submit"): V.SUBMITTED,
    (V.REJECTED, "submit"): V.SUBMITTED,
    (V.SUBMITTED, "withdraw"): V.DRAFT,
    (V.SUBMITTED, "approved"): V.APPROVED,
    (V.SUBMITTED, "changes_requested"): V.CHANGES_REQUESTED,
    (V.SUBMITTED, "rejected"): V.REJECTED,
}
CASE: Table = {
    (C.DRAFT, "edit"): C.DRAFT,
    (C.CHANGES_REQUESTED, "edit"): C.CHANGES_REQUESTED,
    (C.REJECTED, "edit"): C.REJECTED,
    (C.PUBLISHED, "edit"): C.DRAFT,
    (C.DRAFT, "submit"): C.SUBMITTED,
    (C.CHANGES_REQUESTED, "submit"): C.SUBMITTED,
    (C.REJECTED, "submit"): C.SUBMITTED,
    (C.SUBMITTED, "withdraw"): C.DRAFT,
    (C.SUBMITTED, "approved"): C.PUBLISHED,
    (C.SUBMITTED, "changes_requested"): C.CHANGES_REQUESTED,
    (C.SUBMITTED, "rejected"): C.REJECTED,
    (C.PUBLISHED, "overruled"): C.CHANGES_REQUESTED,
    (C.DRAFT, "archive"): C.ARCHIVED,
    (C.CHANGES_REQUESTED, "archive"): C.ARCHIVED,
    (C.REJECTED, "archive"): C.ARCHIVED,
    (C.PUBLISHED, "archive"): C.ARCHIVED,
    (C.ARCHIVED, "restore"): C.DRAFT,
}
#: The merchant's answer. Editing what he confirmed takes it back to the beginning.
PROOF: Table = {
    (P.NONE, "ask"): P.ASKED,
    (P.ASKED, "ask"): P.ASKED,
    (P.REFUSED, "ask"): P.ASKED,
    (P.WITHDRAWN, "ask"): P.ASKED,
    (P.ASKED, "confirm"): P.CONFIRMED,
    (P.CONFIRMED, "confirm"): P.CONFIRMED,
    (P.ASKED, "refuse"): P.REFUSED,
    (P.CONFIRMED, "refuse"): P.REFUSED,
    (P.CONFIRMED, "withdraw"): P.WITHDRAWN,
}
