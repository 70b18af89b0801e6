"""A small shop whose prices have fallen, and threads that do things at the same instant."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection, connections

from marketplace.tenancy.scope import scope
from tests import cast
from tests.engine import doors

AS_OF = "2026-03-06T12:00:00+00:00"
PAID, NOW = 5_000, 4_400
DROP = PAID - NOW


def fallen_prices(directory: Path, merchant: cast.Merchant, orders: int, *, lines: int = 1, **facts: Any) -> None:
    """Orders of one product each line at 50.00, which now costs 44.00: 6.00 are owed per line."""
    rows = [
        {
            "order_ref": f"R{number:06}",
            "line_no": line,
            "sku": f"SKU{line}",
            "quantity": 1,
            "list_unit_price": "50.00",
            "placed_at": "2026-03-02T10:00:00",
            "delivered_at": "2026-03-04T10:00:00",
            "buyer_ref": f"B{number % 97}",
            **facts,
        }
        for number in range(orders)
        for line in range(1, lines + 1)
    ]
    doors.import_orders(merchant, doors.table_file(directory / "orders.csv", rows), "csv")
    prices = [{"sku": f"SKU{line}", "price": "44.00", "valid_from": "2026-03-06T00:00:00"} for line in range(1, lines + 1)]
    doors.import_prices(merchant, doors.table_file(directory / "prices.csv", prices))


def assert_paid(merchant: cast.Merchant, claims: int, *, amount: int = DROP) -> None:
    """Exactly so many claims, each paid once, and the books in order."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE aftersales_claim, aftersales_payout, aftersales_sandboxpayment, ledger_ledgerentry")
    # A second click that comes after the first leaves a refusal, which is right; only what is owed is counted.
    owed = "SELECT count(*), coalesce(sum(amount), 0) FROM aftersales_claim WHERE state <> 'refused'"
    assert doors.rows(merchant, owed) == [(claims, claims * amount)]
    paid = doors.rows(merchant, "SELECT count(*), coalesce(sum(amount), 0) FROM aftersales_sandboxpayment")
    assert paid == [(claims, claims * amount)]
    doors.assert_books_balance(merchant)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each act returned or raised, each on its own thread and database session, started at the same instant."""
    found: list[Any] = [None] * len(acts)
    line = threading.Barrier(len(acts))

    def do(place: int, act: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            line.wait(timeout=20)
            found[place] = act()
        except BaseException as error:  # noqa: BLE001 - what it raised is what the test looks at
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=pair, daemon=True) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads), "a thread hangs"
    return found


def all_fine(found: list[Any]) -> None:
    for outcome in found:
        if isinstance(outcome, BaseException):
            raise outcome


def execute(merchant: cast.Merchant, statement: str, *values: Any) -> int:
    with scope(merchant.id), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
