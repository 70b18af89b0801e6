"""Price points: from a merchant's price file, or observed in its own orders."""

import csv
import io
import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

from marketplace.audit.operations import record
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.store.ingest.reader import lines_of, text_buffer
from orders.store.ingest.rows import ShopContext
from orders.store.prices.feed import Point, points
from orders.store.scripts import run, statements
from orders.store.statistics import refresh

CHUNK = 50_000
COPY_BYTES = 1 << 20
#: Broken rows that are listed; all of them are counted.
LISTED = 1_000
SQL = Path(__file__).parent
TEMPORARY = """
CREATE TEMP TABLE incoming_point (row_no bigint, sku text, amount bigint, currency text, valid_from timestamptz,
  valid_to timestamptz, tier text, source text, stock int, gift bigint) ON COMMIT DROP
"""
COPY = "COPY incoming_point FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (tier))"
FEED = statements(
    [SQL / "import_prices.sql"], needed=["changed", "ending"], counted=["points_changed", "points_new", "points_ended"]
)


def derive_prices(*, shop: ShopContext, rule: str, by: Actor) -> dict[str, int]:
    """Recompute the shop's observed price points by a rule; returns how many are new, changed, removed and in all.

    `public-price`: among account lines with quantity ≤ 12, the most frequent unit price of a local day with at least two
    such lines, a tie going to the higher price. Each point is valid for exactly its local day.
    """
    if rule not in RULES:
        raise UserError(f"Unknown rule {rule!r}; choose one of {', '.join(RULES)}.")
    parameters: dict[str, Any] = {
        "merchant": shop.merchant_id,
        "shop": shop.shop_id,
        "currency": shop.currency,
        "tz": shop.timezone,
    }
    tally: dict[str, int] = {}
    with scope(shop.merchant_id, durable=True), connection.cursor() as cursor:
        for name, statement in RULES[rule]():
            cursor.execute(statement, parameters)
            if name:
                tally[name] = cursor.rowcount
        record(merchant_id=shop.merchant_id, by=by, action="store.prices.derived", facts={"rule": rule, **tally})
    refresh(shop.merchant_id, what="prices", rows=tally["points_written"])
    return tally


def _statements(file_name: str) -> Callable[[], list[tuple[str, str]]]:
    """Statements of a SQL file; a first line `-- name` says under which key its row count is reported."""

    def load() -> list[tuple[str, str]]:
        found = []
        for part in (SQL / file_name).read_text().split("-----\n"):
            head, _newline, body = part.strip().partition("\n")
            found.append((head.removeprefix("-- ").strip(), body) if head.startswith("-- ") else ("", part))
        return found

    return load


RULES: dict[str, Callable[[], list[tuple[str, str]]]] = {"public-price": _statements("public_price.sql")}


def import_prices(*, shop: ShopContext, path: Path, by: Actor) -> dict[str, Any]:
    """Store the price points of a CSV file; broken rows are counted, the first of them listed, the rest is stored. Idempotent.

    A point without `valid_to` holds until the next point of the same product, tier and source begins. A thread reads ahead by
    one chunk, so that memory stays flat and the database is never waited for. Raises BadFile, and then nothing is stored.
    """
    parameters: dict[str, Any] = {"merchant": shop.merchant_id, "shop": shop.shop_id}
    counts = {"points_changed": 0, "points_new": 0, "points_ended": 0}
    rows_read, quarantined = 0, 0
    broken: list[dict[str, Any]] = []
    rows = enumerate(points(lines_of(path), shop), start=1)
    with scope(shop.merchant_id, durable=True), connection.cursor() as cursor, ThreadPoolExecutor(1, "prices") as reader:
        cursor.execute(TEMPORARY)
        ahead = reader.submit(_read_chunk, rows)
        while (chunk := ahead.result()).rows:
            ahead = reader.submit(_read_chunk, rows)
            cursor.copy_expert(COPY, chunk.buffer, COPY_BYTES)
            rows_read, quarantined = rows_read + chunk.rows, quarantined + chunk.refused
            broken = [*broken, *chunk.broken][:LISTED]
        run(cursor, FEED, parameters, counts)
        quarantined += len(parameters["unknown_rows"])
        broken = [*broken, *({"row": row, "reason": "unknown_sku"} for row in parameters["unknown_rows"])][:LISTED]
        written = counts["points_changed"] + counts["points_new"]
        tally = {"rows_read": rows_read, "points_written": written, "points_ended": counts["points_ended"]}
        record(merchant_id=shop.merchant_id, by=by, action="store.prices.imported", facts=dict(tally))
    refresh(shop.merchant_id, what="prices", rows=written)
    return {**tally, "quarantined": quarantined, "unchanged": rows_read - quarantined - written, "broken": broken}


@dataclass
class _Chunk:
    buffer: io.StringIO = field(default_factory=text_buffer)
    rows: int = 0
    refused: int = 0
    broken: list[dict[str, Any]] = field(default_factory=list)


def _read_chunk(rows: Iterator[tuple[int, Point | str]]) -> _Chunk:
    chunk = _Chunk()
    write = csv.writer(chunk.buffer).writerow
    for number, outcome in itertools.islice(rows, CHUNK):
        chunk.rows += 1
        if isinstance(outcome, str):
            chunk.refused += 1
            if len(chunk.broken) < LISTED:
                chunk.broken.append({"row": number, "reason": outcome})
        else:
            write((number, *outcome))
    chunk.buffer.seek(0)
    return chunk
