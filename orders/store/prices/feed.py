"""What the rows of a price file say."""

import csv
from collections.abc import Iterable, Iterator
from functools import lru_cache

from marketplace.kernel.money import BadAmount, is_currency, parse_minor
from orders.store.ingest.moments import parse_moment
from orders.store.ingest.problems import bad_table, check_columns
from orders.store.ingest.rows import ShopContext
from orders.store.models import PricePoint

COLUMNS = ("sku", "price", "currency", "valid_from", "valid_to", "tier", "source", "stock", "gift_value")
REQUIRED = ("sku", "price", "valid_from")
SOURCES = frozenset(PricePoint.Source.values)
#: No amount or time is longer; longer texts would fill the memory of the caches.
LONGEST = 64
#: Product, amount, currency, from, to, tier, source, stock, value of gifts; or the reason why the row is not stored.
Point = tuple[str, int, str, str, str | None, str, str, str | None, int]


def points(lines: Iterable[str], shop: ShopContext) -> Iterator[Point | str]:
    """One outcome per row of a CSV file. Raises BadFile when it is none, or columns are missing or unknown."""
    reader = csv.reader(lines, strict=True)
    try:
        names = [name.strip() for name in next(reader, [])]
        check_columns(names, required=REQUIRED, known=COLUMNS)
        places = [names.index(name) if name in names else None for name in COLUMNS]
        width = len(names)
        for cells in reader:
            if not cells:
                continue
            if any(cells[width:]):  # an amount with commas that nobody quoted would lose its end
                yield "malformed"
                continue
            if len(cells) < width:
                cells += [""] * (width - len(cells))
            yield _point(["" if place is None else cells[place].strip() for place in places], shop)
    except csv.Error as error:
        raise bad_table(reader.line_num, error) from error


def _point(cells: list[str], shop: ShopContext) -> Point | str:
    sku, price, currency, starts_text, ends_text, tier, source, stock, gift_text = cells
    currency = currency or shop.currency
    if not is_currency(currency):
        return "bad_currency"
    if source and source not in SOURCES:
        return "unknown_source"
    if not sku:
        return "missing_sku"
    if stock and not (stock.isascii() and stock.isdigit() and len(stock) < 10):
        return "bad_stock"
    amount, gift = _minor(price[:LONGEST], currency), _minor(gift_text[:LONGEST] or "0", currency)
    starts, ends = _utc(starts_text[:LONGEST], shop.timezone), _utc(ends_text[:LONGEST], shop.timezone)
    for found in (amount, gift):
        if isinstance(found, str):
            return found
    if starts is None or ends is None:
        return "bad_time"
    if not starts or (ends and ends <= starts):
        return "bad_interval"
    return sku, amount, currency, starts, ends or None, tier[:20], source or "feed", stock or None, gift  # type: ignore[return-value]


@lru_cache(maxsize=4_096)
def _minor(text: str, currency: str) -> int | str:
    """Minor units, or the reason why it is no price."""
    try:
        amount = parse_minor(text, currency)
    except BadAmount as error:
        return error.reason
    return "negative_money" if amount < 0 else amount


@lru_cache(maxsize=4_096)
def _utc(text: str, timezone: str) -> str | None:
    """ISO 8601 in UTC, always of one length up to the seconds so that texts compare as times; "" for none, None for no time."""
    try:
        return f"{parse_moment(text, timezone):%Y-%m-%d %H:%M:%S.%f+00}" if text else ""
    except (ValueError, OverflowError):
        return None
