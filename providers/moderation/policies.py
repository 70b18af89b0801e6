"""What the state of a review allows. Pure: nothing here reads the clock or the database."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from providers.moderation import states
from providers.moderation.errors import BadVerdict
from providers.moderation.kinds import ReviewKind, Text
from providers.moderation.models import Review

#: A claim keeps colleagues away for this long; then it is free again.
CLAIM_LASTS = timedelta(minutes=30)
LONGEST_NOTE = 2000


def is_open(review: Review) -> bool:
    """Whether it stands in the inbox."""
    return review.state in states.OPEN


def is_overdue(review: Review, at: datetime) -> bool:
    """Whether the decision is late."""
    return is_open(review) and review.due_at < at


def is_claimed(review: Review, at: datetime) -> bool:
    """Whether somebody is looking at it: claims wear off."""
    return review.claimed_at is not None and at - review.claimed_at < CLAIM_LASTS


def is_claimed_by_another(review: Review, user_id: int | None, at: datetime) -> bool:
    """Whether a colleague is looking at it."""
    return is_claimed(review, at) and review.claimed_by_id != user_id


def allowed_verdicts(review: Review, kind: ReviewKind) -> list[str]:
    """The verdicts a person can give now; a second look can only confirm where nothing takes an approval back."""
    if not is_open(review):
        return []
    if review.state == "sampled" and kind.overrule is None:
        return [states.APPROVED]
    return [verdict for verdict in states.VERDICTS if not kind.verdicts or verdict in kind.verdicts]


def may_be_approved_in_bulk(review: Review) -> bool:
    """Only what is low risk and still waits: everything else deserves to be opened."""
    return review.state == "waiting" and review.risk == Review.Risk.LOW


def check_verdict(review: Review, kind: ReviewKind, verdict: str, reasons: Sequence[str], note: str) -> None:
    """Raise BadVerdict when the verdict does not fit, or says no without saying why."""
    if verdict not in allowed_verdicts(review, kind):
        raise BadVerdict(_("This decision is not possible here."))
    if unknown := set(reasons) - set(kind.reasons):
        raise BadVerdict(_("Unknown reasons: %(codes)s") % {"codes": ", ".join(sorted(unknown))})
    if verdict != states.APPROVED and not reasons and not note.strip():
        raise BadVerdict(_("Say why: pick a reason or write a note."))
    if len(note) > LONGEST_NOTE:
        raise BadVerdict(_("The note is too long: at most %(most)d characters.") % {"most": LONGEST_NOTE})


def verdict_label(kind: ReviewKind, verdict: str) -> Text:
    """What the button says."""
    usual = {states.APPROVED: _("Approve"), states.CHANGES_REQUESTED: _("Ask for changes"), states.REJECTED: _("Reject")}
    return kind.verdicts.get(verdict, usual[verdict])
