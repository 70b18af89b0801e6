"""A database of its own for the benchmarks, dropped at the end: ledger rows could not be removed from a shared one."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from django.core.management import call_command
from django.db import connection, connections

from marketplace.embedded import roles
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from merchants.operations import add_shop
from orders.store.ingest.rows import ShopContext

FLOOR = Path(__file__).parent / "floor"


@contextmanager
def scratch_database(name: str) -> Iterator[None]:
    owner = connections["owner"].settings_dict
    roles.create_database(owner, name)
    try:
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        yield
    finally:
        for each in connections.all():
            each.close()
        roles.drop_database(owner, name)


def new_shop(name: str) -> ShopContext:
    """A scratch merchant with one shop."""
    shop, _created = add_shop(merchant=name, shop=name, currency="GBP", timezone="Europe/London", by=CLI)
    return ShopContext.of(shop)


def floor_sql(name: str) -> list[str]:
    """The statements of a file under floor/, separated by lines of dashes."""
    return [part.strip() for part in (FLOOR / name).read_text().split("-----\n")]


def counts(merchant_id: int, tables: list[str]) -> dict[str, int]:
    """Rows of the merchant per table, as the application role sees them."""
    with scope(merchant_id), connection.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table} WHERE merchant_id = %s", [merchant_id])
            found[table.split("_", 1)[1]] = int(cursor.fetchone()[0])
    return found


def same(found: object, wanted: object, why: str) -> None:
    """Stop the benchmark when its two sides did not do the same."""
    if found != wanted:
        raise SystemExit(f"{why}: {found} against {wanted}")


def settled() -> None:
    """What autovacuum does in its own time: statistics and visibility up to date; no dirty pages left to the next side."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def manage(*arguments: str) -> tuple[str, float]:
    """Run a management command as people do; its standard output and its peak memory in MB."""
    command = [sys.executable, "manage.py", *arguments]
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.DEVNULL)
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        said.seek(0)
        output = said.read()
    if status:
        raise RuntimeError(f"{' '.join(command)} failed")
    return output, usage.ru_maxrss / 1024


def backend_memory() -> float:
    """Anonymous memory of this connection's backend in MB, or 0 where it runs elsewhere.

    Pages of the shared buffers that only this backend has touched count as private to it, so private memory would measure the
    cache, not the work.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = int(cursor.fetchone()[0])
    try:
        found = psutil.Process(pid).memory_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0.0
    return float(found.rss - found.shared) / 2**20


def own_memory() -> float:
    return float(psutil.Process().memory_full_info().uss) / 2**20


def explained(cursor: Any, statement: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Run a statement under EXPLAIN (ANALYZE, BUFFERS) and return the plan's root, with its time in milliseconds."""
    cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {statement}", parameters)
    found: dict[str, Any] = cursor.fetchone()[0][0]
    return {**found["Plan"], "milliseconds": found["Execution Time"]}
