"""How levels move: up at once, down after thirty days of notice, told each time."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.accounts.operations import ensure_user
from marketplace.outbox.models import Message
from marketplace.tenancy.actor import CLI, person
from marketplace.tenancy.scope import scope
from providers.moderation.models import Review
from providers.moderation.operations.appeals import open_appeal
from providers.moderation.operations.reviews import decide
from providers.scorecards.models import LevelState, PublicScore, ScoreEvent, Strike
from providers.scorecards.operations import apply_demotions, publish_scores, recalculate, record_event, submit_plan
from providers.scorecards.operations.braking import PlanNotNeeded
from providers.scorecards.operations.recording import WrongValue
from providers.scorecards.queries import due_demotions
from providers.scorecards.states import Stand, move
from tests import cast
from tests.providers.scorecards.conftest import live
from tests.providers.scorecards.histories import HI, MONTH, Happened

JULY = datetime(2026, 7, 1, tzinfo=HI.tzinfo)
PLAN = "We hired a second tester, every delivery is checked against the brief by somebody else, from the first of June on."
days = st.dates(date(2026, 1, 1), date(2027, 1, 1))


# The machine.


@given(st.integers(1, 4), st.lists(st.tuples(st.integers(1, 4), st.integers(0, 40)), max_size=12))
def test_a_level_never_falls_without_thirty_days_of_notice(start: int, months: list[tuple[int, int]]) -> None:
    stand, today, warned = Stand(start), date(2026, 1, 1), None
    for earned, later in months:
        today += timedelta(days=later)
        moved = move(stand, earned=earned, today=today)
        if moved.said == "warned":
            warned = today
        if moved.stand.level < stand.level:
            assert moved.said == "demoted" and warned is not None and (today - warned).days >= 30
        if moved.stand.level > stand.level:
            assert moved.said == "promoted" and moved.stand.level == earned
        assert (moved.stand.demotion_on is None) == (moved.stand.demotion_to is None)
        assert moved.stand.demotion_to is None or moved.stand.demotion_to < moved.stand.level
        stand = moved.stand


@given(st.integers(1, 4), st.integers(1, 4), days)
def test_the_same_look_twice_on_a_day_says_nothing_new(level: int, earned: int, today: date) -> None:
    once = move(Stand(level), earned=earned, today=today)
    assert move(once.stand, earned=earned, today=today).said == ""


# The same in the database.


def good(count: int, until: datetime) -> list[Happened]:
    """So many jobs nobody complains about, for eight merchants, in the ninety days before."""
    made = []
    for number in range(count):
        at = until - timedelta(days=1 + number)
        made += [Happened("accepted", at, 1, number % 8, False), Happened("delivered", at, 0, number % 8, False)]
        made += [Happened("reviewed", at, 50, number % 8, False), Happened("answered", at, 5, number % 8, False)]
    return made


def bad(count: int, until: datetime) -> list[Happened]:
    return [Happened("delivered", until - timedelta(days=1), 9, None, False) for _ in range(count)]


def run(month: date, at: datetime) -> None:
    recalculate(month=month, by=CLI, at=at)
    publish_scores(by=CLI, at=at)


def level(provider: cast.Provider) -> LevelState:
    with scope(provider.id):
        return LevelState.objects.get(provider_id=provider.id)


def told(provider: cast.Provider) -> list[str]:
    with scope(provider.id):
        found = Message.objects.filter(merchant_id=provider.id, channel="in_app").order_by("id")
        return [kind.rpartition(".")[2] for kind in found.values_list("kind", flat=True) if kind.startswith("providers.")]


def test_a_demotion_waits_thirty_days_and_is_told(studio: cast.Provider) -> None:
    live(studio.id, good(30, HI), HI, "g")
    run(MONTH, HI)
    assert (level(studio).level, PublicScore.objects.get(provider_id=studio.id).level, told(studio)) == (4, 4, ["promoted"])
    live(studio.id, bad(60, JULY), JULY, "b")
    run(JULY.date(), JULY)
    waiting = level(studio)
    assert (waiting.level, waiting.demotion_on) == (4, date(2026, 7, 31)), "still top, and on notice"
    assert told(studio) == ["promoted", "warned"]
    early = JULY + timedelta(days=29)
    assert due_demotions(early.date()) == []
    assert apply_demotions(by=CLI, at=early, provider_ids=[studio.id]) == 0
    late = JULY + timedelta(days=30)
    assert apply_demotions(by=CLI, at=late, provider_ids=due_demotions(late.date())) == 1
    fallen = level(studio)
    assert (fallen.level, fallen.demotion_on, PublicScore.objects.get(provider_id=studio.id).level) == (1, None, 1)
    assert told(studio) == ["promoted", "warned", "demoted"]
    assert apply_demotions(by=CLI, at=late, provider_ids=[studio.id]) == 0


def test_a_good_month_takes_the_notice_back(studio: cast.Provider) -> None:
    live(studio.id, good(30, HI), HI, "g")
    run(MONTH, HI)
    with scope(studio.id):
        LevelState.objects.filter(provider_id=studio.id).update(demotion_to=1, demotion_on=date(2026, 7, 20))
    run(JULY.date(), JULY)
    assert (level(studio).level, level(studio).demotion_on) == (4, None)
    assert told(studio) == ["promoted", "recovered"]


# Events.


def ruled(provider: cast.Provider, number: int, at: datetime, value: int = 1) -> None:
    with scope(provider.id, durable=True):
        record_event(
            provider_id=provider.id, kind="ruled", at=at, value=value, subject=("dispute", number), key=f"dispute:{number}"
        )


def test_an_event_counts_once(studio: cast.Provider) -> None:
    for _ in range(2):
        ruled(studio, 1, HI)
    with scope(studio.id):
        assert ScoreEvent.objects.filter(provider_id=studio.id).count() == 1


@pytest.mark.parametrize(("kind", "value"), [("reviewed", 51), ("reviewed", 9), ("accepted", 2), ("delivered", -1)])
def test_a_value_that_cannot_be_is_refused(studio: cast.Provider, kind: str, value: int) -> None:
    with scope(studio.id), pytest.raises(WrongValue):
        record_event(provider_id=studio.id, kind=kind, at=HI, value=value, subject=("order", 1), key="x")


# The quality brake.


def braked(provider: cast.Provider) -> bool:
    found = PublicScore.objects.filter(provider_id=provider.id).first()
    return found is not None and found.is_braked


def test_the_second_upheld_dispute_in_ninety_days_pauses_new_orders(studio: cast.Provider) -> None:
    ruled(studio, 1, HI)
    ruled(studio, 2, HI + timedelta(days=1), value=0)
    assert not braked(studio)
    ruled(studio, 3, HI + timedelta(days=89))
    assert braked(studio) and told(studio) == ["on"]


def test_two_upheld_disputes_further_apart_do_not(studio: cast.Provider) -> None:
    ruled(studio, 1, HI)
    ruled(studio, 2, HI + timedelta(days=90))
    assert not braked(studio)


def staff_decides(provider: cast.Provider, verdict: str, at: datetime) -> None:
    staff = ensure_user(email="ann@staff.example", password=cast.PASSWORD, is_staff=True)
    with scope(provider.id):
        waiting = Review.objects.get(provider_id=provider.id, state="waiting")
    decide(provider_id=provider.id, review_id=waiting.pk, verdict=verdict, note="so", by=person(staff.pk), at=at)


def test_an_accepted_plan_brings_new_orders_back_and_old_disputes_do_not_brake_again(studio: cast.Provider) -> None:
    with pytest.raises(PlanNotNeeded):
        submit_plan(provider_id=studio.id, text=PLAN, by=CLI, at=HI)
    for number in (1, 2):
        ruled(studio, number, HI)
    submit_plan(provider_id=studio.id, text=PLAN, by=CLI, at=HI)
    with pytest.raises(PlanNotNeeded):
        submit_plan(provider_id=studio.id, text=PLAN, by=CLI, at=HI)
    staff_decides(studio, "changes_requested", HI)
    assert braked(studio)
    submit_plan(provider_id=studio.id, text=PLAN + "!", by=CLI, at=HI)
    staff_decides(studio, "approved", HI + timedelta(days=1))
    assert not braked(studio)
    ruled(studio, 3, HI + timedelta(days=2))
    assert not braked(studio), "one since the plan"
    ruled(studio, 4, HI + timedelta(days=3))
    assert braked(studio)


def test_an_upheld_appeal_strikes_the_event_and_lifts_the_brake_it_held(studio: cast.Provider) -> None:
    for number in (1, 2):
        ruled(studio, number, HI)
    with scope(studio.id):
        event = ScoreEvent.objects.filter(provider_id=studio.id).earliest("id")
    open_appeal(provider_id=studio.id, against="score", subject_id=event.pk, text="It was another company.", by=CLI, at=HI)
    staff_decides(studio, "approved", HI)
    with scope(studio.id):
        assert Strike.objects.filter(provider_id=studio.id, event=event).exists()
    assert not braked(studio)
