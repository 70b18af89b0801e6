"""What passes by rule, what is drawn for a second look, and the calendar of working days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from marketplace.accounts.models import User
from marketplace.outbox.models import Message
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from providers.moderation import kinds, workdays
from providers.moderation.errors import BadVerdict
from providers.moderation.kinds import ReviewKind
from providers.moderation.models import AutoApproval, ReasonTemplate
from providers.moderation.operations import decide
from providers.moderation.sampling import is_sampled
from providers.moderation.workdays import due_after
from tests import cast
from tests.providers.moderation import probe
from tests.providers.moderation.probe import MONDAY, again, carried_out, hand_in


def allow(percent: int, *, active: bool = True) -> None:
    """A rule of staff's for the probe; the application itself may not write one."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('moderation_autoapproval', 'INSERT')")
        assert cursor.fetchone() == (False,)
    AutoApproval.objects.using("system").create(kind="probe", is_active=active, sample_percent=percent)


@pytest.fixture(autouse=True)
def _only_for_the_test(db: None):
    yield
    AutoApproval.objects.using("system").filter(kind="probe").delete()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("percent", "state"), [(0, "auto_approved"), (100, "sampled")])
def test_low_risk_passes_at_once(studio: cast.Provider, kind: ReviewKind, percent: int, state: str) -> None:
    allow(percent)
    review = hand_in(studio.id, risk="low")
    assert review.state == state
    assert [done["verdict"] for done in carried_out(studio.id)] == ["approved"]
    with scope(studio.id):
        assert Message.objects.filter(kind="moderation.review.approved", channel="in_app").count() == 1


@pytest.mark.django_db(transaction=True)
def test_normal_risk_and_a_rule_that_is_off_wait(studio: cast.Provider, kind: ReviewKind) -> None:
    allow(0, active=False)
    assert hand_in(studio.id, subject=1, risk="low").state == "waiting"
    assert hand_in(studio.id, subject=2).state == "waiting"
    assert carried_out(studio.id) == []


@pytest.mark.django_db(transaction=True)
def test_a_second_look_that_agrees_changes_nothing(studio: cast.Provider, kind: ReviewKind, ann: User) -> None:
    allow(100)
    review = hand_in(studio.id, risk="low")
    decide(provider_id=studio.id, review_id=review.pk, verdict="approved", by=person(ann.pk), at=MONDAY)
    assert again(review).state == "approved"
    assert len(carried_out(studio.id)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_second_look_can_only_confirm_where_nothing_takes_it_back(studio: cast.Provider, kind: ReviewKind, ann: User) -> None:
    allow(100)
    review = hand_in(studio.id, risk="low")
    with pytest.raises(BadVerdict):
        decide(provider_id=studio.id, review_id=review.pk, verdict="rejected", note="No.", by=person(ann.pk), at=MONDAY)


@pytest.mark.django_db(transaction=True)
def test_a_second_look_that_disagrees_takes_it_back(studio: cast.Provider, ann: User) -> None:
    allow(100)
    with probe.registered(overrule=probe.carry_out):
        review = hand_in(studio.id, risk="low")
        decide(provider_id=studio.id, review_id=review.pk, verdict="rejected", note="No.", by=person(ann.pk), at=MONDAY)
    assert [done["verdict"] for done in carried_out(studio.id)] == ["approved", "rejected"]
    assert again(review).state == "rejected"


# The sample.


@given(st.integers(1, 2**40), st.integers(0, 100))
def test_the_draw_is_stable_and_a_larger_share_contains_a_smaller_one(review_id: int, percent: int) -> None:
    assert is_sampled(review_id, percent) == is_sampled(review_id, percent)
    assert not is_sampled(review_id, 0)
    assert is_sampled(review_id, 100)
    if is_sampled(review_id, percent):
        assert is_sampled(review_id, min(100, percent + 1))


def test_a_tenth_is_a_tenth() -> None:
    drawn = sum(is_sampled(review_id, 10) for review_id in range(20_000))
    assert 1_850 < drawn < 2_150  # 2,000 ± 3.5 standard deviations


# The calendar.


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-03-02T10:00", "2026-03-04T10:00"),  # Monday to Wednesday
        ("2026-03-05T23:30", "2026-03-09T23:30"),  # Thursday to Monday
        ("2026-03-07T15:00", "2026-03-11T00:00"),  # Saturday counts from Monday
        ("2026-09-30T09:00", "2026-10-09T09:00"),  # over the National Day week: the 8th and 9th
        ("2026-10-09T09:00", "2026-10-12T09:00"),  # the Saturday after it is worked
    ],
)
def test_two_working_days_later(start: str, due: str) -> None:
    off = {date(2026, 10, day): False for day in range(1, 8)} | {date(2026, 10, 10): True}
    local = datetime.fromisoformat(start).replace(tzinfo=workdays.MARKET_ZONE)
    assert due_after(local, 2, off).isoformat()[:16] == due


@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)), st.integers(0, 5))  # noqa: DTZ001
def test_a_due_time_is_on_a_working_day_and_never_before(start: datetime, days: int) -> None:
    aware = start.replace(tzinfo=UTC)
    due = due_after(aware, days, {})
    assert due.weekday() < 5
    assert aware <= due <= aware + timedelta(days=days + 2 * (days // 5 + 2))


def test_this_years_free_days_are_in_the_database(studio: cast.Provider, kind: ReviewKind) -> None:
    thursday = datetime(2026, 4, 30, 2, tzinfo=UTC)  # Labour Day until Tuesday; Saturday the 9th is worked
    assert hand_in(studio.id, at=thursday).due_at == datetime(2026, 5, 7, 2, tzinfo=UTC)


# The vocabulary.


def test_every_reason_of_every_kind_has_its_template_in_both_languages(db: None) -> None:
    wanted = {(kind.name, code) for kind in kinds.kinds() for code in kind.reasons}
    rows = {(row.kind, row.code): row for row in ReasonTemplate.objects.all()}
    assert wanted - set(rows) == set()
    for row in rows.values():
        assert all([row.label_zh, row.label_en, row.text_zh, row.text_en]), row.code
        assert row.points > 0 if row.kind == "penalty" else row.points == 0, row.code
