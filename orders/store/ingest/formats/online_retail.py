"""UCI "Online Retail" and "Online Retail II": one row per invoice line, local time without zone, prices in major units.

Cancellations are invoices that start with C; they become refund requests. Invoices that start with A are adjustments of bad
debt. Rows without a customer belong to another sales channel with its own price list.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from marketplace.kernel.money import MAX_MINOR, BadAmount, parse_minor
from orders.store.ingest.moments import parse_moment
from orders.store.ingest.problems import bad_table, check_columns
from orders.store.ingest.rows import REFUND, SALE, Format, Outcome, Quarantine, ShopContext, Skip, Staged

COLUMNS = (
    ("InvoiceNo", "Invoice"),
    ("StockCode",),
    ("Description",),
    ("Quantity",),
    ("InvoiceDate",),
    ("UnitPrice", "Price"),
    ("CustomerID", "Customer ID"),
)
QUANTITY = re.compile(r"-?[0-9]{1,9}\Z")
PRODUCT = re.compile(r"[0-9]{5}[A-Z]*\Z")
SALE_INVOICE = re.compile(r"[0-9]{6}\Z")
CANCELLATION = re.compile(r"C[0-9]{6}\Z")
ADJUSTMENT = re.compile(r"A[0-9]{6}\Z")

Row = tuple[list[str], ShopContext]


def rows(lines: Iterable[str], shop: ShopContext) -> Iterator[tuple[Any, Row]]:
    """Each data row as (what it was, (its seven known fields, shop)). Raises BadFile when a column is missing."""
    reader = csv.reader(lines, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        order = [next((header.index(n) for n in names if n in header), None) for names in COLUMNS]
        missing = [names[-1] for names, found in zip(COLUMNS, order, strict=True) if found is None]
        if missing:
            check_columns([], required=missing, known=())
        places = [place for place in order if place is not None]
        width = len(header)
        for cells in reader:
            fields = [cells[place] for place in places] if len(cells) == width else []
            yield fields or cells, (fields, shop)
    except csv.Error as error:
        raise bad_table(reader.line_num, error) from error


@lru_cache(maxsize=4096)
def _minor(text: str, currency: str) -> int | Skip | Quarantine:
    try:
        return parse_minor(text, currency)
    except BadAmount as error:
        if error.reason == "below_minor_unit":
            return Skip("below_minor_unit")
        return Quarantine(error.reason, f"price {text[:40]}")


@lru_cache(maxsize=4096)
def _quantity(text: str) -> int | None:
    return int(text) if QUANTITY.match(text) else None


@lru_cache(maxsize=4096)
def _moment(text: str, timezone: str) -> str | None:
    try:
        return parse_moment(text, timezone).isoformat()
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=16384)
def _customer(text: str) -> str | None:
    bare = text.strip().removesuffix(".0")
    return None if bare in ("", "nan") else bare


def parse(row: Row) -> list[Outcome]:
    """Classify one row: sale line, refund request, skipped with a reason, or quarantined."""
    fields, shop = row
    if not fields:
        return [Quarantine("wrong_column_count")]
    invoice, code, title, quantity_text, moment_text, price_text, customer_text = fields
    invoice, code = invoice.strip().upper(), code.strip().upper()
    if ADJUSTMENT.match(invoice):
        return [Skip("adjustment")]
    quantity = _quantity(quantity_text)
    if quantity is None:
        return [Quarantine("bad_quantity", quantity_text[:40])]
    price = _minor(price_text, shop.currency)
    if isinstance(price, Quarantine):
        return [price]
    if isinstance(price, Skip):
        return [price]
    if price == 0:
        return [Skip("price_zero")]
    if not PRODUCT.match(code):
        return [Skip("non_product")]
    placed_at = _moment(moment_text, shop.timezone)
    if placed_at is None:
        return [Quarantine("bad_time", moment_text[:40])]
    if price < 0:
        return [Quarantine("negative_price", price_text[:40])]
    return [_line(invoice, code, title, quantity, price, customer_text, placed_at)]


def _line(invoice: str, code: str, title: str, quantity: int, price: int, customer_text: str, placed_at: str) -> Outcome:
    cancelled = bool(CANCELLATION.match(invoice))
    if not cancelled and not SALE_INVOICE.match(invoice):
        return Quarantine("bad_invoice_number", invoice[:40])
    if quantity == 0 or (quantity < 0) != cancelled:
        return Skip("cancellation_without_quantity") if cancelled else Quarantine("bad_quantity", str(quantity))
    if abs(quantity) * price > MAX_MINOR:
        return Quarantine("too_large", f"{quantity} units")
    buyer = _customer(customer_text)
    name = title.strip()
    return Staged(
        kind=REFUND if cancelled else SALE,
        order_ref=invoice,
        sku=code,
        title=None if name in ("", "nan") else name,
        category=None,
        quantity=abs(quantity),
        unit_amount=price,
        paid_amount=abs(quantity) * price,
        buyer_ref=buyer,
        placed_at=placed_at,
        channel="account" if buyer else "guest",
        tier="",
    )


def as_record(raw: Any) -> dict[str, str] | list[str]:
    """A quarantined row by column name, or its cells where there were too few or too many."""
    names = [known[-1] for known in COLUMNS]
    return dict(zip(names, raw, strict=True)) if len(raw) == len(names) else list(raw)


FORMAT = Format("online-retail", rows, parse, as_record, is_complete=False)
