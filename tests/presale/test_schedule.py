"""The schedule in SQL and the one people see, both against a search minute by minute: any zone, day and policy."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftersales.programs.presale_balance.rules import DEFAULTS, schedule, steps_of, validated
from aftersales.programs.presale_balance.statements import SCHEDULE
from tests.presale.reference import Case, touches

# Days around which a zone's clocks change (or do not), with half-hour and midnight changes among them.
CHANGES = [
    ("Asia/Shanghai", "2026-11-11"), ("Europe/London", "2026-03-29"), ("Europe/London", "2026-10-25"),
    ("America/New_York", "2026-03-08"), ("America/New_York", "2026-11-01"), ("Australia/Lord_Howe", "2026-04-05"),
    ("Australia/Lord_Howe", "2026-10-04"), ("Africa/Cairo", "2026-04-24"), ("Asia/Beirut", "2026-03-29"),
    ("America/Santiago", "2026-09-06"), ("Asia/Kolkata", "2026-02-28"), ("Pacific/Kiritimati", "2026-12-31"),
]  # fmt: skip
#: Bounds of quiet hours at which no clock of these zones is ever changed, so that every one of them comes once a day.
CLOCKS = ["05:00", "06:30", "09:00", "12:00", "19:15", "21:00", "22:00"]
CHANNELS = st.permutations(["email", "sms", "in_app"]).flatmap(lambda names: st.integers(1, 3).map(lambda size: names[:size]))
OFF = st.none()
POLICIES = st.fixed_dictionaries(
    {
        "t1_after_minutes": OFF | st.integers(0, 600), "t1_channels": CHANNELS, "t2_percent": OFF | st.integers(1, 99),
        "t2_channels": CHANNELS, "t3_before_minutes": OFF | st.integers(1, 600), "t3_channels": CHANNELS,
        "min_gap_minutes": st.sampled_from([1, 30, 240]), "quiet_from": st.sampled_from(CLOCKS),
        "quiet_to": st.sampled_from(CLOCKS), "quiet_channels": st.sampled_from([[], ["sms"], ["sms", "email"]]),
    }
)  # fmt: skip


@st.composite
def cases(draw: Any) -> Case:
    tz, day = draw(st.sampled_from(CHANGES))
    opens = datetime.fromisoformat(day).replace(tzinfo=UTC) + draw(st.integers(-36 * 60, 36 * 60)) * timedelta(minutes=1)
    closes = opens + draw(st.integers(1, 72 * 60)) * timedelta(minutes=1)
    return Case(opens, closes, tz, draw(st.booleans()), draw(st.booleans()), validated({**DEFAULTS, **draw(POLICIES)}))


def in_sql(case: Case) -> list[tuple[int, str, datetime]]:
    steps = [
        {"step": s.number, "anchor": s.anchor, "amount": s.amount, "quiet": s.quiet, "channels": s.channels}
        for s in steps_of(case.policy)
    ]
    values = {
        "tz": case.tz, "opens": case.opens_at, "closes": case.closes_at, "email": case.has_email, "phone": case.has_phone,
        "steps": json.dumps(steps), "quiet_channels": case.policy["quiet_channels"], "quiet_from": case.policy["quiet_from"],
        "quiet_to": case.policy["quiet_to"], "min_gap": case.policy["min_gap_minutes"],
    }  # fmt: skip
    source = """
    WITH asked AS (SELECT %(tz)s::text AS tz, %(opens)s::timestamptz AS opens_at, %(closes)s::timestamptz AS closes_at,
                          %(email)s AS has_email, %(phone)s AS has_phone), """
    with connection.cursor() as cursor:
        cursor.execute(
            source + SCHEDULE.replace("{source}", "asked") + "SELECT step, channel, due_at FROM kept ORDER BY step", values
        )
        return [(step, channel, due) for step, channel, due in cursor.fetchall()]


def in_python(case: Case) -> list[tuple[int, str, datetime]]:
    reachable = {"in_app"} | ({"email"} if case.has_email else set()) | ({"sms"} if case.has_phone else set())
    found = schedule(case.policy, opens_at=case.opens_at, closes_at=case.closes_at, tz=case.tz, reachable=frozenset(reachable))
    return [(each.step.number, each.channel, each.due_at) for each in found if each.due_at]


@pytest.mark.django_db
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=cases())
def test_the_schedule_is_what_a_search_minute_by_minute_finds(db: None, case: Case) -> None:
    expected = touches(case)
    assert in_python(case) == expected
    assert in_sql(case) == expected


@pytest.mark.django_db
@pytest.mark.parametrize(("tz", "day"), CHANGES)
def test_the_default_policy_in_every_zone_on_the_day_clocks_change(db: None, tz: str, day: str) -> None:
    opens = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(hours=12)
    for hours in (3, 23, 24, 25, 49):
        for start in range(0, 24, 3):
            since = opens + timedelta(hours=start)
            case = Case(since, since + timedelta(hours=hours), tz, True, True, DEFAULTS)
            assert in_sql(case) == in_python(case) == touches(case)


def test_a_reference_that_forgot_the_quiet_hours_would_be_noticed() -> None:
    case = Case(
        datetime(2026, 11, 10, 17, tzinfo=UTC), datetime(2026, 11, 11, 16, tzinfo=UTC), "Asia/Shanghai", False, True, DEFAULTS
    )  # fmt: skip
    loud = Case(case.opens_at, case.closes_at, case.tz, False, True, {**DEFAULTS, "quiet_channels": []})
    assert in_python(case) == touches(case) != touches(loud)
