"""Handing in for review, withdrawing, claiming and deciding.

Locks: the subject first (by the room's handler), the review second. Who comes second is told who was first.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.moderation import policies, states
from providers.moderation.errors import AlreadyDecided, ClaimedByAnother
from providers.moderation.kinds import ReviewKind, kind_named
from providers.moderation.models import AutoApproval, Review
from providers.moderation.notices import tell_decision
from providers.moderation.queries.calendar import review_due
from providers.moderation.queries.people import actor_name
from providers.moderation.sampling import is_sampled

RULE = Actor("system:auto-approval")


def open_review(
    *, provider_id: int, kind: str, subject_id: int, risk: str = "normal", title: str, by: Actor, at: datetime
) -> int:
    """Put a subject into the inbox and return the review's id. Called inside the room's own transaction and scope.

    The subject is in its submitted state already: when staff set a rule for this kind, what is low risk is approved here and
    now through the kind's handler, and a tenth of it comes to the inbox for a second look. A subject that waits already keeps
    its place: the id of that review is returned.
    """
    found = kind_named(kind)
    review = _waiting_or_new(provider_id, kind, subject_id, risk, title, by, at)
    rule = AutoApproval.objects.filter(kind=kind, is_active=True).first() if risk == Review.Risk.LOW else None
    if rule is not None and review.state == "waiting":
        found.decide(provider_id, subject_id, states.APPROVED, (), "", RULE, at)
        _approve_by_rule(review, rule.sample_percent, at)
        tell_decision(review, found, states.APPROVED, (), "", at)
    return review.pk


def _waiting_or_new(provider_id: int, kind: str, subject_id: int, risk: str, title: str, by: Actor, at: datetime) -> Review:
    key = {"provider_id": provider_id, "kind": kind, "subject_id": subject_id, "state": "waiting"}
    facts = {"title": title[:200], "risk": risk, "opened_at": at, "opened_by": by.label, "due_at": review_due(at)}
    try:
        with transaction.atomic():
            review = Review.objects.create(**key, **facts)
    except IntegrityError:
        waiting = Review.objects.filter(**key).first()
        if waiting is None:
            raise
        return waiting
    record(
        merchant_id=provider_id, by=by, action="moderation.review.opened",
        facts={"review_id": review.pk, "kind": kind, "subject_id": subject_id, "title": review.title, "risk": risk},
    )  # fmt: skip
    return review


def _approve_by_rule(review: Review, percent: int, at: datetime) -> None:
    drawn = is_sampled(review.pk, percent)
    facts = {"state": "sampled"} if drawn else {"state": "auto_approved", "decided_at": at, "decided_by": RULE.label}
    _move(review, **facts)
    record(
        merchant_id=review.provider_id, by=RULE, action="moderation.review.auto_approved",
        facts={**_about(review), "second_look": drawn},
    )  # fmt: skip


def withdraw_review(*, provider_id: int, kind: str, subject_id: int, by: Actor, at: datetime) -> bool:
    """Take a subject out of the inbox; False when nothing waited (never handed in, or decided already).

    Called inside the room's own transaction, after the room locked its subject and saw that it still waits.
    """
    review = Review.objects.filter(provider_id=provider_id, kind=kind, subject_id=subject_id, state="waiting").first()
    if review is None:
        return False
    _move(review, state="withdrawn", decided_at=at, decided_by=by.label)
    record(merchant_id=provider_id, by=by, action="moderation.review.withdrawn", facts=_about(review))
    return True


def claim_review(*, provider_id: int, review_id: int, by: Actor, at: datetime, take_over: bool = False) -> Review:
    """Say "I am looking at this", for half an hour. Raises ClaimedByAnother unless taken over on purpose."""
    with scope(provider_id, durable=True):
        review = _locked(provider_id, review_id)
        if policies.is_claimed_by_another(review, by.user_id, at) and not take_over:
            raise ClaimedByAnother(_claimed(review))
        review.claimed_by_id, review.claimed_at = by.user_id, at
        review.save(update_fields=["claimed_by_id", "claimed_at"])
        record(merchant_id=provider_id, by=by, action="moderation.review.claimed", facts=_about(review))
        return review


def release_review(*, provider_id: int, review_id: int, by: Actor) -> None:
    """Give an own claim back; somebody else's is left alone."""
    with scope(provider_id, durable=True):
        mine = Review.objects.filter(provider_id=provider_id, pk=review_id, claimed_by_id=by.user_id, state__in=states.OPEN)
        mine.update(claimed_by_id=None, claimed_at=None)


