"""The ladder: points of a rolling year, what they lead to, and how it ends."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.accounts.models import User
from marketplace.audit.models import AuditEvent
from marketplace.outbox.models import Message
from marketplace.tenancy.actor import BEAT, person
from marketplace.tenancy.scope import scope
from providers.moderation import ladder
from providers.moderation.ladder import Given
from providers.moderation.models import Penalty
from providers.moderation.operations import give_penalty, lift_penalty, refresh_standing
from providers.moderation.operations.penalties import BadPenalty
from providers.moderation.standing import Standing, _changed, on_standing_changed, standing
from tests import cast
from tests.providers.moderation.probe import MONDAY

DAY = timedelta(days=1)
rulings = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 500)), max_size=12).map(
    lambda rows: [Given(points, MONDAY + day * DAY) for points, day in sorted(rows, key=lambda row: row[1])]
)


def give(provider: cast.Provider, points: int, by: User, at: datetime = MONDAY) -> Penalty:
    return give_penalty(
        provider_id=provider.id, violation="misleading_listing", points=points, statement="See the listing.", by=person(by.pk),
        at=at,
    )  # fmt: skip


def stands(provider: cast.Provider) -> Standing:
    with scope(provider.id):
        return standing(provider.id)


# The rule.


@pytest.mark.parametrize(
    ("total", "rung"),
    [(1, "warned"), (3, "warned"), (4, "hidden"), (7, "hidden"), (8, "paused"), (11, "paused"), (12, "exited"), (40, "exited")],
)
def test_more_points_lead_further(total: int, rung: str) -> None:
    assert ladder.rung_for(total) == rung


@given(rulings)
def test_a_ruling_is_judged_by_the_points_of_its_own_year(given_rulings: list[Given]) -> None:
    for place, rung in enumerate(ladder.replay(given_rulings)):
        then = given_rulings[place].given_at
        total = sum(r.points for r in given_rulings[: place + 1] if then - 365 * DAY < r.given_at)
        assert rung == next(
            name for least, name in ((12, "exited"), (8, "paused"), (4, "hidden"), (1, "warned")) if total >= least
        )


@given(rulings, st.integers(0, 11))
def test_taking_a_ruling_away_makes_no_other_harder(given_rulings: list[Given], which: int) -> None:
    if which >= len(given_rulings):
        return
    before = ladder.replay(given_rulings)
    without = ladder.replay(given_rulings[:which] + given_rulings[which + 1 :])
    others = before[:which] + before[which + 1 :]
    assert all(ladder.SEVERITY[new] <= ladder.SEVERITY[old] for new, old in zip(without, others, strict=True))


# The act.


def test_a_provider_nothing_happened_to_stands_well(studio: cast.Provider) -> None:
    assert stands(studio) == Standing(None, None, False, 0)


def test_points_add_up_to_the_next_rung(studio: cast.Provider, ann: User) -> None:
    assert give(studio, 3, ann).rung == "warned"
    assert not stands(studio).is_hidden
    assert give(studio, 1, ann, MONDAY + DAY).rung == "hidden"
    assert stands(studio) == Standing(MONDAY + 8 * DAY, None, False, 4)
    assert give(studio, 4, ann, MONDAY + 2 * DAY).rung == "paused"
    assert stands(studio).paused_until == MONDAY + 32 * DAY
    assert give(studio, 4, ann, MONDAY + 3 * DAY).rung == "exited"
    assert stands(studio).exited
    assert stands(studio).points == 12


def test_points_of_more_than_a_year_ago_do_not_count(studio: cast.Provider, ann: User) -> None:
    give(studio, 3, ann)
    assert give(studio, 3, ann, MONDAY + 365 * DAY).rung == "warned"
    assert stands(studio).points == 3


def test_a_ruling_has_an_id_is_audited_and_told(studio: cast.Provider, ann: User) -> None:
    penalty = give(studio, 2, ann)
    assert penalty.ruling == f"R2026-{penalty.pk:06}"
    with scope(studio.id):
        facts = AuditEvent.objects.get(action="moderation.penalty.given").facts
        assert (facts["ruling"], facts["points"], facts["rung"]) == (penalty.ruling, 2, "warned")
        letter = Message.objects.get(kind="moderation.penalty.given", channel="email")
    assert letter.data["facts"]["reasons"]["zh"] == "服务信息存在虚假或误导内容。See the listing."
    assert letter.data["facts"]["rung"] == {"zh": "警告", "en": "Warning"}


@pytest.mark.parametrize("points", [0, 13, -1])
def test_points_outside_the_ladder_are_refused(studio: cast.Provider, ann: User, points: int) -> None:
    with pytest.raises(BadPenalty):
        give(studio, points, ann)


def test_what_is_over_ends_and_doing_it_twice_changes_nothing(studio: cast.Provider, ann: User) -> None:
    give(studio, 5, ann)
    at = MONDAY + 7 * DAY
    assert refresh_standing(provider_id=studio.id, by=BEAT, at=at - timedelta(seconds=1)) == 0
    assert stands(studio).is_hidden
    assert refresh_standing(provider_id=studio.id, by=BEAT, at=at) == 1
    assert stands(studio) == Standing(None, None, False, 5)
    assert refresh_standing(provider_id=studio.id, by=BEAT, at=at) == 0
    refresh_standing(provider_id=studio.id, by=BEAT, at=MONDAY + 365 * DAY)
    assert stands(studio).points == 0


def test_rooms_hear_of_a_change_once_and_not_of_a_refresh(studio: cast.Provider, ann: User) -> None:
    heard: list[tuple[int, datetime]] = []
    callback = on_standing_changed(lambda provider_id, at: heard.append((provider_id, at)))
    try:
        give(studio, 4, ann)
        refresh_standing(provider_id=studio.id, by=BEAT, at=MONDAY + DAY)
        assert heard == [(studio.id, MONDAY)]
    finally:
        _changed.remove(callback)


def test_a_lifted_ruling_eases_what_it_led_to(studio: cast.Provider, ann: User) -> None:
    first = give(studio, 6, ann)
    second = give(studio, 3, ann, MONDAY + DAY)
    assert (second.rung, stands(studio).paused_until) == ("paused", MONDAY + 31 * DAY)
    with scope(studio.id):
        lift_penalty(studio.id, first.pk, person(ann.pk), MONDAY + 2 * DAY)
        assert Penalty.objects.get(pk=second.pk).rung == "warned"
    assert stands(studio) == Standing(None, None, False, 3)
