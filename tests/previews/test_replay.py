"""A replay of past days claims what real daily runs claim on the same orders, whatever the policy."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftersales.previews import replay
from aftersales.previews.replay import days_between, end_of, replayed
from aftersales.programs.registry import program_named
from aftersales.programs.runner import run
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from merchants.models import Shop
from tests import cast
from tests.engine import doors
from tests.engine.test_reference import Dice, store_shop

pytestmark = pytest.mark.django_db
DAYS = 8
CLAIMED = """
SELECT count(*), coalesce(sum(amount), 0)::bigint FROM aftersales_claim WHERE run_id = %s AND state <> 'refused'
"""
BY_SKU = """
SELECT l.sku_id, count(*), sum(c.amount)::bigint FROM aftersales_claim c JOIN store_shoporderline l ON l.id = c.line_id
WHERE c.state <> 'refused' GROUP BY 1 ORDER BY 3 DESC, 1
"""
PAYABLE = replace(program_named("price_protection"), may_pay=lambda _settings: True)


def history(dice: Dice, merchant: cast.Merchant, seed: int) -> Shop:
    """Half of the histories without coupons and split payments: those are replayed the quick way."""
    shop = dice.shop()
    if seed % 2:
        shop.coupons = []
        for order in shop.orders:
            order.tenders = []
    with scope(merchant.id):
        return store_shop(shop, merchant, seed)


def really(merchant: cast.Merchant, shop: Shop, policy: dict[str, Any], since: date, until: date) -> dict[date, tuple[int, int]]:
    found = {}
    for day in days_between(since, until):
        as_of = end_of(day, shop.timezone)
        done = run(
            program=PAYABLE, merchant_id=merchant.id, shop=shop, settings=policy, as_of=as_of, by=CLI, at=as_of, dry_run=False
        )
        count, amount = doors.rows(merchant, CLAIMED, done.pk)[0]
        if count:
            found[day] = (count, amount)
    return found


def per_day(found: replay.Replay) -> dict[date, tuple[int, int]]:
    days: dict[date, tuple[int, int]] = {}
    for day, _state, count, amount in found.by_day:
        before = days.get(day, (0, 0))
        days[day] = (before[0] + count, before[1] + amount)
    return days


def compare(seed: int) -> int:
    merchant, dice = cast.acme(), Dice(seed)
    shop = history(dice, merchant, seed)
    policy = PAYABLE.validated(dice.policy())
    since = dice.centre.date() - timedelta(days=3)
    window = {"since": since, "until": since + timedelta(days=DAYS)}
    told: list[int] = []
    found = replayed(shop=shop, settings=policy, by=CLI, told=told.append, **window)
    assert told == list(range(DAYS))
    assert doors.rows(merchant, "SELECT count(*) FROM aftersales_claim") == [(0,)], "a replay leaves nothing"
    real = really(merchant, shop, policy, **window)
    assert per_day(found) == real, f"{seed=} {policy=}"
    assert [tuple(row) for row in found.by_sku] == doors.rows(merchant, BY_SKU), f"{seed=} {policy=}"
    if seed % 2:  # coupons that real runs have used up are used up; holds on products they opened stay open
        again = replayed(shop=shop, settings=policy, by=CLI, told=told.append, **window)
        assert (per_day(again), again.by_sku) == (per_day(found), found.by_sku), "real claims are none of a replay's business"
    return len(real)


@settings(max_examples=6, print_blob=True, suppress_health_check=list(HealthCheck), database=None)
@given(seed=st.integers(0, 2**31 - 1))
def test_a_replay_is_what_daily_runs_would_have_done(seed: int) -> None:
    with transaction.atomic():
        compare(seed)
        transaction.set_rollback(True)


def test_the_histories_have_something_to_find() -> None:
    days = 0
    for seed in range(101, 107):
        with transaction.atomic():
            days += compare(seed)
            transaction.set_rollback(True)
    assert days > 1


def test_a_replay_that_forgets_a_day_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: without the products whose price began, the comparison fails."""
    broken = replay.CHANGED.replace("p.valid_from > %(before)s AND p.valid_from <= %(as_of)s", "false")
    assert broken != replay.CHANGED
    monkeypatch.setattr(replay, "CHANGED", broken)
    with pytest.raises(AssertionError), transaction.atomic():
        for seed in range(101, 117, 2):
            compare(seed)
