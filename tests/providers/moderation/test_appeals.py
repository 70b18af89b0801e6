"""Appeals: once, in time, decided by somebody else."""

from datetime import timedelta

import pytest

from marketplace.accounts.models import User
from marketplace.kernel.errors import NotFound, UserError
from marketplace.outbox.models import Message
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from providers.moderation.errors import AlreadyAsked, AlreadyDecided, OwnRuling, TooLate
from providers.moderation.kinds import kind_named
from providers.moderation.models import Appeal, Penalty, Review
from providers.moderation.operations import decide, open_appeal, withdraw_appeal
from providers.moderation.standing import standing
from tests import cast
from tests.providers.moderation.probe import MONDAY
from tests.providers.moderation.test_penalties import give

LATER = MONDAY + timedelta(days=1)


def appeal(provider: cast.Provider, penalty: Penalty, **changes: object) -> Appeal:
    facts = {"text": "It was corrected the same day.", "by": person(provider.owner.pk), "at": LATER, **changes}
    return open_appeal(provider_id=provider.id, against="penalty", subject_id=penalty.pk, **facts)  # type: ignore[arg-type]


def review_of(found: Appeal) -> Review:
    with scope(found.provider_id):
        return Review.objects.get(kind="appeal", subject_id=found.pk)


def rule(found: Appeal, verdict: str, by: User, **changes: object) -> None:
    pk = review_of(found).pk
    facts = {"note": "We read it again.", **changes}
    decide(provider_id=found.provider_id, review_id=pk, verdict=verdict, by=person(by.pk), at=LATER, **facts)  # type: ignore[arg-type]


def test_an_upheld_appeal_lifts_the_ruling(studio: cast.Provider, ann: User, ben: User) -> None:
    penalty = give(studio, 4, ann)
    found = appeal(studio, penalty)
    rule(found, "approved", ben, reasons=("new_evidence",))
    with scope(studio.id):
        assert Penalty.objects.get(pk=penalty.pk).state == "lifted"
        assert (standing(studio.id).is_hidden, standing(studio.id).points) == (False, 0)
        assert Appeal.objects.get(pk=found.pk).state == "upheld"
        letter = Message.objects.get(kind="moderation.appeal.upheld", channel="email")
        assert letter.data["facts"]["reasons"]["zh"] == "您提供的新证据成立。We read it again."
        assert not Message.objects.filter(kind="moderation.review.approved").exists()


def test_a_denied_appeal_leaves_the_ruling(studio: cast.Provider, ann: User, ben: User) -> None:
    penalty = give(studio, 4, ann)
    found = appeal(studio, penalty)
    rule(found, "rejected", ben)
    with scope(studio.id):
        assert Penalty.objects.get(pk=penalty.pk).state == "active"
        assert standing(studio.id).is_hidden
        assert Appeal.objects.get(pk=found.pk).state == "denied"


def test_nobody_decides_about_their_own_ruling(studio: cast.Provider, ann: User, ben: User) -> None:
    found = appeal(studio, give(studio, 4, ann))
    with pytest.raises(OwnRuling):
        rule(found, "rejected", ann)
    assert review_of(found).state == "waiting"


def test_a_market_with_one_member_of_staff_still_answers(studio: cast.Provider, ann: User) -> None:
    found = appeal(studio, give(studio, 4, ann))
    rule(found, "rejected", ann)
    assert review_of(found).state == "rejected"


def test_an_appeal_is_made_within_seven_days(studio: cast.Provider, ann: User) -> None:
    penalty = give(studio, 4, ann)
    with pytest.raises(TooLate):
        appeal(studio, penalty, at=MONDAY + timedelta(days=7, seconds=1))
    assert appeal(studio, penalty, at=MONDAY + timedelta(days=7)).state == "open"


def test_a_ruling_is_appealed_once(studio: cast.Provider, ann: User, ben: User) -> None:
    penalty = give(studio, 4, ann)
    found = appeal(studio, penalty)
    with pytest.raises(AlreadyAsked):
        appeal(studio, penalty)
    rule(found, "rejected", ben)
    with pytest.raises(AlreadyAsked):
        appeal(studio, penalty)


def test_who_withdraws_may_appeal_again(studio: cast.Provider, ann: User) -> None:
    penalty = give(studio, 4, ann)
    found = appeal(studio, penalty)
    withdraw_appeal(provider_id=studio.id, appeal_id=found.pk, by=person(studio.owner.pk), at=LATER)
    assert review_of(found).state == "withdrawn"
    with pytest.raises(AlreadyDecided):
        withdraw_appeal(provider_id=studio.id, appeal_id=found.pk, by=person(studio.owner.pk), at=LATER)
    assert appeal(studio, penalty).pk != found.pk


def test_an_appeal_says_why_and_is_about_an_own_ruling(studio: cast.Provider, ann: User) -> None:
    penalty = give(studio, 4, ann)
    with pytest.raises(UserError):
        appeal(studio, penalty, text="   ")
    with pytest.raises(NotFound):
        appeal(cast.rival(), penalty)


def test_staff_read_the_appeal_and_the_ruling(studio: cast.Provider, ann: User) -> None:
    found = appeal(studio, give(studio, 4, ann))
    with scope(studio.id):
        sheet = kind_named("appeal").render(studio.id, found.pk)
    shown = [str(fact.value) for fact in sheet.facts]
    assert "It was corrected the same day." in shown
    assert "See the listing." in shown
