"""From the staging table to orders and lines, one range of buckets per transaction."""

import re
import time
from pathlib import Path
from typing import Any

from django.db import connection

from marketplace.tenancy.scope import scope
from orders.store.ingest.formats import FORMATS
from orders.store.ingest.order_totals import settle_totals
from orders.store.ingest.rows import ShopContext
from orders.store.ingest.staging import BUCKETS, merged
from orders.store.models import ImportBatch

ROWS_PER_STEP = 100_000
#: The first line of a statement of apply.sql that is skipped, counted or makes parameters.
MARKED = re.compile(r"-- (?P<known>known)? ?(?P<name>keys|lines_[a-z]+)?$", re.MULTILINE)
STATEMENTS = [part.strip() for part in Path(__file__).with_name("apply.sql").read_text().split("-----\n")]
TALLIES = """
SELECT count(*) FILTER (WHERE kind = 'S'), coalesce(sum(paid_amount) FILTER (WHERE kind = 'S'), 0),
       count(*) FILTER (WHERE kind = 'R'), (SELECT count(*) FROM slice_order)
FROM slice
"""


def apply(*, batch: ImportBatch, shop: ShopContext, until: float | None = None) -> bool:
    """Store the staged rows from the batch's cursor on; False when the deadline (monotonic seconds) came first."""
    staged = int(batch.counts.get("staged", 0))
    step = max(1, BUCKETS * ROWS_PER_STEP // max(staged, 1))
    while batch.buckets_done < BUCKETS:
        if until is not None and time.monotonic() > until:
            return False
        _apply_range(batch, shop, batch.buckets_done, min(batch.buckets_done + step, BUCKETS))
    return True


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
    touched = {"lines_updated": 0}
    with scope(batch.merchant_id, durable=True):
        with connection.cursor() as cursor:
            if FORMATS[batch.format].is_complete:
                touched |= settle_totals(cursor, parameters)
            for statement in STATEMENTS:
                _execute(cursor, statement, parameters, touched)
            cursor.execute(TALLIES)
            sales, value, refunds, orders = cursor.fetchone()
        touched["unchanged"] = sales - touched["lines_new"] - touched["lines_updated"]
        tally = {**touched, "sale_lines": sales, "sale_value": int(value), "refund_requests": refunds, "orders": orders}
        batch.buckets_done = hi
        batch.counts = merged(batch.counts, tally)
        batch.save(update_fields=["buckets_done", "counts"])


def _execute(cursor: Any, statement: str, parameters: dict[str, Any], touched: dict[str, int]) -> None:
    marks = MARKED.match(statement)
    if marks and marks["known"] and not parameters["known"]:
        return
    cursor.execute(statement, parameters)
    if marks and marks["name"] == "keys":
        parameters.update(zip((column.name for column in cursor.description), cursor.fetchone(), strict=True))
    elif marks and marks["name"]:
        touched[marks["name"]] = cursor.rowcount
