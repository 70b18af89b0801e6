"""A shift is read from ticket events: what it comes to, and what never changes it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.shifts.clock import WHOLE, Rule, Window, read, shares

START = datetime(2026, 3, 6, 1, tzinfo=UTC)
HOURS = Window(START, START + timedelta(hours=8))
NEXT = Window(HOURS.ends, HOURS.ends + timedelta(hours=8))


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


#: From well before to well after the shift, so that both graces and what lies beyond them are met.
MOMENTS = st.lists(st.integers(-90, 570).map(at), max_size=40)


def test_present_from_the_first_event_to_the_last_and_active_without_the_long_silences() -> None:
    shift = read(HOURS, [at(10), at(20), at(35), at(51), at(60), at(240)])
    assert (shift.clock_in, shift.clock_out, shift.late) == (at(10), at(240), timedelta(minutes=10))
    assert shift.intervals == ((at(10), at(35)), (at(51), at(60)), (at(240), at(240)))
    assert (shift.present, shift.active) == (timedelta(minutes=230), timedelta(minutes=34))
    assert shift.parts == WHOLE * 230 // 480


def test_early_and_late_events_within_the_grace_make_a_whole_shift_and_no_more() -> None:
    shift = read(HOURS, [at(-30), at(510)])
    assert (shift.parts, shift.present, shift.late) == (WHOLE, HOURS.planned, timedelta())
    assert (shift.clock_in, shift.clock_out) == (at(-30), at(510))


@pytest.mark.parametrize("moments", [[], [at(-31)], [at(511)]])
def test_nobody_there_is_worth_nothing(moments: list[datetime]) -> None:
    shift = read(HOURS, moments)
    assert shift.is_absent and shift.parts == 0 and shift.planned == HOURS.planned


def test_only_before_or_only_after_the_shift_is_no_time_in_it() -> None:
    for moments in ([at(-20), at(-10)], [at(490), at(500)]):
        shift = read(HOURS, moments)
        assert (shift.present, shift.active, shift.intervals, shift.parts) == (timedelta(), timedelta(), (), 0)


def test_a_shift_must_last() -> None:
    with pytest.raises(ValueError, match="ends after"):
        Window(START, START)


def test_an_event_counts_for_the_shift_that_holds_it_else_for_the_nearest() -> None:
    apart = Window(at(520), at(900))
    assert shares([HOURS, NEXT], [at(479), at(480), at(481)]) == [[at(479)], [at(480), at(481)]]
    assert shares([apart, HOURS], [at(495), at(500), at(505), at(2_000)]) == [[at(505)], [at(495), at(500)]]


@given(MOMENTS, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_changes_anything(moments: list[datetime], chance: object) -> None:
    mixed = [*moments, *moments[:7]]
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert read(HOURS, mixed) == read(HOURS, moments)


@given(MOMENTS, st.integers(1, 60), st.integers(0, 60))
def test_never_more_than_planned(moments: list[datetime], idle: int, grace: int) -> None:
    shift = read(HOURS, moments, Rule(timedelta(minutes=idle), timedelta(minutes=grace)))
    assert timedelta() <= shift.active <= shift.present <= shift.planned and 0 <= shift.parts <= WHOLE
    assert all(HOURS.starts <= since <= until <= HOURS.ends for since, until in shift.intervals)
    assert all(one[1] < two[0] for one, two in zip(shift.intervals, shift.intervals[1:], strict=False))


@given(MOMENTS, MOMENTS)
def test_more_events_never_make_a_shift_worth_less(some: list[datetime], more: list[datetime]) -> None:
    less, full = read(HOURS, some), read(HOURS, [*some, *more])
    assert less.present <= full.present and less.active <= full.active and less.parts <= full.parts


@given(MOMENTS)
def test_no_event_counts_in_two_shifts(moments: list[datetime]) -> None:
    given_out = [each for share in shares([HOURS, NEXT], moments) for each in share]
    assert sorted(given_out) == sorted(m for m in moments if HOURS.starts - Rule().grace <= m)
