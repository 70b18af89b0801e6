"""Two at once. Each race has a control: without the guard it is lost, so that the test would notice the guard missing."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connections

from marketplace.accounts.models import User
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from providers.moderation.errors import AlreadyDecided
from providers.moderation.models import Appeal, Penalty, Review
from providers.moderation.operations import decide, give_penalty, open_appeal, penalties, reviews, withdraw_appeal
from providers.moderation.standing import standing
from tests import cast
from tests.providers.moderation import probe
from tests.providers.moderation.probe import MONDAY, again, carried_out, hand_in
from tests.providers.moderation.test_penalties import give

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run these in threads of their own; what each returned, or the error it was told."""
    found: list[Any] = [None] * len(acts)

    def run(place: int) -> None:
        try:
            found[place] = acts[place]()
        except UserError as error:
            found[place] = error
        finally:
            for connection in connections.all(initialized_only=True):
                connection.close()

    threads = [Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


def together(barrier: Barrier) -> Callable[..., None]:
    """A handler that goes on when both have read that the review still waits."""

    def handler(*facts: Any) -> None:
        probe.carry_out(*facts)
        barrier.wait(10)

    return handler


def two_decide(studio: cast.Provider, ann: User, ben: User) -> tuple[Review, list[Any]]:
    with probe.registered(decide=together(Barrier(2))):
        review = hand_in(studio.id)
        common = {"provider_id": studio.id, "review_id": review.pk, "at": MONDAY}
        found = at_once(
            lambda: decide(**common, verdict="approved", by=person(ann.pk)),
            lambda: decide(**common, verdict="rejected", note="No.", by=person(ben.pk)),
        )
    return review, found


def test_of_two_staff_one_decides_and_the_other_is_told(studio: cast.Provider, ann: User, ben: User) -> None:
    review, found = two_decide(studio, ann, ben)
    winners = [result for result in found if isinstance(result, Review)]
    losers = [result for result in found if isinstance(result, AlreadyDecided)]
    assert (len(winners), len(losers)) == (1, 1)
    assert again(review).state == winners[0].state
    assert ("Ann" if winners[0].state == "approved" else "Ben") in str(losers[0])
    assert [done["verdict"] for done in carried_out(studio.id)] == [winners[0].state]


def test_control_without_the_guarded_step_both_decide(
    studio: cast.Provider, ann: User, ben: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unguarded(review: Review, **facts: Any) -> None:
        Review.objects.filter(provider_id=review.provider_id, pk=review.pk).update(**facts)

    monkeypatch.setattr(reviews, "_move", unguarded)
    _review, found = two_decide(studio, ann, ben)
    assert all(isinstance(result, Review) for result in found), found
    assert len(carried_out(studio.id)) == 2


def withdraw_while_upheld(studio: cast.Provider, ann: User, ben: User) -> tuple[Appeal, Penalty, list[Any]]:
    penalty = give(studio, 4, ann)
    appeal = open_appeal(
        provider_id=studio.id, against="penalty", subject_id=penalty.pk, text="No.", by=person(studio.owner.pk), at=MONDAY
    )
    with scope(studio.id):
        review = Review.objects.get(kind="appeal", subject_id=appeal.pk)
    found = at_once(
        lambda: decide(provider_id=studio.id, review_id=review.pk, verdict="approved", by=person(ben.pk), at=MONDAY),
        lambda: withdraw_appeal(provider_id=studio.id, appeal_id=appeal.pk, by=person(studio.owner.pk), at=MONDAY) or "withdrawn",
    )
    with scope(studio.id):
        return Appeal.objects.get(pk=appeal.pk), Penalty.objects.get(pk=penalty.pk), [*found, Review.objects.get(pk=review.pk)]


@pytest.mark.parametrize("_round", range(5))
def test_a_provider_withdraws_while_staff_uphold(studio: cast.Provider, ann: User, ben: User, _round: int) -> None:
    appeal, penalty, (decided, withdrawn, review) = withdraw_while_upheld(studio, ann, ben)
    assert [isinstance(result, AlreadyDecided) for result in (decided, withdrawn)].count(True) == 1, (decided, withdrawn)
    if withdrawn == "withdrawn":
        assert (appeal.state, review.state, penalty.state) == ("withdrawn", "withdrawn", "active")
    else:
        assert (appeal.state, review.state, penalty.state) == ("upheld", "approved", "lifted")


def test_control_without_the_lock_of_the_appeal_both_happen(
    studio: cast.Provider, ann: User, ben: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from providers.moderation.operations import appeals

    both_read = Barrier(2)

    def unlocked(provider_id: int, appeal_id: int) -> Appeal:
        found = Appeal.objects.get(provider_id=provider_id, pk=appeal_id)
        both_read.wait(10)
        return found

    monkeypatch.setattr(appeals, "_locked", unlocked)
    monkeypatch.setattr(reviews, "_move", lambda review, **facts: Review.objects.filter(pk=review.pk).update(**facts))
    _appeal, _penalty, (decided, withdrawn, _review) = withdraw_while_upheld(studio, ann, ben)
    assert isinstance(decided, Review)
    assert withdrawn == "withdrawn"


def two_rulings(studio: cast.Provider, ann: User, ben: User) -> list[Any]:
    common = {"provider_id": studio.id, "violation": "off_platform", "points": 3, "at": MONDAY}
    return at_once(
        lambda: give_penalty(**common, by=person(ann.pk)),
        lambda: give_penalty(**common, by=person(ben.pk)),
    )


def test_two_rulings_at_once_both_count(studio: cast.Provider, ann: User, ben: User) -> None:
    assert sorted(penalty.rung for penalty in two_rulings(studio, ann, ben)) == ["hidden", "warned"]
    with scope(studio.id):
        assert (standing(studio.id).points, standing(studio.id).is_hidden) == (6, True)


def test_control_without_the_lock_of_the_standing_both_only_warn(
    studio: cast.Provider, ann: User, ben: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(studio, 1, ann, MONDAY.replace(year=2024))  # a standing to write to; its point is too old to count
    both_counted = Barrier(2)

    def counted(total: int) -> str:
        both_counted.wait(10)
        return "warned" if total < 4 else "hidden"

    monkeypatch.setattr(penalties, "_lock", lambda *_facts: None)
    monkeypatch.setattr(penalties.ladder, "rung_for", counted)
    assert [penalty.rung for penalty in two_rulings(studio, ann, ben)] == ["warned", "warned"]
