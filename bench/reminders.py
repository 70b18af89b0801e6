"""Presale reminders against one plain statement writing the same rows, and a million of them in flat memory."""

import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, connections

from aftersales.measurement.operations import current_experiment
from aftersales.models import ProgramRun
from aftersales.programs.presale_balance.rules import DEFAULTS
from aftersales.programs.registry import program_named
from aftersales.programs.runner import run as run_program
from bench.result import Result
from bench.scratch import backend_memory, counts, floor_sql, new_shop, own_memory, same, settled
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.store.ingest.rows import ShopContext

PROGRAM = program_named("presale_balance")
#: The window opens at OPENS; ten minutes later everybody's first reminder is due.
OPENS = datetime(2026, 11, 11, 1, tzinfo=UTC)
BEFORE, DUE = OPENS - timedelta(hours=6), OPENS + timedelta(minutes=10)
#: Everybody is reminded, so that both sides write the same number of rows whatever their customers' numbers hash to.
POLICY = {**DEFAULTS, "holdout_percent": 0}
ORDERS, ROUNDS = 100_000, 3
TABLES = ["measurement_assignment", "presale_balance_enrolment", "presale_balance_touch", "outbox_message"]
FILL = (
    """INSERT INTO store_buyer (merchant_id, id, shop_id, external_ref, contact_cipher, contact_hash, commercial_consent)
       SELECT %(merchant)s, n, %(shop)s, 'B' || n, '\\x00', '', false FROM generate_series(1, %(orders)s) n""",
    """INSERT INTO store_shoporder (merchant_id, id, shop_id, buyer_id, external_ref, status, channel, currency, placed_at,
         captured_amount, refunded_amount, shipping_amount, revision, presale_activity, deposit_amount, deposit_paid_at,
         balance_amount, balance_opens_at, balance_closes_at)
       SELECT %(merchant)s, n, %(shop)s, n, 'O' || n, 'open', 'account', 'CNY', d, 10000, 0, 0, 0, 'D11', 10000, d, 70000,
              %(opens)s, %(opens)s::timestamptz + interval '23 hours'
       FROM generate_series(1, %(orders)s) n, LATERAL (SELECT %(opens)s::timestamptz - interval '10 days' AS d) moment""",
)


def presale_shop(name: str, *, orders: int) -> ShopContext:
    """A shop of so many presale orders, one per buyer, all in one window."""
    shop = new_shop(name)
    values = {"merchant": shop.merchant_id, "shop": shop.shop_id, "orders": orders, "opens": OPENS}
    with connections["system"].cursor() as cursor:
        for statement in FILL:
            cursor.execute(statement, values)
    return shop


def remind(shop: ShopContext, as_of: datetime) -> tuple[float, dict[str, Any]]:
    """Seconds of a run, and what it counted."""
    started = time.perf_counter()
    done = run_program(
        program=PROGRAM, merchant_id=shop.merchant_id, shop=None, settings=POLICY, as_of=as_of, by=CLI, at=as_of, dry_run=False
    )
    return time.perf_counter() - started, done.counts


def run() -> Iterator[Result]:
    shops = [presale_shop(f"remind-{number}", orders=ORDERS) for number in range(ROUNDS)]
    twins = [presale_shop(f"plain-{number}", orders=ORDERS) for number in range(ROUNDS)]
    settled()
    ours: dict[str, list[float]] = {"enrol": [], "plan": [], "again": []}
    plain: dict[str, list[float]] = {"enrol": [], "plan": []}
    for shop, twin in zip(shops, twins, strict=True):
        statements = _plain(twin)
        plain["enrol"].append(next(statements))
        ours["enrol"].append(remind(shop, BEFORE)[0])
        plain["plan"].append(next(statements))
        seconds, found = remind(shop, DUE)
        ours["plan"].append(seconds)
        same(found["messages"], ORDERS, "everybody must be reminded")
        rows = counts(shop.merchant_id, TABLES)
        same(rows, counts(twin.merchant_id, TABLES), "both sides must write the same rows")
        ours["again"].append(remind(shop, DUE)[0])
        same(rows, counts(shop.merchant_id, TABLES), "a second run must add nothing")
    middle = {name: statistics.median(times) for name, times in ours.items()}
    floor = {name: statistics.median(times) for name, times in plain.items()}
    yield Result("presale reminders: assign and enrol", middle["enrol"], floor["enrol"], 1.5, rows=dict(list(rows.items())[:2]))
    yield Result("presale reminders: plan what is due", middle["plan"], floor["plan"], 1.5, rows=dict(list(rows.items())[2:]))
    first = middle["enrol"] + middle["plan"]
    yield Result("presale reminders: second run, which finds nothing", middle["again"], first, 0.35)


def _plain(shop: ShopContext) -> Iterator[float]:
    """Seconds of each plain statement."""
    with scope(shop.merchant_id):
        opened = ProgramRun.objects.create(
            merchant_id=shop.merchant_id, program=PROGRAM.name, settings=POLICY, as_of=BEFORE, created_by="bench"
        )
    experiment = current_experiment(merchant_id=shop.merchant_id, program=PROGRAM.name, holdout_ppm=0, by=CLI, at=BEFORE)
    for statement, as_of in zip(floor_sql("remind.sql"), (BEFORE, DUE), strict=True):
        values = {"merchant": shop.merchant_id, "run": opened.pk, "experiment": experiment.pk, "as_of": as_of}
        started = time.perf_counter()
        with scope(shop.merchant_id), connection.cursor() as cursor:
            cursor.execute(statement, values)
        yield time.perf_counter() - started


def memory(scale: int) -> Iterator[Result]:
    """From a tenth of `scale` to `scale` due reminders: private memory of the process and of its backend afterwards."""
    sizes = []
    shops = [presale_shop(f"many-{orders}", orders=orders) for orders in (scale // 10, scale)]
    settled()
    connection.close()
    for shop, orders in zip(shops, (scale // 10, scale), strict=True):
        remind(shop, BEFORE)
        _seconds, found = remind(shop, DUE)
        same(found["messages"], orders, "everybody must be reminded")
        sizes.append((own_memory(), backend_memory()))
    for place, name in enumerate(("process", "backend")):
        before, after = sizes[0][place], sizes[1][place]
        allowed = max(1.1, (before + 8) / before) if before else 1.1
        yield Result(f"memory from {scale // 10:,} to {scale:,} due reminders: {name}", after, before, allowed, unit="MB")
