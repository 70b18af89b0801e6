"""What can only be known of an order when all its rows, wherever they stand in the file, have been read.

Works on the slice, the rows of one range of buckets (see sql/slice.sql).
"""

from pathlib import Path
from typing import Any

HAS_TOTALS = "SELECT 1 FROM slice WHERE extra ? 'raw' LIMIT 1"
REPEATED = """
SELECT 1 FROM slice WHERE extra ?| ARRAY['line_no', 'updated_at']
GROUP BY kind, order_ref
HAVING count(*) > count(DISTINCT extra->>'line_no') OR min(updated_at) <> max(updated_at)
LIMIT 1
"""
# Of an order that is told twice the later version counts, of a line told twice in one version the last.
SUPERSEDED = """
DELETE FROM slice s USING (
  SELECT ctid AS place, updated_at < max(updated_at) OVER (PARTITION BY kind, order_ref) AS is_older,
         extra ? 'line_no' AND 1 < row_number()
           OVER (PARTITION BY kind, order_ref, extra->>'line_no' ORDER BY updated_at DESC, row_no DESC) AS is_repeated
  FROM slice) told
WHERE s.ctid = told.place AND (told.is_older OR told.is_repeated)
"""
STATEMENTS = [part.strip() for part in Path(__file__).parent.joinpath("sql", "totals.sql").read_text().split("-----\n")]


def settle_totals(cursor: Any, parameters: dict[str, Any]) -> dict[str, int]:
    """Drop superseded versions from the slice, allocate discounts, quarantine orders that do not add up; returns the counts."""
    counts = {}
    cursor.execute(REPEATED, parameters)
    if cursor.fetchone():
        cursor.execute(SUPERSEDED, parameters)
        if cursor.rowcount:
            counts["skipped.superseded"] = cursor.rowcount
    cursor.execute(HAS_TOTALS, parameters)
    if cursor.fetchone():
        for statement in STATEMENTS:
            cursor.execute(statement, parameters)
        counts["quarantined"] = cursor.fetchone()[0]
    return counts
