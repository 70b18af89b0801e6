"""Quiet hours: one definition in SQL for planning and sending, right on the days on which clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.outbox import operations
from marketplace.tenancy.actor import CLI
from tests.cast import Merchant
from tests.outbox import letters
from tests.outbox.letters import of, put, send, states

ZONES = (
    "Asia/Shanghai", "Europe/London", "America/New_York", "America/Los_Angeles", "Australia/Lord_Howe", "Asia/Kolkata",
    "Pacific/Auckland", "America/Sao_Paulo", "Africa/Cairo", "Asia/Kathmandu", "Pacific/Kiritimati", "UTC",
)  # fmt: skip


def next_allowed(at: datetime, zone: str, start: time | None, stop: time | None) -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT next_allowed(%s, %s, %s::time, %s::time)", [at, zone, start, stop])
        return cursor.fetchone()[0]


def quiet(at: datetime, zone: str, start: time, stop: time) -> bool:
    local = at.astimezone(ZoneInfo(zone)).time()
    return start <= local < stop if start < stop else local >= start or local < stop


CASES = {
    "an evening in Shanghai moves to nine": ("2026-11-11T22:00+08:00", "Asia/Shanghai", "2026-11-12T09:00+08:00"),
    "one minute before it starts is free": ("2026-11-11T21:59+08:00", "Asia/Shanghai", "2026-11-11T21:59+08:00"),
    "a night moves to the same morning": ("2026-11-11T01:10+08:00", "Asia/Shanghai", "2026-11-11T09:00+08:00"),
    "nine is free": ("2026-11-11T09:00+08:00", "Asia/Shanghai", "2026-11-11T09:00+08:00"),
    "New York springs forward": ("2026-03-07T23:30-05:00", "America/New_York", "2026-03-08T09:00-04:00"),
    "New York falls back": ("2026-10-31T23:30-04:00", "America/New_York", "2026-11-01T09:00-05:00"),
    "London springs forward": ("2026-03-29T00:30+00:00", "Europe/London", "2026-03-29T09:00+01:00"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_known_moments(case: tuple[str, str, str]) -> None:
    at, zone, expected = case
    assert next_allowed(datetime.fromisoformat(at), zone, time(22), time(9)) == datetime.fromisoformat(expected)


START = datetime(2024, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 5 * 366 * 86_400).map(lambda seconds: START + timedelta(seconds=seconds))
CHANGES = st.sampled_from(
    [date(2026, 3, 8), date(2026, 11, 1), date(2026, 3, 29), date(2026, 10, 25), date(2026, 4, 5), date(2028, 2, 29)]
)
NEAR_CHANGES = st.builds(
    lambda day, seconds: datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=seconds),
    CHANGES,
    st.integers(-86_400, 2 * 86_400),
)
HOURS = st.integers(0, 47).map(lambda half: time(half // 2, 30 * (half % 2)))


@pytest.mark.django_db
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=MOMENTS | NEAR_CHANGES, zone=st.sampled_from(ZONES), start=HOURS, stop=HOURS)
def test_the_answer_is_allowed_not_earlier_and_the_first_such_hour(at: datetime, zone: str, start: time, stop: time) -> None:
    found = next_allowed(at, zone, start, stop)
    if start == stop or not quiet(at, zone, start, stop):
        assert found == at
        return
    assert found > at
    assert found - at <= timedelta(hours=25), "at most a day, and the hour that day may gain"
    assert not quiet(found, zone, start, stop)
    # Nothing allowed is skipped. Where clocks jump over the end of the quiet hours, the length of the jump may be.
    step = at
    while step < found - timedelta(hours=1):
        assert quiet(step, zone, start, stop)
        step += timedelta(minutes=15)


@pytest.mark.django_db
def test_no_bounds_mean_no_quiet_hours() -> None:
    now = datetime(2026, 1, 1, 23, tzinfo=UTC)
    for start, stop in ((None, None), (time(22), None), (None, time(9)), (time(9), time(9))):
        assert next_allowed(now, "UTC", start, stop) == now


def quiet_now(acme: Merchant, channel: str) -> None:
    """Quiet hours of the channel from an hour ago to an hour from now, in the shop's zone."""
    local = timezone.now().astimezone(ZoneInfo("Europe/London"))
    bounds = ((local - timedelta(hours=1)).time(), (local + timedelta(hours=1)).time())
    values = {"is_active": True, "config": {}, "per_minute": None, "quiet": bounds, "by": CLI, "at": timezone.now()}
    operations.save_channel(merchant_id=acme.id, channel=channel, **values)


def test_a_message_in_quiet_hours_waits_for_the_morning_and_loses_no_attempt(acme: Merchant, lin: int) -> None:
    quiet_now(acme, "sms")
    message = put(acme, "sms", recipient_id=lin)
    assert send(acme, "sms") == {"ready": 1}
    state, reason, attempts, waits = of(acme, message, "state", "reason", "attempts", "run_at - now()")
    assert (state, reason, attempts) == ("ready", "quiet_hours", 0)
    assert timedelta(minutes=55) < waits <= timedelta(hours=1)


def test_a_message_that_cannot_wait_for_the_morning_is_dropped(acme: Merchant, lin: int) -> None:
    quiet_now(acme, "sms")
    put(acme, "sms", recipient_id=lin, drop_after=timezone.now() + timedelta(minutes=30))
    send(acme, "sms")
    assert states(acme) == {"dropped:quiet_hours": 1}


def test_each_buyer_has_his_own_night(acme: Merchant, lin: int) -> None:
    """Two shops' buyers, twelve hours apart: one of them is asleep whatever time it is."""
    from merchants.operations import add_shop

    far, _new = add_shop(merchant="acme", shop="far", currency="NZD", timezone="Pacific/Kiritimati", by=CLI)
    here = timezone.now().astimezone(ZoneInfo("Europe/London"))
    bounds = ((here - timedelta(hours=1)).time(), (here + timedelta(hours=1)).time())
    values = {"is_active": True, "config": {}, "per_minute": None, "quiet": bounds, "by": CLI, "at": timezone.now()}
    operations.save_channel(merchant_id=acme.id, channel="sms", **values)
    asleep = put(acme, "sms", key="a", recipient_id=lin)
    awake = put(acme, "sms", key="b", recipient_id=letters.buyer(acme, "FAR", phone="+6421123456"))
    with_far = "UPDATE store_buyer SET shop_id = %s WHERE external_ref = 'FAR' RETURNING 1"
    letters.rows(acme, with_far, far.pk)
    send(acme, "sms")
    assert (of(acme, asleep, "state"), of(acme, awake, "state")) == ("ready", "sent")
