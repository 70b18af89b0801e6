"""From the staging table to orders and lines: ranges of buckets, each in a transaction of its own, two at a time.

An order lies in one bucket, so ranges have nothing in common but buyers and products. Those are stored first, in a short
transaction that ranges take in turns; orders, lines and requests follow, together with the cursor.
"""

import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.db import connection, connections

from marketplace.tenancy.scope import scope
from orders.store.ingest.formats import FORMATS
from orders.store.ingest.order_totals import settle_totals
from orders.store.ingest.rows import ShopContext
from orders.store.ingest.staging import BUCKETS, merged
from orders.store.models import ImportBatch
from orders.store.scripts import Statement, run, statements

ROWS_PER_RANGE = 100_000
#: Below this many rows a second connection costs more than it saves.
WORTH_SHARING = 5_000
#: First key of the advisory lock under which buyers and products are stored; the second is the shop's id.
PEOPLE_LOCK = 7102
SQL = Path(__file__).parent / "sql"
COUNTED = ("lines_new", "lines_updated", "lines_removed", "requests_updated")
NEEDED = "known known_versions complete is_correction moved absent gone requests request_versions changed_requests".split()
NEEDED += "rematched split couponed".split()
#: Why a row gave way to what is stored, and under which parameters sql/versions.sql counts such rows.
GAVE_WAY = {
    "skipped.outdated": ("outdated_lines", "outdated_requests"),
    "skipped.unversioned": ("unversioned_lines", "unversioned_requests"),
}
TALLIES = """
SELECT count(*) FILTER (WHERE kind = 'S'), coalesce(sum(paid_amount) FILTER (WHERE kind = 'S'), 0),
       count(*) FILTER (WHERE kind = 'R'), (SELECT count(*) FROM slice_order)
FROM slice
"""
Range = tuple[int, int]


def _script(*names: str) -> list[Statement]:
    return statements([SQL / f"{name}.sql" for name in names], needed=NEEDED, counted=COUNTED)


SLICE, PEOPLE, ORDERS = _script("slice"), _script("people"), _script("versions", "orders", "lines", "payments", "requests")


def apply(*, batch: ImportBatch, shop: ShopContext, until: float | None = None) -> bool:
    """Store the staged rows that are left; False when the deadline (monotonic seconds) came first."""
    left = deque(_ranges_left(batch))
    with ThreadPoolExecutor(1, thread_name_prefix="import") as pool:
        is_shared = len(left) > 1 and not connection.in_atomic_block
        helper = pool.submit(_work_apart, batch, shop, left, until) if is_shared else None
        try:
            _work(batch, shop, left, until)
        except BaseException:
            left.clear()
            raise
        finally:
            if helper is not None:
                helper.result()
    with scope(batch.merchant_id):
        batch.refresh_from_db()
    return not _ranges_left(batch)


def _ranges_left(batch: ImportBatch) -> list[Range]:
    staged = int(batch.counts.get("staged", 0))
    share = ROWS_PER_RANGE if staged > 2 * ROWS_PER_RANGE else max(staged // 2 + 1, WORTH_SHARING)
    step = max(1, BUCKETS * share // max(staged, 1))
    ranges = [(lo, min(lo + step, BUCKETS)) for lo in range(0, BUCKETS, step)]
    return [each for each in ranges if list(each) not in batch.ranges_done]


def _work_apart(batch: ImportBatch, shop: ShopContext, left: deque[Range], until: float | None) -> None:
    """The same in a thread, which has a connection of its own."""
    try:
        _work(batch, shop, left, until)
    except BaseException:
        left.clear()
        raise
    finally:
        connections.close_all()


def _work(batch: ImportBatch, shop: ShopContext, left: deque[Range], until: float | None) -> None:
    while left and (until is None or time.monotonic() <= until):
        try:
            lo, hi = left.popleft()
        except IndexError:
            return
        _apply_range(batch, shop, lo, hi)


def _apply_range(batch: ImportBatch, shop: ShopContext, lo: int, hi: int) -> None:
    parameters: dict[str, Any] = {
        "merchant": batch.merchant_id,
        "shop": shop.shop_id,
        "batch": batch.pk,
        "lo": lo,
        "hi": hi,
        "currency": shop.currency,
        "is_correction": batch.corrects_id is not None,
        "complete": FORMATS[batch.format].is_complete,
    }
    counts = dict.fromkeys(COUNTED, 0)
    with scope(batch.merchant_id, durable=True), connection.cursor() as cursor:
        run(cursor, SLICE, parameters, counts)
        if parameters["complete"]:
            counts |= settle_totals(cursor, parameters)
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [PEOPLE_LOCK, shop.shop_id])
        run(cursor, PEOPLE, parameters, counts)
    with scope(batch.merchant_id, durable=True):
        with connection.cursor() as cursor:
            run(cursor, ORDERS, parameters, counts)
            cursor.execute(TALLIES)
            sales, value, refunds, orders = cursor.fetchone()
            cursor.execute("DROP TABLE slice, slice_sku, slice_buyer")
        counts["unchanged"] = sales - counts["lines_new"] - counts["lines_updated"]
        counts |= {reason: n for reason, names in GAVE_WAY.items() if (n := sum(parameters.get(name, 0) for name in names))}
        counts |= {"sale_lines": sales, "sale_value": int(value), "refund_requests": refunds, "orders": orders}
        _record(batch, lo, hi, counts)


def _record(batch: ImportBatch, lo: int, hi: int, counts: dict[str, int]) -> None:
    """Move the cursor and add the counts, under the batch's lock: the other connection does the same."""
    stored = ImportBatch.objects.select_for_update().get(merchant_id=batch.merchant_id, pk=batch.pk)
    stored.ranges_done = [*stored.ranges_done, [lo, hi]]
    stored.buckets_done += hi - lo
    stored.counts = merged(stored.counts, counts)
    stored.save(update_fields=["ranges_done", "buckets_done", "counts"])
