"""The monthly question of standing contracts: asked once a month, marked once, three marks count like one review."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from marketplace.kernel.errors import NotFound
from marketplace.tenancy.actor import BEAT, person
from marketplace.tenancy.scope import scope
from orders.reviews import policies
from orders.reviews.errors import AlreadyWritten, BadReview, TooLate
from orders.reviews.models import Pulse
from orders.reviews.pulses import ask_pulses, mark_month
from orders.service.models import ServiceOrder
from providers.scorecards.models import ScoreEvent
from tests import cast
from tests.orders.service import stories

pytestmark = pytest.mark.django_db(transaction=True)


def standing(**facts: Any) -> stories.Story:
    """A retainer whose first month was paid and accepted."""
    return stories.accepted(stories.MONTHLY, **facts)


def begun(story: stories.Story, month: int) -> None:
    story.at = story.order.started_at + timedelta(days=31 * month)  # type: ignore[operator]


def months(story: stories.Story) -> list[Pulse]:
    with scope(story.merchant.id):
        return list(Pulse.objects.filter(merchant_id=story.merchant.id).order_by("number"))


def mark(story: stories.Story, value: int, side: str = "merchant", pulse: Pulse | None = None) -> Pulse:
    found = pulse or months(story)[-1]
    return mark_month(organization_id=story.id(side), pulse_id=found.pk, mark=value, by=story.by(side), at=story.at)


def events(story: stories.Story) -> list[int]:
    with scope(story.provider.id):
        return list(ScoreEvent.objects.filter(kind="reviewed").order_by("pk").values_list("value", flat=True))


def test_a_standing_contract_is_asked_about_once_a_month_and_others_are_not() -> None:
    story = standing()
    stories.signed(stories.STAGES).fund()
    start = story.order.started_at
    assert start is not None
    assert ask_pulses(by=BEAT, at=start + timedelta(days=27)) == 0, "no month is over"
    begun(story, 1)
    assert [ask_pulses(by=BEAT, at=story.at) for _ in range(2)] == [1, 0]
    begun(story, 4)
    assert ask_pulses(by=BEAT, at=story.at) == 1, "what was missed is not asked about any more"
    assert [row.number for row in months(story)] == [1, 4]
    with scope(story.merchant.id):
        ServiceOrder.objects.filter(merchant_id=story.merchant.id, pk=story.order_id).update(state="paused", paused_at=story.at)
    begun(story, 6)
    assert ask_pulses(by=BEAT, at=story.at) == 0


def test_three_marks_count_like_one_review_and_two_do_not() -> None:
    story = standing()
    for month, value in enumerate((5, 4, 4, 1, 1), 1):
        begun(story, month)
        ask_pulses(by=BEAT, at=story.at)
        mark(story, value)
        assert events(story) == ([] if month < 3 else [43])
    assert [row.counted_at is not None for row in months(story)] == [True, True, True, False, False]


def test_marks_of_people_on_both_sides_count_nowhere_and_say_why() -> None:
    story = standing()
    owner = story.provider.owner
    owner.email = "other@" + story.merchant.owner.email.partition("@")[2]
    owner.save(update_fields=["email"])
    for month in (1, 2, 3):
        begun(story, month)
        ask_pulses(by=BEAT, at=story.at)
        mark(story, 5)
    assert events(story) == []
    assert {row.reason for row in months(story)} == {"same_people"}


@pytest.mark.parametrize(
    ("side", "value", "later", "error"),
    [
        ("provider", 5, 0, NotFound),
        ("merchant", 6, 0, BadReview),
        ("merchant", 0, 0, BadReview),
        ("merchant", 5, policies.MARKING.days, TooLate),
    ],
)
def test_what_is_no_mark_changes_nothing(side: str, value: int, later: int, error: type[Exception]) -> None:
    story = standing()
    begun(story, 1)
    ask_pulses(by=BEAT, at=story.at)
    story.later(days=later)
    with pytest.raises(error):
        mark(story, value, side)
    assert months(story)[0].mark is None


def test_a_month_is_marked_once_and_by_no_stranger() -> None:
    story = standing()
    begun(story, 1)
    ask_pulses(by=BEAT, at=story.at)
    stranger = cast.other()
    with pytest.raises(NotFound):
        mark_month(organization_id=stranger.id, pulse_id=months(story)[0].pk, mark=1, by=person(stranger.owner.pk), at=story.at)
    mark(story, 4)
    with pytest.raises(AlreadyWritten):
        mark(story, 5)
    assert months(story)[0].mark == 4


def test_the_merchant_marks_in_the_browser_and_the_provider_sees_it() -> None:
    story = standing(at=timezone.now() - timedelta(days=40))
    ask_pulses(by=BEAT, at=timezone.now())
    pk = months(story)[0].pk
    merchant, provider = client(story.merchant.owner), client(story.provider.owner)
    assert f"/reviews/months/{pk}/" in merchant.get(f"/contracts/{story.order_id}/").content.decode()
    assert f"/reviews/months/{pk}/" in merchant.get("/dashboard/").content.decode(), "it waits on the first page"
    assert merchant.post(f"/reviews/months/{pk}/mark/", {}).status_code == 422
    assert merchant.post(f"/reviews/months/{pk}/mark/", {"mark": "2"}).status_code == 302
    assert f"/reviews/months/{pk}/" not in merchant.get("/dashboard/").content.decode()
    assert "2 / 5" in provider.get(f"/desk/reviews/months/{pk}/").content.decode()
    assert "2 / 5" in provider.get(f"/desk/jobs/{story.order_id}/").content.decode()


def client(owner: Any) -> Client:
    made = Client(headers={"accept-language": "en"})
    made.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    return made
