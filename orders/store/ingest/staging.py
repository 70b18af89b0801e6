"""From parsed rows to the staging table, in chunks that each commit with their cursor.

COPY is refused on tables under row-level security, so a chunk is copied into a temporary table and inserted from there.
"""

import csv
import itertools
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

from django.db import connection

from marketplace.tenancy.scope import scope
from orders.store.ingest.formats import FORMATS
from orders.store.ingest.reader import lines_of, text_buffer
from orders.store.ingest.rows import Format, Quarantine, ShopContext, Skip, Staged
from orders.store.models import ImportBatch, QuarantinedRow

CHUNK = 50_000
BUCKETS = 1024
COLUMNS = (
    "bucket, row_no, kind, order_ref, sku, title, category, quantity, unit_amount, paid_amount, buyer_ref, placed_at,"
    " channel, tier, extra"
)
TEMPORARY = "CREATE TEMP TABLE IF NOT EXISTS copied_row (LIKE store_stagedrow) ON COMMIT DELETE ROWS"
RELAX = "ALTER TABLE copied_row ALTER merchant_id DROP NOT NULL, ALTER batch_id DROP NOT NULL"
COPY = f"COPY copied_row ({COLUMNS}) FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (channel, tier))"
MOVE = f"INSERT INTO store_stagedrow (merchant_id, batch_id, {COLUMNS}) SELECT %s, %s, {COLUMNS} FROM copied_row"


def bucket_of(order_ref: str) -> int:
    """Rows of one order always share a bucket, wherever they stand in the file."""
    return crc32(order_ref.encode()) % BUCKETS


def stage(
    *,
    batch: ImportBatch,
    path: Path,
    shop: ShopContext,
    progress: Callable[[ImportBatch], None],
    until: float | None = None,
) -> bool:
    """Read on from the batch's cursor; False when the deadline (monotonic seconds) came first."""
    form = FORMATS[batch.format]
    numbered = enumerate(form.rows(lines_of(path), shop), start=1)
    remaining = itertools.islice(numbered, batch.rows_read, None)
    while chunk := list(itertools.islice(remaining, CHUNK)):
        if until is not None and time.monotonic() > until:
            return False
        _stage_chunk(batch, chunk, form)
        progress(batch)
    return True


def _stage_chunk(batch: ImportBatch, chunk: list[tuple[int, tuple[Any, Any]]], form: Format) -> None:
    tally: Counter[str] = Counter()
    broken: list[QuarantinedRow] = []
    buffer = text_buffer()
    csv.writer(buffer).writerows(_staged(batch, chunk, form, tally, broken))
    buffer.seek(0)
    with scope(batch.merchant_id, durable=True):
        with connection.cursor() as cursor:
            cursor.execute(TEMPORARY)
            cursor.execute(RELAX)
            cursor.copy_expert(COPY, buffer)
            cursor.execute(MOVE, [batch.merchant_id, batch.pk])
        QuarantinedRow.objects.bulk_create(broken, ignore_conflicts=True)
        batch.rows_read = chunk[-1][0]
        batch.counts = merged(batch.counts, tally)
        batch.save(update_fields=["rows_read", "counts"])


def _staged(
    batch: ImportBatch,
    chunk: Iterable[tuple[int, tuple[Any, Any]]],
    form: Format,
    tally: Counter[str],
    broken: list[QuarantinedRow],
) -> Iterator[tuple[Any, ...]]:
    for row_no, (raw, row) in chunk:
        for outcome in form.parse(row):
            if isinstance(outcome, Staged):
                tally["staged"] += 1
                yield (bucket_of(outcome.order_ref), row_no, *outcome)
            elif isinstance(outcome, Skip):
                tally[f"skipped.{outcome.reason}"] += 1
            elif isinstance(outcome, Quarantine):
                tally["quarantined"] += 1
                broken.append(
                    QuarantinedRow(
                        merchant_id=batch.merchant_id,
                        batch_id=batch.pk,
                        row_no=row_no,
                        reason=outcome.reason,
                        detail=outcome.detail[:300],
                        raw=_kept(form.as_record(raw)),
                    )
                )


def _kept(record: Any) -> str:
    """The text of a quarantined row; U+0000 cannot be stored and was refused with the file."""
    return (record if isinstance(record, str) else json.dumps(record, ensure_ascii=False))[:100_000]


def merged(counts: dict[str, int], more: dict[str, int] | Counter[str]) -> dict[str, int]:
    """Two tallies added key by key."""
    return {key: counts.get(key, 0) + more.get(key, 0) for key in {**counts, **more}}
