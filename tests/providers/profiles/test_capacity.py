"""When a provider takes orders: pauses, running jobs, and what everybody is told."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import NotFound
from marketplace.tenancy.actor import CLI
from providers.profiles import capacity
from providers.profiles.capacity import Load, judge
from providers.profiles.models import PublicProvider
from providers.profiles.operations import add_pause, remove_pause, save_capacity
from providers.profiles.operations.capacity import BadCapacity
from tests import cast
from tests.providers.profiles.conftest import NOW, published

TODAY = NOW.date()
HOURS = {"contact_days": [1, 2], "contact_from": time(9), "contact_until": time(18), "timezone": "Asia/Shanghai"}
days = st.integers(-20, 60).map(lambda offset: TODAY + timedelta(days=offset))
spans = st.tuples(days, st.integers(0, 15)).map(lambda pair: (pair[0], pair[0] + timedelta(days=pair[1])))


def reference(on: date, pauses: list[tuple[date, date]]) -> date:
    day = on
    while any(first <= day <= last for first, last in pauses):
        day += timedelta(days=1)
    return day


@given(st.lists(spans, max_size=8))
def test_the_next_free_day_is_the_first_no_pause_covers(pauses: list[tuple[date, date]]) -> None:
    found = judge(on=TODAY, pauses=pauses, load=Load(), most=None)
    free = reference(TODAY, pauses)
    assert (found.next_free_date, found.is_open) == (free, free == TODAY)


@given(st.lists(spans, max_size=8), st.integers(0, 30), st.integers(1, 3))
def test_a_full_provider_is_free_when_its_first_job_ends(pauses: list[tuple[date, date]], ends_in: int, most: int) -> None:
    end = TODAY + timedelta(days=ends_in)
    found = judge(on=TODAY, pauses=pauses, load=Load(most, end), most=most)
    assert (found.is_open, found.next_free_date) == (False, reference(end + timedelta(days=1), pauses))


def test_jobs_without_an_end_leave_it_open_when_there_is_room() -> None:
    assert judge(on=TODAY, pauses=[], load=Load(3, None), most=3) == capacity.Availability(False, None, "full")


def test_a_pause_is_public_at_once_and_gone_when_removed(studio: cast.Provider) -> None:
    published(studio)
    pause = add_pause(
        provider_id=studio.id, from_date=TODAY, until_date=TODAY + timedelta(days=6), note="假期", by=CLI, at=NOW
    )  # fmt: skip
    row = PublicProvider.objects.get(provider_id=studio.id)
    assert (row.is_paused, row.next_free_date) == (True, TODAY + timedelta(days=7))
    remove_pause(provider_id=studio.id, pause_id=pause.pk, by=CLI, at=NOW)
    row.refresh_from_db()
    assert (row.is_paused, row.next_free_date) == (False, None)


def test_running_jobs_fill_a_provider(studio: cast.Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    published(studio)
    monkeypatch.setattr(capacity, "_jobs", [lambda _id: Load(2, TODAY + timedelta(days=9)), lambda _id: Load(1, None)])
    save_capacity(provider_id=studio.id, max_active_jobs=3, by=CLI, at=NOW, **HOURS)
    row = PublicProvider.objects.get(provider_id=studio.id)
    assert (row.is_paused, row.next_free_date) == (True, TODAY + timedelta(days=10))
    assert row.document["contact"] == {"days": [1, 2], "from": "09:00", "until": "18:00", "timezone": "Asia/Shanghai"}


@pytest.mark.parametrize(
    "change",
    [
        {"max_active_jobs": -1},
        {"contact_days": [8]},
        {"contact_from": None},
        {"contact_until": time(8)},
        {"timezone": "Mars/Base"},
    ],
)
def test_impossible_hours_are_refused(studio: cast.Provider, change: dict[str, object]) -> None:
    with pytest.raises(BadCapacity):
        save_capacity(**{"provider_id": studio.id, "max_active_jobs": 1, "by": CLI, "at": NOW, **HOURS, **change})


@pytest.mark.parametrize("offsets", [(2, 1), (-5, -1), (0, 400)])
def test_impossible_days_are_refused(studio: cast.Provider, offsets: tuple[int, int]) -> None:
    first, last = (TODAY + timedelta(days=offset) for offset in offsets)
    with pytest.raises(BadCapacity):
        add_pause(provider_id=studio.id, from_date=first, until_date=last, note="", by=CLI, at=NOW)


def test_a_strangers_pause_is_not_found(studio: cast.Provider) -> None:
    pause = add_pause(provider_id=studio.id, from_date=TODAY, until_date=TODAY, note="", by=CLI, at=NOW)
    with pytest.raises(NotFound):
        remove_pause(provider_id=cast.rival().id, pause_id=pause.pk, by=CLI, at=NOW)
