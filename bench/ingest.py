"""Importing orders against COPY of the same rows."""

import csv
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connections

from bench.result import Result
from bench.scratch import counts, manage, new_shop, same, settled
from marketplace.settings import BASE_DIR
from orders.store.ingest.rows import ShopContext

FILE = BASE_DIR.parent / "shared" / "data" / "online_retail" / "online_retail_II_sheet1_2009-12_2010-12.csv.gz"
TABLES = ["buyer", "sku", "shoporder", "shoporderline", "refundrequest", "refundallocation"]
STORE = [f"store_{table}" for table in TABLES]
COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
ROUNDS = 3


def online_retail() -> Iterator[Result]:
    """File A against COPY of the finished rows, as the system role: row-level security refuses COPY to the application's."""
    if not FILE.is_file():
        print(f"{FILE.name} is not there; the import benchmark is left out")
        return
    ours, floor, memory = [], [], 0.0
    first = new_shop("import-0")
    for number in range(ROUNDS):
        shop = first if number == 0 else new_shop(f"import-{number}")
        report, peak = _import(shop, f"import-{number}", FILE, "online-retail")
        ours.append(report["seconds"])
        memory = max(memory, peak)
        target = new_shop(f"copy-{number}")
        floor.append(_copy(first, target))
        rows = counts(shop.merchant_id, STORE)
        same(rows, counts(target.merchant_id, STORE), "both sides must write the same rows")
    report, _peak = _import(first, "import-0", FILE, "online-retail")
    same(report["lines_new"], 0, "a second import must add nothing")
    yield Result("import of Online Retail", statistics.median(ours), statistics.median(floor), 2.2, rows=rows)
    yield Result("import of Online Retail, peak memory", memory, 300, 1.0, unit="MB")
    yield Result("second import of the same file (adds nothing)", report["seconds"], statistics.median(ours), 1.0)


def native() -> Iterator[Result]:
    """10,000 orders with 20,000 lines in our own CSV."""
    settled()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        _write_orders(path, orders=10_000)
        seconds = []
        for number in range(ROUNDS):
            shop = new_shop(f"native-{number}")
            report, _peak = _import(shop, f"native-{number}", path, "csv")
            same(report["lines_new"], 20_000, "every line must be imported")
            seconds.append(report["seconds"])
    rows = counts(shop.merchant_id, STORE[:4])
    yield Result("import of 10,000 orders (20,000 lines), native CSV", statistics.median(seconds), 2.0, 1.0, rows=rows)


def _import(shop: ShopContext, name: str, path: Path, form: str) -> tuple[dict[str, Any], float]:
    output, peak = manage("import_orders", str(path), "--shop", f"{name}/{name}", "--format", form, "--json")
    return json.loads(output), peak


def _copy(source: ShopContext, target: ShopContext) -> float:
    """Seconds to COPY the source's rows under the target's ids, table by table, without preparing the files."""
    seconds = 0.0
    with connections["system"].cursor() as cursor:
        for table in STORE:
            cursor.execute(COLUMNS, [table])
            columns = [row[0] for row in cursor.fetchall()]
            swapped = {"merchant_id": str(target.merchant_id), "shop_id": str(target.shop_id)}
            chosen = ", ".join(swapped.get(column, column) for column in columns)
            with tempfile.TemporaryFile("w+") as rows:
                query = f"SELECT {chosen} FROM {table} WHERE merchant_id = {int(source.merchant_id)} ORDER BY id"
                cursor.copy_expert(f"COPY ({query}) TO STDOUT", rows)
                rows.seek(0)
                started = time.perf_counter()
                cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", rows, 1 << 20)
                seconds += time.perf_counter() - started
    return seconds


def _write_orders(path: Path, *, orders: int) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with path.open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(
            "order_ref sku quantity list_unit_price paid placed_at paid_at delivered_at status buyer_ref contact".split()
        )
        for number in range(orders):
            placed = start + timedelta(minutes=number)
            for line in range(2):
                sku = f"SKU{(number * 7 + line * 13) % 2000:04}"
                moments = [(placed + timedelta(hours=hours)).isoformat() for hours in (0, 1, 72)]
                buyer = number % 3000
                writer.writerow(
                    [f"N{number:06}", sku, 2, "12.50", "24.00", *moments, "delivered", f"B{buyer}", f"b{buyer}@example.com"]
                )
