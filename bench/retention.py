"""Refund retention against one plain statement that writes the same rows; and the time from a request to its card."""

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from django.db import connection, connections

from aftersales.measurement.operations import current_experiment
from aftersales.models import ProgramRun
from aftersales.programs.policies import save_policy
from aftersales.programs.refund_retention.operations import record_refund_request
from aftersales.programs.refund_retention.rules import DEFAULTS, PROGRAM
from aftersales.programs.registry import program_named
from aftersales.programs.runner import run as run_program
from bench.result import Result
from bench.scratch import counts, floor_sql, new_shop, same, settled
from bench.world import AS_OF
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.store.ingest.rows import ShopContext

TABLES = ["refund_retention_retentioncase", "measurement_assignment", "outbox_message"]
REQUESTS, ROUNDS = 20_000, 3
#: Nobody is held out: the two sides have seeds, hence arms, of their own, and would write different numbers of cards.
SETTINGS = {**DEFAULTS, "holdout_percent": 0}
REASONS = "size late defective ordered_by_mistake no_longer_wanted wrong_item price_drop other".split()
FILL = (
    """INSERT INTO store_buyer (merchant_id, id, shop_id, external_ref, contact_hash, commercial_consent)
       SELECT %(merchant)s, n, %(shop)s, 'B' || n, '', n %% 2 = 0 FROM generate_series(1, %(requests)s / 2) n""",
    """INSERT INTO store_sku (merchant_id, id, shop_id, code, title, category, is_gift, is_bundle, is_clearance,
         is_flash, is_live_room)
       SELECT %(merchant)s, n, %(shop)s, 'S' || n, '', '', false, false, false, false, false FROM generate_series(1, 900) n""",
    """INSERT INTO store_shoporder (merchant_id, id, shop_id, buyer_id, external_ref, status, channel, currency, placed_at,
         paid_at, delivered_at, captured_amount, refunded_amount, shipping_amount, revision)
       SELECT %(merchant)s, n, %(shop)s, 1 + n %% (%(requests)s / 2), 'O' || n, 'delivered', 'account', 'GBP', t, t,
              t + interval '2 days', 10000, 0, 0, 0
       FROM generate_series(1, %(requests)s) n, LATERAL (SELECT %(as_of)s::timestamptz - interval '9 days' AS t) moment""",
    """INSERT INTO store_shoporderline (merchant_id, id, order_id, sku_id, line_no, quantity, returned_quantity,
         open_aftersale_quantity, list_unit_amount, paid_amount, goodwill_amount, tax_rate_ppm, currency, channel, tier,
         placed_at, paid_at, delivered_at, revision)
       SELECT %(merchant)s, n, n, 1 + n %% 900, 1, 2, 1, 0, 5000, 10000, 0, 0, 'GBP', 'account', '', t, t,
              t + interval '2 days', 0
       FROM generate_series(1, %(requests)s) n, LATERAL (SELECT %(as_of)s::timestamptz - interval '9 days' AS t) moment""",
    """INSERT INTO store_refundrequest (merchant_id, id, shop_id, buyer_id, sku_id, external_ref, line_no, row_no, quantity,
         unit_amount, currency, requested_at, state, reason_code)
       SELECT %(merchant)s, n, %(shop)s, 1 + n %% (%(requests)s / 2), 1 + n %% 900, 'R' || n, 1, n, 1, 5000, 'GBP',
              %(as_of)s::timestamptz - interval '1 hour' - n * interval '1 second', 'single', (%(reasons)s::text[])[1 + n %% 8]
       FROM generate_series(1, %(requests)s) n""",
    """INSERT INTO store_refundallocation (merchant_id, request_id, line_id, quantity)
       SELECT %(merchant)s, n, n, 1 FROM generate_series(1, %(requests)s) n""",
)


def shop_with_requests(name: str, requests: int = REQUESTS) -> ShopContext:
    """A shop in which so many buyers ask one of two units back, for one of eight reasons."""
    shop = new_shop(name)
    values = {"merchant": shop.merchant_id, "shop": shop.shop_id, "requests": requests, "as_of": AS_OF, "reasons": REASONS}
    with connections["system"].cursor() as cursor:
        for statement in FILL:
            cursor.execute(statement, values)
    return shop


def retain(shop: ShopContext) -> float:
    """Seconds of a run of the default policy over a merchant."""
    started = time.perf_counter()
    run_program(
        program=program_named(PROGRAM), merchant_id=shop.merchant_id, shop=None, settings=SETTINGS, as_of=AS_OF, by=CLI, at=AS_OF,
        dry_run=False,
    )  # fmt: skip
    return time.perf_counter() - started


