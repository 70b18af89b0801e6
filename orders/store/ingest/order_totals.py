"""Checking orders whose rows are scattered through a file against the discount and total repeated on them."""

from pathlib import Path
from typing import Any

IS_NEEDED = """
SELECT 1 FROM store_stagedrow
WHERE merchant_id = %(merchant)s AND batch_id = %(batch)s AND bucket >= %(lo)s AND bucket < %(hi)s AND extra ? 'raw' LIMIT 1
"""
STATEMENTS = [part.strip() for part in Path(__file__).with_name("order_totals.sql").read_text().split("-----\n")]


def settle_totals(cursor: Any, parameters: dict[str, Any]) -> int:
    """Allocate discounts and quarantine orders that do not add up, for one range of buckets; returns the rows quarantined."""
    cursor.execute(IS_NEEDED, parameters)
    if cursor.fetchone() is None:
        return 0
    for statement in STATEMENTS:
        cursor.execute(statement, parameters)
    return int(cursor.rowcount)
