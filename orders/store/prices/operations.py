"""Price points: from a merchant's price file, or observed in its own orders."""

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection

from marketplace.audit.operations import record
from marketplace.kernel.errors import UserError
from marketplace.kernel.money import BadAmount, is_currency, parse_minor
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.store.ingest.moments import parse_moment
from orders.store.ingest.reader import BadFile, lines_of, text_buffer
from orders.store.ingest.rows import ShopContext
from orders.store.models import PricePoint

COLUMNS = ("sku", "price", "currency", "valid_from", "valid_to", "tier", "source", "stock", "gift_value")
REQUIRED = ("sku", "price", "valid_from")
SQL = Path(__file__).parent
TEMPORARY = """
CREATE TEMP TABLE incoming_point (row_no bigint, sku text, amount bigint, currency text, valid_from timestamptz,
  valid_to timestamptz, tier text, source text, stock int, gift bigint) ON COMMIT DROP
"""
COPY = "COPY incoming_point FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (tier))"


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
    """Store the price points of a CSV file; broken rows are counted and listed, the rest is stored. Idempotent.

    A point without `valid_to` holds until the next point of the same product, tier and source begins. Raises BadFile.
    """
    broken: list[dict[str, Any]] = []
    buffer = text_buffer()
    writer = csv.writer(buffer)
    rows_read = 0
    for rows_read, outcome in enumerate(_parsed(lines_of(path), shop), start=1):
        if isinstance(outcome, str):
            broken.append({"row": rows_read, "reason": outcome})
        else:
            writer.writerow((rows_read, *outcome))
    buffer.seek(0)
    parameters: dict[str, Any] = {"merchant": shop.merchant_id, "shop": shop.shop_id}
    tally: dict[str, Any] = {"rows_read": rows_read}
    with scope(shop.merchant_id, durable=True), connection.cursor() as cursor:
        cursor.execute(TEMPORARY)
        cursor.copy_expert(COPY, buffer)
        for name, statement in _statements("import_prices.sql")():
            cursor.execute(statement, parameters)
            if name == "unknown_sku":
                broken += [{"row": row, "reason": name} for (row,) in cursor.fetchall()]
            elif name:
                tally[name] = cursor.rowcount
        record(merchant_id=shop.merchant_id, by=by, action="store.prices.imported", facts=dict(tally))
    tally["quarantined"] = len(broken)
    tally["unchanged"] = rows_read - len(broken) - tally["points_written"]
    tally["broken"] = broken[:1000]
    return tally


def _parsed(lines: Iterable[str], shop: ShopContext) -> Iterator[tuple[Any, ...] | str]:
    reader = csv.DictReader(lines, strict=True)
    try:
        names = [name.strip() for name in reader.fieldnames or []]
        reader.fieldnames = names
        missing = [name for name in REQUIRED if name not in names]
        unknown = [name for name in names if name not in COLUMNS]
        if missing or unknown:
            raise BadFile(f"Columns missing: {', '.join(missing) or 'none'}; not known: {', '.join(unknown) or 'none'}.")
        for row in reader:
            yield _point({key: (value or "").strip() for key, value in row.items() if isinstance(key, str)}, shop)
    except csv.Error as error:
        raise BadFile(f"Row {reader.line_num} is not valid CSV ({error}).") from error


def _point(row: dict[str, str], shop: ShopContext) -> tuple[Any, ...] | str:
    currency = row.get("currency") or shop.currency
    source = row.get("source") or PricePoint.Source.FEED
    if not is_currency(currency):
        return "bad_currency"
    if source not in PricePoint.Source.values:
        return "unknown_source"
    if not row["sku"]:
        return "missing_sku"
    stock = row.get("stock", "")
    if stock and not (stock.isascii() and stock.isdigit() and len(stock) < 10):
        return "bad_stock"
    try:
        amount, gift = parse_minor(row["price"], currency), parse_minor(row.get("gift_value") or "0", currency)
        starts, ends = _moment(row["valid_from"], shop), _moment(row.get("valid_to", ""), shop)
    except BadAmount as error:
        return error.reason
    except (ValueError, OverflowError):
        return "bad_time"
    if amount < 0 or gift < 0:
        return "negative_money"
    if starts is None or (ends is not None and ends <= starts):
        return "bad_interval"
    return row["sku"], amount, currency, starts, ends, row.get("tier", "")[:20], source, stock or None, gift


def _moment(text: str, shop: ShopContext) -> datetime | None:
    return parse_moment(text, shop.timezone) if text else None
