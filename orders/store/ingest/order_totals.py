"""What can only be known of an order when all its rows, wherever they stand in the file, have been read."""

from pathlib import Path
from typing import Any

HAS_TOTALS = """
SELECT 1 FROM store_stagedrow
WHERE merchant_id = %(merchant)s AND batch_id = %(batch)s AND bucket >= %(lo)s AND bucket < %(hi)s AND extra ? 'raw' LIMIT 1
"""
REPEATED = """
SELECT 1 FROM store_stagedrow
WHERE merchant_id = %(merchant)s AND batch_id = %(batch)s AND bucket >= %(lo)s AND bucket < %(hi)s
  AND extra ?| ARRAY['line_no', 'updated_at']
GROUP BY kind, order_ref
HAVING count(*) > count(DISTINCT extra->>'line_no') OR min(extra->>'updated_at') <> max(extra->>'updated_at')
LIMIT 1
"""
# Of an order that is told twice the later version counts, of a line told twice in one version the last.
SUPERSEDED = """
DELETE FROM store_stagedrow s USING (
  SELECT ctid AS place, updated_at < max(updated_at) OVER (PARTITION BY kind, order_ref) AS is_older,
         line_no IS NOT NULL AND 1 < row_number()
           OVER (PARTITION BY kind, order_ref, line_no ORDER BY updated_at DESC, row_no DESC) AS is_repeated
  FROM (SELECT ctid, kind, order_ref, row_no, extra->>'line_no' AS line_no,
               coalesce((extra->>'updated_at')::timestamptz, '-infinity') AS updated_at
        FROM store_stagedrow
        WHERE merchant_id = %(merchant)s AND batch_id = %(batch)s AND bucket >= %(lo)s AND bucket < %(hi)s) staged) told
WHERE s.merchant_id = %(merchant)s AND s.batch_id = %(batch)s AND s.ctid = told.place AND (told.is_older OR told.is_repeated)
"""
STATEMENTS = [part.strip() for part in Path(__file__).with_name("order_totals.sql").read_text().split("-----\n")]


def settle_totals(cursor: Any, parameters: dict[str, Any]) -> dict[str, int]:
    """Drop superseded versions, allocate discounts, quarantine orders that do not add up; returns the counts.

    Works on the staged rows of one range of buckets.
    """
    counts = {}
    cursor.execute(REPEATED, parameters)
    if cursor.fetchone():
        cursor.execute(SUPERSEDED, parameters)
        counts["skipped.superseded"] = cursor.rowcount
    cursor.execute(HAS_TOTALS, parameters)
    if cursor.fetchone():
        for statement in STATEMENTS:
            cursor.execute(statement, parameters)
        counts["quarantined"] = cursor.rowcount
    return counts
