"""From parsed rows to the staging table, in chunks that each commit with their cursor.

COPY is refused on tables under row-level security, so a chunk is copied into a temporary table and inserted from there.
"""

import csv
import io
import itertools
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
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
COPY_BYTES = 1 << 20
BUCKETS = 1024
COLUMNS = (
    "bucket, row_no, kind, order_ref, sku, title, category, quantity, unit_amount, paid_amount, buyer_ref, placed_at,"
    " channel, tier, extra"
)
TEMPORARY = f"""
CREATE TEMP TABLE IF NOT EXISTS copied_row ON COMMIT DELETE ROWS AS SELECT {COLUMNS} FROM store_stagedrow WITH NO DATA
"""
COPY = f"COPY copied_row ({COLUMNS}) FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (channel, tier))"
MOVE = f"INSERT INTO store_stagedrow (merchant_id, batch_id, {COLUMNS}) SELECT %s, %s, {COLUMNS} FROM copied_row"


@lru_cache(maxsize=4096)
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
    """Read on from the batch's cursor; False when the deadline (monotonic seconds) came first.

    A thread reads ahead by one chunk while the database takes in the one before.
    """
    form = FORMATS[batch.format]
    remaining = itertools.islice(form.rows(lines_of(path), shop), batch.rows_read, None)
    with ThreadPoolExecutor(1, thread_name_prefix="import") as reader:
        ahead = reader.submit(_read_chunk, batch, batch.rows_read, remaining, form)
        while until is None or time.monotonic() <= until:
            chunk = ahead.result()
            if not chunk.rows:
                return True
            ahead = reader.submit(_read_chunk, batch, batch.rows_read + chunk.rows, remaining, form)
            _store_chunk(batch, chunk)
            progress(batch)
    return False


@dataclass
class _Chunk:
    """Parsed rows as COPY text, so that no row is kept as an object: the collector would visit each again and again."""

    buffer: io.StringIO = field(default_factory=text_buffer)
    tally: Counter[str] = field(default_factory=Counter)
    broken: list[QuarantinedRow] = field(default_factory=list)
    rows: int = 0


def _read_chunk(batch: ImportBatch, read: int, remaining: Iterator[tuple[Any, Any]], form: Format) -> _Chunk:
    """The next rows of the file, after the `read` ones; no database here."""
    chunk = _Chunk()
    write = csv.writer(chunk.buffer).writerow
    staged = 0
    for row_no, (raw, row) in enumerate(itertools.islice(remaining, CHUNK), start=read + 1):
        chunk.rows += 1
        for outcome in form.parse(row):
            if isinstance(outcome, Staged):
                staged += 1
                write((bucket_of(outcome.order_ref), row_no, *outcome))
            elif isinstance(outcome, Skip):
                chunk.tally[f"skipped.{outcome.reason}"] += 1
            else:
                chunk.tally["quarantined"] += 1
                chunk.broken.append(_quarantined(batch, row_no, outcome, form.as_record(raw)))
    chunk.tally["staged"] = staged
    chunk.buffer.seek(0)
    return chunk


def _store_chunk(batch: ImportBatch, chunk: _Chunk) -> None:
    with scope(batch.merchant_id, durable=True):
        with connection.cursor() as cursor:
            cursor.execute(TEMPORARY)
            cursor.copy_expert(COPY, chunk.buffer, COPY_BYTES)
            cursor.execute(MOVE, [batch.merchant_id, batch.pk])
        QuarantinedRow.objects.bulk_create(chunk.broken, ignore_conflicts=True)
        batch.rows_read += chunk.rows
        batch.counts = merged(batch.counts, chunk.tally)
        batch.save(update_fields=["rows_read", "counts"])


def _quarantined(batch: ImportBatch, row_no: int, found: Quarantine, record: Any) -> QuarantinedRow:
    return QuarantinedRow(
        merchant_id=batch.merchant_id,
        batch_id=batch.pk,
        row_no=row_no,
        reason=found.reason,
        detail=found.detail[:300],
        raw=_kept(record),
        order_ref=str(record.get("order_ref") or "").strip()[:80] if isinstance(record, dict) else "",
    )


def _kept(record: Any) -> str:
    """The text of a quarantined row; U+0000 cannot be stored and was refused with the file."""
    return (record if isinstance(record, str) else json.dumps(record, ensure_ascii=False))[:100_000]


def merged(counts: dict[str, int], more: dict[str, int] | Counter[str]) -> dict[str, int]:
    """Two tallies added key by key."""
    return {key: counts.get(key, 0) + more.get(key, 0) for key in {**counts, **more}}
