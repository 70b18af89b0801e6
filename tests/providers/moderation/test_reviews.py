"""A review from handing in to its decision."""

from datetime import timedelta

import pytest

from marketplace.accounts.models import User
from marketplace.audit.models import AuditEvent
from marketplace.kernel.errors import NotFound, UserError
from marketplace.outbox.models import Message
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from providers.moderation.errors import AlreadyDecided, BadVerdict, ClaimedByAnother
from providers.moderation.kinds import ReviewKind
from providers.moderation.models import Review
from providers.moderation.operations import claim_review, decide, open_review, release_review, withdraw_review
from tests import cast
from tests.providers.moderation import probe
from tests.providers.moderation.probe import MONDAY, again, carried_out, hand_in

LATER = MONDAY + timedelta(hours=1)


def test_what_is_handed_in_waits_and_is_due_in_two_working_days(studio: cast.Provider, kind: ReviewKind) -> None:
    review = hand_in(studio.id)
    assert (review.state, review.due_at) == ("waiting", MONDAY + timedelta(days=2))


def test_handing_in_twice_keeps_the_place_in_the_queue(studio: cast.Provider, kind: ReviewKind) -> None:
    first = hand_in(studio.id)
    assert hand_in(studio.id, at=LATER).pk == first.pk
    assert again(first).opened_at == MONDAY


@pytest.mark.parametrize("verdict", ["approved", "changes_requested", "rejected"])
def test_a_decision_is_carried_out_audited_and_told(studio: cast.Provider, kind: ReviewKind, ann: User, verdict: str) -> None:
    review = hand_in(studio.id)
    decide(
        provider_id=studio.id, review_id=review.pk, verdict=verdict, reasons=("blurred",), note="The stamp.", by=person(ann.pk),
        at=LATER,
    )  # fmt: skip
    assert carried_out(studio.id) == [{"subject": 1, "verdict": verdict, "reasons": ["blurred"], "note": "The stamp."}]
    now = again(review)
    assert (now.state, now.decided_by, now.reasons, now.note) == (verdict, f"user:{ann.pk}", ["blurred"], "The stamp.")
    with scope(studio.id):
        event = AuditEvent.objects.get(action="moderation.review.decided")
        assert (event.facts["old"], event.facts["new"], event.user_id) == ("waiting", verdict, ann.pk)
        told = Message.objects.filter(kind=f"moderation.review.{verdict}")
        assert sorted(told.values_list("channel", flat=True)) == ["email", "in_app"]


def test_the_second_of_two_staff_is_told_who_was_first(studio: cast.Provider, kind: ReviewKind, ann: User, ben: User) -> None:
    review = hand_in(studio.id)
    decide(provider_id=studio.id, review_id=review.pk, verdict="approved", by=person(ann.pk), at=LATER)
    with pytest.raises(AlreadyDecided, match="Ann"):
        decide(provider_id=studio.id, review_id=review.pk, verdict="rejected", note="no", by=person(ben.pk), at=LATER)
    assert len(carried_out(studio.id)) == 1


@pytest.mark.parametrize("verdict", ["changes_requested", "rejected"])
def test_a_no_needs_its_reason(studio: cast.Provider, kind: ReviewKind, ann: User, verdict: str) -> None:
    review = hand_in(studio.id)
    with pytest.raises(BadVerdict):
        decide(provider_id=studio.id, review_id=review.pk, verdict=verdict, note="  ", by=person(ann.pk), at=LATER)
    assert again(review).state == "waiting"


def test_reasons_of_another_kind_are_refused(studio: cast.Provider, kind: ReviewKind, ann: User) -> None:
    review = hand_in(studio.id)
    with pytest.raises(BadVerdict, match="fantasy"):
        decide(provider_id=studio.id, review_id=review.pk, verdict="rejected", reasons=("fantasy",), by=person(ann.pk), at=LATER)


def test_when_the_subject_refuses_nothing_is_decided(studio: cast.Provider, ann: User) -> None:
    def refuse(*_facts: object) -> None:
        raise UserError("not now")

    with probe.registered(decide=refuse):
        review = hand_in(studio.id)
        with pytest.raises(UserError, match="not now"):
            decide(provider_id=studio.id, review_id=review.pk, verdict="approved", by=person(ann.pk), at=LATER)
    assert again(review).state == "waiting"


def test_a_foreign_review_is_a_missing_one(studio: cast.Provider, kind: ReviewKind, ann: User) -> None:
    review = hand_in(studio.id)
    with pytest.raises(NotFound):
        decide(provider_id=cast.rival().id, review_id=review.pk, verdict="approved", by=person(ann.pk), at=LATER)


def test_a_claim_keeps_colleagues_away_for_half_an_hour(studio: cast.Provider, kind: ReviewKind, ann: User, ben: User) -> None:
    review = hand_in(studio.id)
    claim_review(provider_id=studio.id, review_id=review.pk, by=person(ann.pk), at=LATER)
    with pytest.raises(ClaimedByAnother, match="Ann"):
        claim_review(provider_id=studio.id, review_id=review.pk, by=person(ben.pk), at=LATER)
    with pytest.raises(ClaimedByAnother, match="Ann"):
        decide(provider_id=studio.id, review_id=review.pk, verdict="approved", by=person(ben.pk), at=LATER)
    much_later = LATER + timedelta(minutes=30)
    claim_review(provider_id=studio.id, review_id=review.pk, by=person(ben.pk), at=much_later)
    assert again(review).claimed_by_id == ben.pk


def test_a_claim_can_be_taken_over_on_purpose(studio: cast.Provider, kind: ReviewKind, ann: User, ben: User) -> None:
    review = hand_in(studio.id)
    claim_review(provider_id=studio.id, review_id=review.pk, by=person(ann.pk), at=LATER)
    claim_review(provider_id=studio.id, review_id=review.pk, by=person(ben.pk), at=LATER, take_over=True)
    release_review(provider_id=studio.id, review_id=review.pk, by=person(ann.pk))
    assert again(review).claimed_by_id == ben.pk
    release_review(provider_id=studio.id, review_id=review.pk, by=person(ben.pk))
    assert again(review).claimed_by_id is None


def test_what_is_withdrawn_leaves_the_inbox_and_may_come_again(studio: cast.Provider, kind: ReviewKind) -> None:
    review = hand_in(studio.id)
    with scope(studio.id):
        assert withdraw_review(provider_id=studio.id, kind="probe", subject_id=1, by=person(1), at=LATER)
        assert not withdraw_review(provider_id=studio.id, kind="probe", subject_id=1, by=person(1), at=LATER)
    assert again(review).state == "withdrawn"
    assert hand_in(studio.id, at=LATER).pk != review.pk


def test_a_kind_nobody_registered_is_a_mistake_of_the_caller(studio: cast.Provider) -> None:
    with scope(studio.id), pytest.raises(LookupError):
        open_review(provider_id=studio.id, kind="probe", subject_id=1, title="x", by=person(1), at=MONDAY)
    with scope(studio.id):
        assert not Review.objects.exists()
