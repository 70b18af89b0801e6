"""Price protection against one plain statement, and its payouts against plain batches."""

import statistics
import time
from collections.abc import Iterator
from datetime import timedelta

from django.db import connection

from aftersales.models import ProgramRun
from aftersales.payouts.operations import settle_payouts
from aftersales.programs.price_protection.rules import DEFAULTS
from aftersales.programs.registry import program_named
from aftersales.programs.runner import run as run_program
from bench.result import Result
from bench.scratch import counts, floor_sql, same, settled
from bench.world import AS_OF, shop_with_drop
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.store.ingest.rows import ShopContext

PROGRAM = program_named("price_protection")
TABLES = ["aftersales_claim", "aftersales_payout", "ledger_ledgertransfer", "ledger_ledgerentry"]
LINES, AFFECTED, ROUNDS = 60_000, 19_000, 3


def protect(shop: ShopContext, *, dry_run: bool = False) -> float:
    """Seconds of a run of the default policy over a merchant."""
    started = time.perf_counter()
    run_program(
        program=PROGRAM,
        merchant_id=shop.merchant_id,
        shop=None,
        settings=DEFAULTS,
        as_of=AS_OF,
        by=CLI,
        at=AS_OF,
        dry_run=dry_run,
    )
    return time.perf_counter() - started


def run() -> Iterator[Result]:
    shops = [shop_with_drop(f"ours-{number}", lines=LINES, affected=AFFECTED) for number in range(ROUNDS)]
    twins = [shop_with_drop(f"floor-{number}", lines=LINES, affected=AFFECTED) for number in range(ROUNDS)]
    settled()
    first, plain, again = [], [], []
    for shop, twin in zip(shops, twins, strict=True):
        plain.append(_protect_plainly(twin))
        first.append(protect(shop))
        rows = counts(shop.merchant_id, TABLES)
        same(rows, counts(twin.merchant_id, TABLES), "both sides must write the same rows")
        again.append(protect(shop))
        same(rows, counts(shop.merchant_id, TABLES), "a second run must add nothing")
    yield Result("price protection: select, claim, reserve", statistics.median(first), statistics.median(plain), 1.5, rows=rows)
    yield Result("second run, which finds nothing", statistics.median(again), statistics.median(first), 0.2)
    yield _settling(shops, twins)


def _protect_plainly(shop: ShopContext) -> float:
    with scope(shop.merchant_id):
        opened = ProgramRun.objects.create(
            merchant_id=shop.merchant_id, program=PROGRAM.name, settings=DEFAULTS, as_of=AS_OF, created_by="bench"
        )
    values = {
        "merchant": shop.merchant_id,
        "run": opened.pk,
        "as_of": AS_OF,
        "as_of_text": AS_OF.isoformat(),
        "since": AS_OF - timedelta(days=8),
    }
    started = time.perf_counter()
    with scope(shop.merchant_id), connection.cursor() as cursor:
        (statement,) = floor_sql("protect.sql")
        cursor.execute(statement, values)
    return time.perf_counter() - started


def _settling(shops: list[ShopContext], twins: list[ShopContext]) -> Result:
    tables = [*TABLES[1:], "aftersales_sandboxpayment"]
    settled()
    ours, plain = [], []
    for shop, twin in zip(shops, twins, strict=True):
        plain.append(_settle_plainly(twin))
        started = time.perf_counter()
        settle_payouts(merchant_id=shop.merchant_id, at=AS_OF)
        ours.append(time.perf_counter() - started)
        rows = counts(shop.merchant_id, tables)
        same(rows, counts(twin.merchant_id, tables), "both sides must write the same rows")
    return Result("gateway submission in batches of 1,000", statistics.median(ours), statistics.median(plain), 1.5, rows=rows)


def _settle_plainly(shop: ShopContext) -> float:
    statements = floor_sql("settle.sql")
    values = {"merchant": shop.merchant_id, "at": AS_OF}
    started, sent = time.perf_counter(), 1
    while sent:
        with scope(shop.merchant_id), connection.cursor() as cursor:
            cursor.execute(statements[0], values)
            sent = cursor.rowcount
        for statement in statements[1:] if sent else ():
            with scope(shop.merchant_id), connection.cursor() as cursor:
                cursor.execute(statement, values)
    return time.perf_counter() - started
