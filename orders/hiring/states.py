"""What may become of a need, an invitation and a proposal: three transition tables. Who may is a matter of rights."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import pgettext_lazy

from marketplace.kernel.transitions import Table


class BriefState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("need", "Draft")
    PUBLISHED = "published", pgettext_lazy("need", "Open for answers")
    FILLED = "filled", pgettext_lazy("need", "Filled")
    CLOSED = "closed", pgettext_lazy("need", "Closed")
    CANCELLED = "cancelled", pgettext_lazy("need", "Withdrawn")


class InvitationState(models.TextChoices):
    SENT = "sent", pgettext_lazy("lead", "Waiting for an answer")
    ACCEPTED = "accepted", pgettext_lazy("lead", "Preparing a proposal")
    QUOTED = "quoted", pgettext_lazy("lead", "Proposal sent")
    DECLINED = "declined", pgettext_lazy("lead", "Declined")
    LAPSED = "lapsed", pgettext_lazy("lead", "Not answered in time")
    PASSED = "passed", pgettext_lazy("lead", "Not chosen")
    CLOSED = "closed", pgettext_lazy("lead", "Need is over")
    HIRED = "hired", pgettext_lazy("lead", "Hired")


class ProposalState(models.TextChoices):
    SUBMITTED = "submitted", pgettext_lazy("proposal", "With the merchant")
    COUNTERED = "countered", pgettext_lazy("proposal", "Counter-offer with the provider")
    ACCEPTED = "accepted", pgettext_lazy("proposal", "Accepted")
    DECLINED = "declined", pgettext_lazy("proposal", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "Withdrawn")
    EXPIRED = "expired", pgettext_lazy("proposal", "Expired")


BRIEF_TABLE: Table = {
    ("draft", "edit"): "draft",
    ("draft", "publish"): "published",
    ("draft", "cancel"): "cancelled",
    ("published", "invite"): "published",
    ("published", "answer"): "published",
    ("published", "fill"): "filled",
    ("published", "cancel"): "cancelled",
    # Time closes it when nobody was chosen.
    ("published", "close"): "closed",
}
INVITATION_TABLE: Table = {
    ("sent", "accept"): "accepted",
    ("sent", "decline"): "declined",
    ("sent", "quote"): "quoted",
    ("sent", "lapse"): "lapsed",
    ("sent", "close"): "closed",
    ("accepted", "decline"): "declined",
    ("accepted", "quote"): "quoted",
    ("accepted", "close"): "closed",
    # A proposal was withdrawn by its provider, turned down by the merchant, or became a contract.
    ("quoted", "decline"): "declined",
    ("quoted", "pass"): "passed",
    ("quoted", "close"): "closed",
    ("quoted", "hire"): "hired",
}
PROPOSAL_TABLE: Table = {
    ("submitted", "accept"): "accepted",
    ("submitted", "counter"): "countered",
    ("submitted", "decline"): "declined",
    ("submitted", "revise"): "submitted",
    ("submitted", "withdraw"): "withdrawn",
    ("submitted", "expire"): "expired",
    ("submitted", "drop"): "declined",
    ("countered", "agree"): "accepted",
    ("countered", "revise"): "submitted",
    ("countered", "decline"): "declined",
    ("countered", "withdraw"): "withdrawn",
    ("countered", "expire"): "expired",
    ("countered", "drop"): "declined",
    # What nobody answered in a week can be put forward again.
    ("expired", "revise"): "submitted",
    ("expired", "decline"): "declined",
    ("expired", "withdraw"): "withdrawn",
    ("expired", "drop"): "declined",
}
#: Who does what; what is missing here is done by time, or follows from another act.
SIDES: Mapping[str, str] = {
    "accept": "merchant",
    "counter": "merchant",
    "decline": "merchant",
    "agree": "provider",
    "revise": "provider",
    "withdraw": "provider",
}
#: An invitation somebody still has to do with; at most five of a need's invited ones are live.
LIVE = frozenset({"sent", "accepted", "quoted"})
#: A proposal that can still become a contract.
OPEN_PROPOSALS = frozenset({"submitted", "countered"})
