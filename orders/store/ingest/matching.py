"""Which purchase a refund request takes back.

In order of time, number and row, a request takes the latest earlier-or-same-minute line of the same buyer, product and unit
price that still has enough units ("single"); otherwise it is spread over such lines, latest first. The allocation of one
group depends on nothing outside it, so groups are streamed and the result is written with one statement per batch of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, groupby
from typing import Any

from django.db import connection

from marketplace.tenancy.scope import scope
from orders.store.ingest.reader import text_buffer
from orders.store.ingest.rows import ShopContext

FETCH = 5_000
# Nobody has analysed the order store while a first import runs: see apply.sql on why stored rows are fetched by lists of keys and
# nested loops are off. The work follows the buyers who returned something, not the history.
PREPARE = (
    "SET LOCAL enable_nestloop = off",
    "DISCARD PLANS",
    """CREATE TEMP TABLE wanted ON COMMIT DROP AS
       SELECT id, buyer_id, sku_id, unit_amount, quantity, requested_at, external_ref, row_no,
         outcome IN ('open', 'refunded') AS is_taking FROM store_refundrequest
       WHERE merchant_id = %(merchant)s AND shop_id = %(shop)s AND state = 'new'""",
    """CREATE TEMP TABLE wanted_group ON COMMIT DROP AS
       SELECT DISTINCT buyer_id, sku_id, unit_amount FROM wanted WHERE buyer_id IS NOT NULL""",
    "ANALYZE wanted, wanted_group",
    "SELECT ARRAY(SELECT DISTINCT buyer_id FROM wanted_group) AS buyers",
    """CREATE TEMP TABLE buyer_order ON COMMIT DROP AS
       SELECT o.buyer_id, o.id, o.external_ref FROM store_shoporder o
       WHERE o.merchant_id = %(merchant)s AND o.shop_id = %(shop)s AND o.buyer_id = ANY (%(buyers)s::bigint[])""",
    "ANALYZE buyer_order (buyer_id, id)",
    "SELECT ARRAY(SELECT id FROM buyer_order) AS orders",
)
# Requests come first within a group, then the candidate lines, earliest first.
CANDIDATES = """
SELECT coalesce(buyer_id, 0) AS buyer, sku_id, unit_amount, 0 AS part, id, quantity, requested_at AS moment,
       external_ref AS ref, row_no AS seq, is_taking
FROM wanted
UNION ALL
SELECT g.buyer_id, g.sku_id, g.unit_amount, 1, l.id, l.quantity - l.returned_quantity, l.placed_at, o.external_ref, l.line_no,
       NULL::boolean
FROM buyer_order o
JOIN store_shoporderline l ON l.order_id = o.id
JOIN wanted_group g ON g.buyer_id = o.buyer_id AND g.sku_id = l.sku_id AND g.unit_amount = l.list_unit_amount
WHERE l.merchant_id = %(merchant)s AND l.order_id = ANY (%(orders)s::bigint[]) AND l.quantity > l.returned_quantity
ORDER BY 1, 2, 3, 4, 7, 8, 9
"""
COPY = "COPY matched (request_id, line_id, quantity, state, is_taking) FROM STDIN WITH (FORMAT csv)"
WRITE = (
    "CREATE TEMP TABLE matched (request_id bigint, line_id bigint, quantity int, state text, is_taking boolean) ON COMMIT DROP",
    """INSERT INTO store_refundallocation (merchant_id, request_id, line_id, quantity)
       SELECT %(merchant)s, request_id, line_id, quantity FROM matched WHERE line_id IS NOT NULL
       ON CONFLICT (merchant_id, request_id, line_id) DO NOTHING""",
    "SELECT ARRAY(SELECT DISTINCT line_id FROM matched WHERE line_id IS NOT NULL) AS lines",
    """UPDATE store_shoporderline l SET returned_quantity = l.returned_quantity + m.quantity, revision = l.revision + 1
       FROM (SELECT line_id, sum(quantity)::int AS quantity FROM matched
             WHERE line_id IS NOT NULL AND is_taking GROUP BY line_id) m
       WHERE l.merchant_id = %(merchant)s AND l.id = m.line_id AND l.id = ANY (%(lines)s::bigint[])""",
    """UPDATE store_refundrequest r SET state = m.state
       FROM (SELECT DISTINCT request_id, state FROM matched) m WHERE r.merchant_id = %(merchant)s AND r.id = m.request_id""",
)


@dataclass
class Candidate:
    id: int
    left: int
    moment: datetime


@dataclass
class Request:
    id: int
    quantity: int
    moment: datetime
    #: A request that was withdrawn or rejected is matched, but takes nothing from the lines.
    is_taking: bool = True
    taken: list[tuple[int, int]] = field(default_factory=list)
    state: str = "unmatched"


def allocate(requests: list[Request], lines: list[Candidate]) -> None:
    """Fill `taken` and `state` of each request of one group; `requests` in order of time, `lines` earliest first."""
    for request in requests:
        earlier = [line for line in reversed(lines) if line.left > 0 and line.moment <= request.moment]
        whole = next((line for line in earlier if line.left >= request.quantity), None)
        open_quantity = request.quantity
        for line in [whole] if whole else earlier:
            part = min(line.left, open_quantity)
            line.left -= part if request.is_taking else 0
            open_quantity -= part
            request.taken.append((line.id, part))
            if not open_quantity:
                break
        if request.taken:
            request.state = "partial" if open_quantity else "single" if whole else "spread"


def match_refunds(*, shop: ShopContext) -> dict[str, int]:
    """Match every new refund request of the shop, in one transaction; returns how many ended in each state."""
    parameters: dict[str, Any] = {"merchant": shop.merchant_id, "shop": shop.shop_id}
    tally: dict[str, int] = {}
    with scope(shop.merchant_id, durable=True), connection.chunked_cursor() as found, connection.cursor() as cursor:
        for statement in PREPARE:
            _execute(cursor, statement, parameters)
        found.execute(CANDIDATES, parameters)
        buffer = text_buffer()
        for request in _decided(chain.from_iterable(iter(lambda: found.fetchmany(FETCH), []))):
            tally[f"matched_{request.state}"] = tally.get(f"matched_{request.state}", 0) + 1
            for line_id, quantity in request.taken:
                buffer.write(f"{request.id},{line_id},{quantity},{request.state},{request.is_taking}\n")
            if not request.taken:
                buffer.write(f"{request.id},,,{request.state},\n")
        buffer.seek(0)
        cursor.execute(WRITE[0])
        cursor.copy_expert(COPY, buffer)
        for statement in WRITE[1:]:
            _execute(cursor, statement, parameters)
    return tally


def _execute(cursor: Any, statement: str, parameters: dict[str, Any]) -> None:
    """A statement that selects makes its columns parameters of those after it."""
    cursor.execute(statement, parameters)
    if statement.startswith("SELECT"):
        parameters.update(zip((column.name for column in cursor.description), cursor.fetchone(), strict=True))


def _decided(found: Iterator[tuple[Any, ...]]) -> Iterator[Request]:
    for _group, members in groupby(found, key=lambda row: row[:3]):
        requests: list[Request] = []
        lines: list[Candidate] = []
        for _buyer, _sku, _unit, part, row_id, quantity, moment, _ref, _seq, is_taking in members:
            if part:
                lines.append(Candidate(row_id, quantity, moment))
            else:
                requests.append(Request(row_id, quantity, moment, is_taking))
        allocate(requests, lines)
        yield from requests
