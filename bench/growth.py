"""Ten times the history, the same lines owed money; and ten times the lines owed money, the same memory."""

import statistics
from collections.abc import Iterator
from typing import Any

from django.db import connection

from aftersales.programs.price_protection.rules import DEFAULTS
from aftersales.programs.price_protection.selection import decided_sql, parameters
from bench.protection import AFFECTED, protect
from bench.result import Result
from bench.scratch import backend_memory, explained, own_memory, settled
from bench.world import AS_OF, shop_with_drop
from marketplace.tenancy.scope import scope
from orders.store.ingest.rows import ShopContext

ROUNDS = 3


def selection_plan(merchant_id: int) -> dict[str, Any]:
    """The executed plan of the default policy's selection, as the application role; nothing is kept."""
    values = parameters(DEFAULTS, merchant_id=merchant_id, shop_id=None, as_of=AS_OF)
    with scope(merchant_id), connection.cursor() as cursor:
        return explained(cursor, decided_sql(DEFAULTS, keep=False), values | {"order": None, "skus": []})


def pages(plan: dict[str, Any]) -> int:
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])


def run(scale: int) -> Iterator[Result]:
    """From a tenth of `scale` to `scale` order lines with the same affected rows: time and pages per affected row."""
    small = shop_with_drop("growth-small", lines=scale // 10, affected=AFFECTED)
    large = shop_with_drop("growth-large", lines=scale, affected=AFFECTED)
    settled()
    for shop in (small, large):
        protect(shop, dry_run=True)
    label = f"{scale // 10:,} → {scale:,} lines, {AFFECTED:,} affected"
    touched = [pages(selection_plan(shop.merchant_id)) / AFFECTED for shop in (large, small)]
    yield Result(f"growth {label}: pages per affected row", touched[0], touched[1], 1.2, unit="pages")
    selecting: dict[ShopContext, list[float]] = {small: [], large: []}
    running: dict[ShopContext, list[float]] = {small: [], large: []}
    for _round in range(ROUNDS):
        for shop in (small, large):
            selecting[shop].append(selection_plan(shop.merchant_id)["milliseconds"])
            running[shop].append(protect(shop, dry_run=True))
    for name, found, unit in (("selection", selecting, "ms"), ("whole run", running, "s")):
        ours, floor = (statistics.median(found[shop]) for shop in (large, small))
        yield Result(f"growth {label}: {name}", ours, floor, 1.2, unit=unit)


def memory(scale: int) -> Iterator[Result]:
    """From 19 k to 190 k affected rows: private memory of the process and of its backend afterwards, both real runs."""
    few = shop_with_drop("memory-few", lines=10 * AFFECTED, affected=AFFECTED)
    many = shop_with_drop("memory-many", lines=20 * AFFECTED, affected=10 * AFFECTED)
    settled()
    connection.close()
    sizes = []
    for shop in (few, many):
        protect(shop)
        sizes.append((own_memory(), backend_memory()))
    for place, name in enumerate(("process", "backend")):
        before, after = sizes[0][place], sizes[1][place]
        allowed = max(1.1, (before + 8) / before) if before else 1.1
        yield Result(f"memory from {AFFECTED:,} to {10 * AFFECTED:,} affected rows: {name}", after, before, allowed, unit="MB")
