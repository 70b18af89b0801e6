"""What the guards say about new claims: pay, or hold and why."""

from datetime import timedelta

import pytest
from django.db import connection

from aftersales.guards.models import Alert, Approval, Breaker, SpendHour
from aftersales.models import ProgramRun
from marketplace.kernel.money import THREE_DECIMAL, ZERO_DECIMAL, exponent
from marketplace.tenancy.scope import scope
from tests import cast
from tests.guards.doors import AT, PROGRAM, batch, limit, settings, verdicts

DAY = timedelta(days=1)


def started_by(merchant: cast.Merchant, label: str) -> int:
    with scope(merchant.id):
        return ProgramRun.objects.create(
            merchant_id=merchant.id, program=PROGRAM, settings={}, as_of=AT, state="running", created_by=label
        ).pk


@pytest.mark.django_db
def test_a_large_single_payout_waits_for_a_second_person_the_rest_is_paid() -> None:
    acme = cast.acme()
    assert verdicts(acme, (1, 50_000), (2, 50_001), (3, 1)) == [None, "APPROVAL", None]


@pytest.mark.django_db
def test_limits_are_major_units_of_the_currency() -> None:
    acme = cast.acme()
    assert verdicts(acme, (1, 500), (1, 501), currency="JPY") == [None, "APPROVAL"]
    assert verdicts(acme, (1, 500_000), (1, 500_001), currency="KWD") == [None, "APPROVAL"]
    settings(acme, currency_limits={"JPY": {"payout": 80_000}})
    assert verdicts(acme, (1, 80_000), (1, 80_001), currency="JPY") == [None, "APPROVAL"]


@pytest.mark.django_db
def test_every_currency_has_as_many_minor_units_as_the_kernel_says() -> None:
    known = sorted(ZERO_DECIMAL | THREE_DECIMAL | {"CNY", "GBP", "USD"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(guard_major(c) ORDER BY c) FROM unnest(%s::text[]) AS c", [known])
        assert cursor.fetchone()[0] == [10 ** exponent(currency) for currency in known]


@pytest.mark.django_db
def test_what_is_held_for_approval_uses_no_budget() -> None:
    acme = cast.acme()
    limit(acme, "merchant_day", 60_000)
    assert verdicts(acme, (1, 55_000), (2, 40_000), (3, 30_000), (4, 20_000)) == ["APPROVAL", None, "BUDGET", None]


@pytest.mark.django_db
@pytest.mark.parametrize(("label", "waits"), [("user:7", True), ("system:beat", True), ("system:cli", False)])
def test_a_large_batch_waits_unless_the_operator_runs_it(label: str, waits: bool) -> None:
    acme = cast.acme()
    run = started_by(acme, label)
    assert batch(acme, 1_000_000, run=run) is False
    assert batch(acme, 1_000_001, run=run) is waits
    assert batch(acme, 1_000_001, run=run) is waits
    assert verdicts(acme, (1, 5), run=run) == (["APPROVAL"] if waits else [None])
    with scope(acme.id):
        assert list(Approval.objects.values_list("kind", "subject_id", "requested_by")) == (
            [("batch", run, label)] if waits else []
        )


@pytest.mark.django_db
def test_an_approved_batch_is_not_asked_for_again() -> None:
    acme = cast.acme()
    run = started_by(acme, "user:7")
    assert batch(acme, 2_000_000, run=run)
    with scope(acme.id):
        Approval.objects.update(state="approved")
    assert not batch(acme, 2_000_000, run=run)
    assert verdicts(acme, (1, 5), run=run) == [None]


def history(merchant: cast.Merchant, *amounts: int) -> None:
    """So much was paid on each of the days before."""
    for back, amount in enumerate(amounts, 1):
        assert verdicts(merchant, (1, amount), at=AT - back * DAY) == [None]


@pytest.mark.django_db
def test_the_breaker_opens_above_three_times_the_median_and_holds_until_closed() -> None:
    acme = cast.acme()
    history(acme, 1_000, 9_000, 1_100, 900, 1_000, 1_000, 1_200)
    assert verdicts(acme, (1, 3_000)) == [None]
    assert verdicts(acme, (1, 1)) == ["BREAKER"]
    assert verdicts(acme, (1, 1), at=AT + DAY) == ["BREAKER"]
    assert verdicts(acme, (1, 1), currency="EUR") == [None]
    with scope(acme.id):
        assert Alert.objects.filter(kind="breaker.opened").count() == 1
        assert Breaker.objects.get().facts == {"current": 3_001, "median": 1_000, "percent": 300, "hours": 24, "windows": 7}
        Breaker.objects.update(closed_at=AT + DAY)
    assert verdicts(acme, (1, 40_000), at=AT + DAY) == [None]


@pytest.mark.django_db
def test_the_breaker_needs_a_history() -> None:
    acme = cast.acme()
    history(acme, 1, 1, 1, 1, 1, 1)
    assert verdicts(acme, (1, 40_000)) == [None]


@pytest.mark.django_db
def test_the_breakers_window_is_policy() -> None:
    acme = cast.acme()
    settings(acme, breaker_hours=1, breaker_windows=5, breaker_min_windows=2, breaker_percent=200)
    for back in (2, 1):
        verdicts(acme, (1, 100), at=AT - timedelta(hours=back))
    assert verdicts(acme, (1, 200)) == [None]
    assert verdicts(acme, (1, 1)) == ["BREAKER"]


@pytest.mark.django_db
def test_only_what_passed_is_remembered() -> None:
    acme = cast.acme()
    limit(acme, "buyer_day", 100)
    verdicts(acme, (1, 100), (1, 1), (2, 60_000), (3, 7))
    with scope(acme.id):
        assert list(SpendHour.objects.values_list("amount", "claims")) == [(107, 2)]
