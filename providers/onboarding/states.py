"""What each state allows: one table per state machine. Who may do it is another question (marketplace.accounts.roles)."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.kernel.transitions import Table


class ApplicationState(models.TextChoices):
    """Of a company. `renewing`: verified, with newer documents being checked; it stays verified meanwhile."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    CHANGES_REQUESTED = "changes_requested", _("Changes requested")
    REJECTED = "rejected", _("Rejected")
    VERIFIED = "verified", _("Verified")
    RENEWING = "renewing", _("Being renewed")
    EXPIRED = "expired", _("Expired")
    SUSPENDED = "suspended", _("Suspended")


class QualificationState(models.TextChoices):
    """Of a company for one category. `renewing` as above."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    CHANGES_REQUESTED = "changes_requested", _("Changes requested")
    REJECTED = "rejected", _("Rejected")
    APPROVED = "approved", _("Approved")
    RENEWING = "renewing", _("Being renewed")
    EXPIRED = "expired", _("Expired")
    DROPPED = "dropped", _("Not wanted any more")


class ExitState(models.TextChoices):
    """Of a company that leaves. The deposit is paid back 30 days after `left`."""

    REQUESTED = "requested", _("Asked to leave")
    LEFT = "left", _("Left the market")
    REFUNDED = "refunded", _("Deposit paid back")
    WITHDRAWN = "withdrawn", _("Staying after all")


class TransferState(models.TextChoices):
    """Of a bank transfer that the provider announced."""

    ANNOUNCED = "announced", _("Announced")
    CONFIRMED = "confirmed", _("Confirmed")
    REFUSED = "refused", _("Not found")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ExportState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Finished")
    FAILED = "failed", _("Failed")


A, Q, E, T = ApplicationState, QualificationState, ExitState, TransferState

APPLICATION: Table = {
    (A.DRAFT, "submit"): A.SUBMITTED,
    (A.CHANGES_REQUESTED, "submit"): A.SUBMITTED,
    (A.REJECTED, "submit"): A.SUBMITTED,
    (A.EXPIRED, "submit"): A.SUBMITTED,
    (A.VERIFIED, "submit"): A.RENEWING,
    (A.SUBMITTED, "withdraw"): A.DRAFT,
    (A.RENEWING, "withdraw"): A.VERIFIED,
    (A.SUBMITTED, "approve"): A.VERIFIED,
    (A.SUBMITTED, "request_changes"): A.CHANGES_REQUESTED,
    (A.SUBMITTED, "reject"): A.REJECTED,
    (A.RENEWING, "approve"): A.VERIFIED,
    (A.RENEWING, "request_changes"): A.VERIFIED,
    (A.RENEWING, "reject"): A.VERIFIED,
    (A.VERIFIED, "expire"): A.EXPIRED,
    (A.RENEWING, "expire"): A.SUBMITTED,
    (A.VERIFIED, "suspend"): A.SUSPENDED,
    (A.SUSPENDED, "reinstate"): A.VERIFIED,
}
QUALIFICATION: Table = {
    (Q.DRAFT, "submit"): Q.SUBMITTED,
    (Q.CHANGES_REQUESTED, "submit"): Q.SUBMITTED,
    (Q.REJECTED, "submit"): Q.SUBMITTED,
    (Q.EXPIRED, "submit"): Q.SUBMITTED,
    (Q.APPROVED, "submit"): Q.RENEWING,
    (Q.SUBMITTED, "withdraw"): Q.DRAFT,
    (Q.RENEWING, "withdraw"): Q.APPROVED,
    (Q.SUBMITTED, "approve"): Q.APPROVED,
    (Q.SUBMITTED, "request_changes"): Q.CHANGES_REQUESTED,
    (Q.SUBMITTED, "reject"): Q.REJECTED,
    (Q.RENEWING, "approve"): Q.APPROVED,
    (Q.RENEWING, "request_changes"): Q.APPROVED,
    (Q.RENEWING, "reject"): Q.APPROVED,
    (Q.APPROVED, "expire"): Q.EXPIRED,
    (Q.RENEWING, "expire"): Q.SUBMITTED,
    (Q.APPROVED, "overrule_changes"): Q.CHANGES_REQUESTED,
    (Q.APPROVED, "overrule_reject"): Q.REJECTED,
    (Q.DRAFT, "drop"): Q.DROPPED,
    (Q.CHANGES_REQUESTED, "drop"): Q.DROPPED,
    (Q.REJECTED, "drop"): Q.DROPPED,
    (Q.EXPIRED, "drop"): Q.DROPPED,
    (Q.APPROVED, "drop"): Q.DROPPED,
    (Q.DROPPED, "choose"): Q.DRAFT,
}
EXIT: Table = {
    (E.REQUESTED, "leave"): E.LEFT,
    (E.REQUESTED, "withdraw"): E.WITHDRAWN,
    (E.LEFT, "refund"): E.REFUNDED,
}
TRANSFER: Table = {
    (T.ANNOUNCED, "confirm"): T.CONFIRMED,
    (T.ANNOUNCED, "refuse"): T.REFUSED,
    (T.ANNOUNCED, "withdraw"): T.WITHDRAWN,
}
#: Acts of a reviewer, by verdict.
ACTS: Mapping[str, str] = {
    "approved": "approve",
    "auto_approved": "approve",
    "changes_requested": "request_changes",
    "rejected": "reject",
}
#: What counts as verified, and as qualified.
VERIFIED = frozenset({A.VERIFIED, A.RENEWING})
QUALIFIED = frozenset({Q.APPROVED, Q.RENEWING})
#: While somebody checks, nothing is changed under his hands.
LOCKED = frozenset({A.SUBMITTED, A.RENEWING, A.SUSPENDED})
