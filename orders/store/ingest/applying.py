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
SQL = Path(__file__).parent / "sql"
COUNTED = ("lines_new", "lines_updated", "lines_removed", "requests_updated")
#: Parameters without which (unset, false or empty) a statement is skipped.
NEEDED = "known complete is_correction moved absent gone requests changed_requests rematched split couponed".split()
#: Comment lines above a statement end with one of words only: what it needs, then `keys` or the name of its count.
MARKS = re.compile(r"(?:--.*\n)*?-- (?P<words>[a-z_]+(?: [a-z_]+)*)\n(?!--)")
TALLIES = """
SELECT count(*) FILTER (WHERE kind = 'S'), coalesce(sum(paid_amount) FILTER (WHERE kind = 'S'), 0),
       count(*) FILTER (WHERE kind = 'R'), (SELECT count(*) FROM slice_order)
FROM slice
"""


def statements(name: str) -> list[tuple[list[str], str]]:
    """The statements of a file under sql/ with the words that stand above each."""
    found = []
    for part in (SQL / f"{name}.sql").read_text().split("-----\n"):
        marks = MARKS.match(part.strip())
        words = marks["words"].split() if marks else []
        if unknown := set(words) - {"keys", *COUNTED, *NEEDED}:
            raise ValueError(f"{name}.sql: no statement can need {sorted(unknown)}")
        found.append((words, part.strip()))
    return found


SLICE = statements("slice")
STATEMENTS = [statement for name in ("people", "orders", "lines", "payments", "requests") for statement in statements(name)]


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
    touched = dict.fromkeys(COUNTED, 0)
    with scope(batch.merchant_id, durable=True):
        with connection.cursor() as cursor:
            for words, statement in SLICE:
                _execute(cursor, words, statement, parameters, touched)
            if parameters["complete"]:
                touched |= settle_totals(cursor, parameters)
            for words, statement in STATEMENTS:
                _execute(cursor, words, statement, parameters, touched)
            cursor.execute(TALLIES)
            sales, value, refunds, orders = cursor.fetchone()
        touched["unchanged"] = sales - touched["lines_new"] - touched["lines_updated"]
        tally = {**touched, "sale_lines": sales, "sale_value": int(value), "refund_requests": refunds, "orders": orders}
        batch.buckets_done = hi
        batch.counts = merged(batch.counts, tally)
        batch.save(update_fields=["buckets_done", "counts"])


def _execute(cursor: Any, words: list[str], statement: str, parameters: dict[str, Any], touched: dict[str, int]) -> None:
    """Run a statement unless something it needs is unset, false or empty."""
    if not all(parameters.get(word) for word in words if word in NEEDED):
        return
    cursor.execute(statement, parameters)
    if "keys" in words:
        parameters.update(zip((column.name for column in cursor.description), cursor.fetchone(), strict=True))
    for word in set(words) & set(COUNTED):
        touched[word] = cursor.rowcount
