"""Two planners at the same instant, planners killed at random instants: every touch and message once. With controls."""

import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aftersales.programs import runner
from aftersales.programs.presale_balance import operations, statements
from marketplace.tenancy.scope import scope
from orders.store.models import ShopOrder
from tests import cast
from tests.engine import doors
from tests.engine.market import all_fine, at_once, execute
from tests.engine.test_kills import kill, start, wait_for
from tests.engine.test_races import without_constraint
from tests.presale.shop import buyers, chinese_shop, order_facts, remind
from tests.tenancy.world import fingerprint

pytestmark = pytest.mark.django_db(transaction=True)
EVE, DUE = "2026-11-10T12:00", "2026-11-11T01:10"
KILLS = int(os.environ.get("KILLS", "4"))


def stock(merchant: cast.Merchant, orders: int, *, per_buyer: int = 1) -> None:
    """So many presale orders in one window."""
    people = buyers(merchant, [f"B{n:05}" for n in range(-(-orders // per_buyer))])
    with scope(merchant.id):
        ShopOrder.objects.bulk_create(
            ShopOrder(**order_facts(merchant, f"A{n:05}", people[n // per_buyer])) for n in range(orders)
        )


def assert_once(merchant: cast.Merchant, orders: int, messages: int) -> None:
    assert doors.one(merchant, "SELECT count(*) FROM presale_balance_enrolment") == orders
    queued = """SELECT count(*), count(DISTINCT enrolment_id), count(DISTINCT message_key)
                FROM presale_balance_touch WHERE state = 'queued'"""
    assert doors.rows(merchant, queued) == [(orders, orders, messages)]
    assert doors.rows(merchant, "SELECT count(*), sum((data->>'orders')::int) FROM outbox_message") == [(messages, orders)]
    assert doors.one(merchant, "SELECT count(*) FROM presale_balance_enrolment WHERE last_step <> 1 OR next_due_at IS NULL") == 0


def test_two_runs_at_once_remind_once() -> None:
    acme = chinese_shop()
    stock(acme, 300, per_buyer=3)
    found = at_once(*[lambda: remind(acme, DUE)] * 2)
    all_fine(found)
    assert sorted(report["touches"] for report in found) == [0, 300]
    assert_once(acme, 300, 100)


def meet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the lock away, and let two runs meet after both have chosen what is due."""
    monkeypatch.setattr(runner, "program_lock", lambda _merchant_id, **_options: nullcontext())
    chosen, meeting = operations._plan_statement, threading.Barrier(2)

    def choose_and_wait(context: Any, values: Any) -> str:
        found = chosen(context, values)
        meeting.wait(timeout=20)
        return found

    monkeypatch.setattr(operations, "_plan_statement", choose_and_wait)


def test_the_touches_own_key_keeps_two_runs_apart_without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    acme = chinese_shop()
    stock(acme, 300, per_buyer=3)
    remind(acme, EVE)
    meet(monkeypatch)
    found = at_once(*[lambda: remind(acme, DUE)] * 2)
    all_fine(found)
    assert sum(report["touches"] for report in found) == 300
    assert_once(acme, 300, 100)


def test_control_without_lock_and_keys_everybody_is_reminded_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    acme = chinese_shop()
    stock(acme, 20)
    remind(acme, EVE)
    meet(monkeypatch)
    unguarded = statements.PLAN.replace("ON CONFLICT (merchant_id, enrolment_id, step, plan_no) DO NOTHING", "")
    unguarded = unguarded.replace("ON CONFLICT (merchant_id, effect_key) DO NOTHING", "")
    unguarded = unguarded.replace("g.message_key, greatest", "g.message_key || random(), greatest")
    monkeypatch.setattr(statements, "PLAN", unguarded)
    with without_constraint("presale_balance_touch", "touch_once_per_step"):
        all_fine(at_once(*[lambda: remind(acme, DUE)] * 2))
        assert doors.one(acme, "SELECT count(*) FROM outbox_message") == 40
        execute(acme, "UPDATE presale_balance_touch SET step = mod(id, 30000)")


def test_two_runs_enrol_at_once_and_every_order_is_taken_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    acme = chinese_shop()
    stock(acme, 300)
    monkeypatch.setattr(runner, "program_lock", lambda _merchant_id, **_options: nullcontext())
    found = at_once(*[lambda: remind(acme, EVE)] * 2)
    all_fine(found)
    assert sum(report["enrolled"] for report in found) == 300
    assert doors.one(acme, "SELECT count(*) FROM measurement_assignment") == 300


@pytest.fixture
def dice() -> Iterator[random.Random]:
    seed = int(os.environ.get("KILL_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
    print(f"KILL_SEED={seed}")
    yield random.Random(seed)


def process(merchant: cast.Merchant) -> Any:
    arguments = (
        "presale_balance",
        "--merchant",
        merchant.slug,
        "--as-of",
        "2026-11-11T01:10:00+08:00",
        "--set",
        "holdout_percent=0",
    )
    return start("run_program", *arguments, "--json")


def test_a_run_killed_anywhere_is_finished_by_the_next(dice: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    killed = 0
    for number in range(KILLS):
        victim = chinese_shop(f"victim-{number}")
        stock(victim, 1_500, per_buyer=3)
        working = process(victim)
        wait_for(working, lambda victim=victim: doors.one(victim, "SELECT count(*) FROM aftersales_programrun") > 0)
        time.sleep(dice.uniform(0, 0.4))
        killed += kill(working)
        remind(victim, DUE)
        remind(victim, DUE)
        assert_once(victim, 1_500, 500)
    assert killed, "no process was at work when it was killed"


def test_chunks_that_stop_halfway_leave_whole_buyers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that dies between two chunks: the buyers it has reached are done with all their orders, the others untouched."""
    acme = chinese_shop()
    stock(acme, 30, per_buyer=3)
    remind(acme, EVE)
    monkeypatch.setattr(operations, "CHUNK", 4)
    chunks = operations._chunks

    def die_in_the_second(context: Any, rows: int, values: dict[str, Any]) -> Iterator[Any]:
        for place, chunk in enumerate(chunks(context, rows, values)):
            if place == 1:
                raise KeyboardInterrupt
            yield chunk

    monkeypatch.setattr(operations, "_chunks", die_in_the_second)
    with pytest.raises(KeyboardInterrupt):
        remind(acme, DUE)
    assert doors.rows(acme, "SELECT count(*), min((data->>'orders')::int) FROM outbox_message") == [(4, 3)]
    monkeypatch.setattr(operations, "_chunks", chunks)
    remind(acme, DUE)
    assert_once(acme, 30, 10)


def cost(merchant: cast.Merchant) -> int:
    """Statements of a run, without those that open and close transactions."""
    with CaptureQueriesContext(connection) as found:
        remind(merchant, DUE)
    shell = ("SET ", "SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return len([query for query in found if not query["sql"].startswith(shell)])


def test_a_thousand_orders_cost_as_many_statements_as_ten() -> None:
    few, many = chinese_shop("few"), chinese_shop("many")
    stock(few, 10)
    stock(many, 1_000)
    for merchant in (few, many):
        remind(merchant, EVE)
    few_cost, many_cost = cost(few), cost(many)
    assert few_cost == many_cost <= 40


def test_a_run_touches_nobody_elses_rows() -> None:
    acme, other = chinese_shop(), chinese_shop("other")
    for merchant in (acme, other):
        stock(merchant, 20)
    before = fingerprint(other.id)
    remind(acme, DUE)
    assert fingerprint(other.id) == before
    remind(other, DUE)
    assert_once(other, 20, 20)
