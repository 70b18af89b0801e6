"""Claiming due messages in batches of 100, by one worker and by two, against bare SKIP LOCKED batches on a bare table."""

import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from django.db import connection, connections, transaction

from bench.result import Result
from bench.scratch import floor_sql, new_shop, same, settled
from marketplace.outbox.channels import Settings
from marketplace.outbox.delivery import claiming
from marketplace.tenancy.scope import scope

MESSAGES, MERCHANTS, BATCH, ROUNDS = 20_000, 4, 100, 3
#: Batches of one merchant before the next one has its turn.
SLICE = 10
#: So high that it never holds anything back, and still counted.
RATE = 100_000_000
FILL = """
INSERT INTO outbox_message (merchant_id, kind, channel, recipient_id, subject_id, data, effect_key, run_at)
SELECT %(merchant)s, 'bench.queue.filled', 'email', n, n, '{"order": 1}', 'bench-' || n, now() - n * interval '1 millisecond'
FROM generate_series(1, %(count)s) n
"""


def run() -> Iterator[Result]:
    for workers in (1, 2):
        floors, times = zip(*((_floor(workers), _ours(workers, round_no)) for round_no in range(ROUNDS)), strict=True)
        floor, ours = statistics.median(floors), statistics.median(times)
        rate = f"{MESSAGES / ours:,.0f} messages a second against {MESSAGES / floor:,.0f}"
        yield Result(
            f"outbox claims, batches of {BATCH}, {workers} at once", ours, floor, 2.0, rows={"claimed": MESSAGES}, note=rate
        )


def _floor(workers: int) -> float:
    create, index, fill, claim, drop = floor_sql("claim.sql")
    with connections["owner"].cursor() as cursor:
        cursor.execute(create)
        cursor.execute(index)
        cursor.execute(fill, {"count": MESSAGES})
    settled()

    def claim_all() -> int:
        total = 0
        while True:
            with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
                cursor.execute(claim, {"limit": BATCH, "token": str(uuid4())})
                found = len(cursor.fetchall())
            total += found
            if not found:
                return total

    try:
        return _timed(claim_all, workers)
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute(drop)


def _ours(workers: int, round_no: int) -> float:
    merchants = [new_shop(f"queue-{workers}-{round_no}-{number}").merchant_id for number in range(MERCHANTS)]
    for merchant_id in merchants:
        with scope(merchant_id), connection.cursor() as cursor:
            cursor.execute(FILL, {"merchant": merchant_id, "count": MESSAGES // MERCHANTS})
    settled()
    settings = Settings("email", True, {}, "", RATE, None)

    def claim_all() -> int:
        """What a worker does before it looks at messages: rate, scope, claim; merchants in turns."""
        total, waiting = 0, list(merchants)
        with claiming.living_worker() as worker:
            while waiting:
                merchant_id = waiting.pop(0)
                found = _slice(merchant_id, settings, worker)
                total += found
                if found == SLICE * BATCH:
                    waiting.append(merchant_id)
        return total

    return _timed(claim_all, workers)


def _slice(merchant_id: int, settings: Settings, worker: int) -> int:
    """Some batches of one merchant, then it is the next one's turn; how many messages."""
    total = 0
    with claiming.Allowance(merchant_id, settings) as allowance:
        for _ in range(SLICE):
            granted = allowance.take(BATCH)
            with scope(merchant_id, durable=True):
                found = len(claiming.claim(merchant_id, "email", claiming.new_token(worker), granted))
            allowance.put_back(granted - found)
            total += found
            if not found:
                break
    return total


def _timed(act: Callable[[], int], workers: int) -> float:
    """Seconds until every message is claimed, once."""

    def one() -> int:
        try:
            return act()
        finally:
            if workers > 1:
                connections.close_all()

    begun = time.perf_counter()
    if workers == 1:
        counts = [one()]
    else:
        with ThreadPoolExecutor(workers) as pool:
            counts = [future.result() for future in [pool.submit(one) for _ in range(workers)]]
    took = time.perf_counter() - begun
    same(sum(counts), MESSAGES, "messages claimed")
    return took
