"""guard_spend against a model that counts by hand: any sequence of spends, over slots, zones and limits."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftersales.guards.models import Budget, BudgetUse
from marketplace.tenancy.scope import scope
from tests import cast
from tests.guards.doors import PROGRAM, limit, spend

#: Both ends of daylight saving in Europe, half-hour zones, and the date line.
ZONES = ("Europe/London", "Asia/Shanghai", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia", "UTC")
INSTANTS = (
    datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 15, tzinfo=UTC),
    datetime(2026, 11, 11, 15, 50, tzinfo=UTC),
)
CLAIM = st.tuples(st.sampled_from([1, 2, 3, None]), st.integers(0, 60))
CALL = st.tuples(
    st.sampled_from([PROGRAM, "refund_retention"]),
    st.sampled_from(INSTANTS),
    st.integers(0, 200).map(lambda minutes: timedelta(minutes=minutes)),
    st.lists(CLAIM, max_size=6),
)
LIMIT = st.one_of(st.none(), st.integers(0, 150))


class Model:
    """The rules in the plainest words there are."""

    def __init__(self, zone: str, limits: dict[str, int | None]) -> None:
        self.zone, self.limits = ZoneInfo(zone), limits
        self.used: dict[Any, int] = defaultdict(int)

    def spend(self, program: str, at: datetime, claims: list[tuple[int | None, int]]) -> list[bool]:
        return [self._one(program, at, buyer, amount) for buyer, amount in claims]

    def _one(self, program: str, at: datetime, buyer: int | None, amount: int) -> bool:
        local = at.astimezone(self.zone)
        # An hour is told by its offset, too: the hour that daylight saving repeats is two hours.
        hour = (local.replace(minute=0, second=0, microsecond=0, tzinfo=None), local.utcoffset())
        slots = [("merchant_day", local.date())]
        if buyer is not None:
            slots.append(("buyer_day", local.date(), buyer))
        if program == PROGRAM:
            slots.append(("program_hour", hour))
        for slot in slots:
            most = self.limits[slot[0]]
            if most is not None and self.used[slot] + amount > most:
                return False
        for slot in slots:
            self.used[slot] += amount
        return True


class Undo(Exception):
    """Takes an example's rows back."""


@pytest.mark.django_db
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    zone=st.sampled_from(ZONES),
    limits=st.fixed_dictionaries({"buyer_day": LIMIT, "merchant_day": LIMIT, "program_hour": LIMIT}),
    calls=st.lists(CALL, min_size=1, max_size=8),
)
def test_any_sequence_of_spends_is_decided_as_by_hand(
    db: None, zone: str, limits: dict[str, int | None], calls: list[tuple[Any, ...]]
) -> None:
    try:
        with transaction.atomic():
            acme = cast.acme(timezone=zone, currency="CNY")
            for level, amount in limits.items():
                limit(acme, level, amount, program=PROGRAM if level == "program_hour" else "")
            model = Model(zone, limits)
            for program, begin, later, claims in calls:
                expected = model.spend(program, begin + later, claims)
                assert spend(acme, *claims, program=program, at=begin + later) == expected
            assert_same(acme, model, limits)
            raise Undo
    except Undo:
        pass


def assert_same(acme: cast.Merchant, model: Model, limits: dict[str, int | None]) -> None:
    """What was counted, per budget with a limit, and nothing beyond it."""
    with scope(acme.id):
        budgets = {budget.pk: budget for budget in Budget.objects.all()}
        found = sorted((budgets[use.budget_id].level, use.buyer_id, use.used) for use in BudgetUse.objects.all())
        assert all(use.used <= (budgets[use.budget_id].limit_amount or 0) for use in BudgetUse.objects.all())
    expected = sorted(
        (slot[0], slot[2] if slot[0] == "buyer_day" else 0, used)
        for slot, used in model.used.items()
        if used and limits[slot[0]] is not None
    )
    assert found == expected


@pytest.mark.django_db
def test_the_fast_path_and_the_slow_path_agree() -> None:
    """A batch in which all fits, and the same batch with one claim too many: the others pass in both."""
    acme = cast.acme()
    limit(acme, "buyer_day", 100)
    assert spend(acme, *[(buyer, 50) for buyer in range(1, 40)]) == [True] * 39
    assert spend(acme, *[(buyer, 50) for buyer in range(1, 40)], (1, 1)) == [True] * 39 + [False]