def run() -> Iterator[Result]:
    shops = [shop_with_requests(f"retain-{number}") for number in range(ROUNDS)]
    twins = [shop_with_requests(f"retain-floor-{number}") for number in range(ROUNDS)]
    settled()
    first, plain, again = [], [], []
    for shop, twin in zip(shops, twins, strict=True):
        plain.append(_retain_plainly(twin))
        first.append(retain(shop))
        rows = counts(shop.merchant_id, TABLES)
        same(rows, counts(twin.merchant_id, TABLES), "both sides must write the same rows")
        again.append(retain(shop))
        same(rows, counts(shop.merchant_id, TABLES), "a second run must add nothing")
    yield Result("refund retention: decide, assign, enqueue", statistics.median(first), statistics.median(plain), 1.5, rows=rows)
    yield Result("second run, which finds nothing", statistics.median(again), statistics.median(first), 0.2)


def _retain_plainly(shop: ShopContext) -> float:
    with scope(shop.merchant_id):
        opened = ProgramRun.objects.create(
            merchant_id=shop.merchant_id, program=PROGRAM, settings=SETTINGS, as_of=AS_OF, created_by="bench"
        )
        split = current_experiment(merchant_id=shop.merchant_id, program=PROGRAM, holdout_ppm=0, by=CLI, at=AS_OF)
    values = {
        "merchant": shop.merchant_id,
        "run": opened.pk,
        "experiment": split.pk,
        "seed": split.seed,
        "as_of": AS_OF,
        "as_of_text": AS_OF.isoformat(),
        "deadline": timedelta(hours=48),
        "hold": timedelta(minutes=30),
    }
    started = time.perf_counter()
    with scope(shop.merchant_id), connection.cursor() as cursor:
        (statement,) = floor_sql("retain.sql")
        cursor.execute(statement, values)
    return time.perf_counter() - started


RATE, SECONDS, WORKERS = 50, 20, 8


def arrivals() -> Iterator[Result]:
    """Requests that arrive at a fixed rate, each through the operation the API calls: from its arrival to its card in the outbox.

    The clock of a request starts when it should have arrived, so that a queue counts.
    """
    shop = shop_with_lines("arrivals", RATE * SECONDS)
    with scope(shop.merchant_id, durable=True):
        save_policy(
            merchant_id=shop.merchant_id, program=program_named(PROGRAM), settings=SETTINGS, automatic=True, by=CLI, at=AS_OF
        )
    settled()
    started, leaving = time.perf_counter() + 0.5, Barrier(WORKERS)

    def arrive(number: int) -> float:
        due = started + number / RATE
        time.sleep(max(due - time.perf_counter(), 0))
        record_refund_request(
            merchant_id=shop.merchant_id, shop_id=shop.shop_id, external_ref=f"A{number}", order_ref=f"O{number + 1}", line_no=1,
            quantity=1, requested_at=AS_OF, reason_code=REASONS[number % len(REASONS)], by=CLI, at=AS_OF,
        )  # fmt: skip
        return time.perf_counter() - due

    with ThreadPoolExecutor(WORKERS, initializer=lambda: connection.ensure_connection()) as workers:
        waits = sorted(workers.map(arrive, range(RATE * SECONDS)))
        list(workers.map(lambda _n: (leaving.wait(60), connection.close()), range(WORKERS)))
    _others_gone()
    cards = counts(shop.merchant_id, TABLES[:1])["retention_retentioncase"]
    same(cards, RATE * SECONDS, "every request must be decided when it arrives")
    note = f"median {statistics.median(waits) * 1000:.0f} ms, slowest {waits[-1] * 1000:.0f} ms"
    yield Result(f"card after a request, p95 at {RATE} requests/s", waits[len(waits) * 95 // 100], 5.0, 1.0, note=note)


def shop_with_lines(name: str, lines: int) -> ShopContext:
    """The shop of the batch before anybody asked for anything."""
    shop = new_shop(name)
    values = {"merchant": shop.merchant_id, "shop": shop.shop_id, "requests": lines, "as_of": AS_OF}
    with connections["system"].cursor() as cursor:
        for statement in FILL[:4]:
            cursor.execute(statement, values)
        cursor.execute("UPDATE store_shoporderline SET returned_quantity = 0 WHERE merchant_id = %(merchant)s", values)
    return shop


OTHERS = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
"""


def _others_gone() -> None:
    """Wait until the workers' sessions have ended; a database somebody uses cannot be dropped."""
    for _attempt in range(100):
        with connection.cursor() as cursor:
            cursor.execute(OTHERS)
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.1)