def decide(
    *,
    provider_id: int,
    review_id: int,
    verdict: str,
    reasons: Sequence[str] = (),
    note: str = "",
    by: Actor,
    at: datetime,
) -> Review:
    """Decide a review and carry the decision out, in one transaction: the kind's handler, the review, the audit, the letters.

    Raises AlreadyDecided, ClaimedByAnother, BadVerdict, NotFound, or what the handler objects to; nothing has changed then.
    """
    with scope(provider_id, durable=True):
        review = _open_one(provider_id, review_id)
        kind = kind_named(review.kind)
        if policies.is_claimed_by_another(review, by.user_id, at):
            raise ClaimedByAnother(_claimed(review))
        policies.check_verdict(review, kind, verdict, reasons, note)
        _carry_out(review, kind, verdict, reasons, note.strip(), by, at)
        old = review.state
        _move(review, state=verdict, decided_at=at, decided_by=by.label, reasons=list(reasons), note=note.strip())
        facts = {**_about(review), "old": old, "new": verdict, "reasons": list(reasons), "note": review.note}
        record(merchant_id=provider_id, by=by, action="moderation.review.decided", facts=facts)
        if not (old == "sampled" and verdict == states.APPROVED):  # told when the rule approved it
            tell_decision(review, kind, verdict, reasons, review.note, at)
        return review


def _carry_out(
    review: Review, kind: ReviewKind, verdict: str, reasons: Sequence[str], note: str, by: Actor, at: datetime
) -> None:
    """The subject's part. When its state refuses because somebody was faster, say that instead."""
    act = kind.decide
    if review.state == "sampled":
        if verdict == states.APPROVED:
            return  # a rule approved it long ago; the second look agrees
        assert kind.overrule is not None  # noqa: S101  allowed_verdicts() has seen to it
        act = kind.overrule
    try:
        act(review.provider_id, review.subject_id, verdict, tuple(reasons), note, by, at)
    except UserError:
        _open_one(review.provider_id, review.pk)
        raise


def _move(review: Review, **facts: object) -> None:
    """The guarded step from the state that was read; raises AlreadyDecided when it is another one by now."""
    then = str(facts["state"])
    assert states.may_become(states.REVIEW, review.state, then), (review.state, then)  # noqa: S101
    here = Review.objects.filter(provider_id=review.provider_id, pk=review.pk, state=review.state)
    if not here.update(**facts):
        _open_one(review.provider_id, review.pk)
        raise AlreadyDecided(_("This review has changed meanwhile. Load the page again."))
    for name, value in facts.items():
        setattr(review, name, value)


def _open_one(provider_id: int, review_id: int) -> Review:
    review = Review.objects.filter(provider_id=provider_id, pk=review_id).first()
    return _still_open(review)


def _locked(provider_id: int, review_id: int) -> Review:
    return _still_open(Review.objects.select_for_update().filter(provider_id=provider_id, pk=review_id).first())


def _still_open(review: Review | None) -> Review:
    if review is None:
        raise NotFound(_("There is no such review."))
    if not policies.is_open(review):
        words = {"who": actor_name(review.decided_by), "state": review.get_state_display()}
        raise AlreadyDecided(_("%(who)s was faster: %(state)s. Nothing was changed.") % words)
    return review


def _claimed(review: Review) -> str:
    return _("%(who)s is looking at this review. Take it over if that is agreed.") % {
        "who": actor_name(f"user:{review.claimed_by_id}")
    }


def _about(review: Review) -> dict[str, object]:
    return {"review_id": review.pk, "kind": review.kind, "subject_id": review.subject_id, "title": review.title}
