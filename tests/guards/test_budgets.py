"""Budgets: nothing is spent beyond them, also when two spend at once."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, connections, transaction

from aftersales.guards.models import Alert, BudgetUse
from marketplace.tenancy.scope import scope
from tests import cast
from tests.engine import market
from tests.guards.doors import AT, limit, spend


def used(merchant: cast.Merchant) -> dict[tuple[str, int], int]:
    with scope(merchant.id):
        return {(row.budget.level, row.buyer_id): row.used for row in BudgetUse.objects.select_related("budget")}


@pytest.mark.django_db
def test_a_claim_that_does_not_fit_is_held_as_a_whole() -> None:
    acme = cast.acme()
    limit(acme, "merchant_day", 100_000)
    assert spend(acme, (1, 98_000)) == [True]
    assert spend(acme, (2, 3_000)) == [False]
    assert used(acme) == {("merchant_day", 0): 98_000}
    assert spend(acme, (3, 2_000)) == [True]


@pytest.mark.django_db
def test_without_budgets_everything_passes_and_nothing_is_counted() -> None:
    acme = cast.acme()
    limit(acme, "merchant_day", None)
    limit(acme, "buyer_day", 1, currency="EUR")
    limit(acme, "program_hour", 1, program="refund_retention")
    assert spend(acme, (1, 10**12), (None, 5)) == [True, True]
    assert used(acme) == {}


@pytest.mark.django_db
def test_claims_are_decided_in_the_given_order_and_a_later_smaller_one_may_still_fit() -> None:
    acme = cast.acme()
    limit(acme, "merchant_day", 100)
    assert spend(acme, (1, 60), (2, 60), (3, 40), (4, 1)) == [True, False, True, False]


@pytest.mark.django_db
def test_each_level_counts_for_itself() -> None:
    acme = cast.acme()
    limit(acme, "buyer_day", 50)
    limit(acme, "program_hour", 120, program="price_protection")
    assert spend(acme, (1, 50), (1, 1), (2, 50), (3, 30), (None, 20)) == [True, False, True, False, True]
    assert used(acme) == {("buyer_day", 1): 50, ("buyer_day", 2): 50, ("program_hour", 0): 120}


@pytest.mark.django_db
def test_alerts_are_raised_once_per_slot() -> None:
    acme = cast.acme()
    limit(acme, "merchant_day", 100)
    for _again in range(2):
        spend(acme, (1, 40), (1, 40), (1, 40))
    with scope(acme.id):
        assert sorted(Alert.objects.values_list("kind", flat=True)) == ["budget.near", "budget.stopped"]
    spend(acme, (1, 101), at=AT + dt.timedelta(days=1))
    with scope(acme.id):
        assert Alert.objects.filter(kind="budget.stopped").count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("claims", [([1], [1, 2]), ([1], [-1]), ([1], [None])])
def test_nonsense_is_refused(claims: tuple[list[int], list[int]]) -> None:
    acme = cast.acme()
    limit(acme, "merchant_day", 100)
    with pytest.raises(Exception, match="amounts"), scope(acme.id), connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SELECT guard_spend(%s, 'x', 'CNY', now(), %s::bigint[], %s::bigint[])", [acme.id, *claims])


@pytest.mark.django_db
def test_a_program_belongs_to_hourly_budgets_only() -> None:
    acme = cast.acme()
    for level, program in (("program_hour", ""), ("buyer_day", "price_protection")):
        with pytest.raises(IntegrityError), transaction.atomic():
            limit(acme, level, 5, program=program)


@pytest.mark.django_db(transaction=True)
def test_of_two_claims_at_the_edge_exactly_one_passes() -> None:
    acme = cast.acme()
    limit(acme, "merchant_day", 100_000)
    spend(acme, (1, 98_000))
    found = market.at_once(lambda: spend(acme, (2, 1_500)), lambda: spend(acme, (3, 1_500)))
    assert sorted(map(str, found)) == ["[False]", "[True]"]
    assert used(acme) == {("merchant_day", 0): 99_500}


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_both_pass() -> None:
    """The same race against a copy of the function that takes no lock and dawdles before it writes."""
    acme = cast.acme()
    limit(acme, "merchant_day", 100_000)
    spend(acme, (1, 98_000))
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('guard_take'::regproc)")
        (source,) = cursor.fetchone()
        unlocked = source.replace("FOR UPDATE", "").replace("fits := total", "PERFORM pg_sleep(1); fits := total")
        assert unlocked.count("pg_sleep") == 1
        cursor.execute(unlocked)
        try:
            found = market.at_once(lambda: spend(acme, (2, 1_500)), lambda: spend(acme, (3, 1_500)))
        finally:
            cursor.execute(source)
    assert found == [[True], [True]]
    assert used(acme) == {("merchant_day", 0): 101_000}
