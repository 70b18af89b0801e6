"""Our own CSV and JSONL: every field of the order store. See docs/import-formats.md for the columns and samples.

CSV: one row per order line, order fields repeated. JSONL: one order per line with its `lines`. In both an order's discount is
allocated to its lines by largest remainder and its lines are checked against its total before anything is stored.
"""

import csv
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from marketplace.kernel.money import MAX_MINOR, BadAmount, largest_remainder, parse_minor
from orders.store.ingest.formats import buyers, payments
from orders.store.ingest.moments import parse_moment
from orders.store.ingest.problems import bad_table, check_columns
from orders.store.ingest.rows import REFUND, SALE, Format, Outcome, Quarantine, ShopContext, Staged

REQUIRED = ("order_ref", "sku", "quantity", "list_unit_price", "placed_at")
STATUSES = ("open", "paid", "delivered", "completed", "cancelled")
MONEY = ("cost", "goodwill", "captured", "refunded", "shipping", "deposit", "balance", "gift_value")
TIMES = (
    "paid_at delivered_at completed_at updated_at deposit_paid_at deposit_refunded_at balance_opens_at balance_closes_at"
    " balance_paid_at opted_out_at deadline_at closed_at"
).split()
#: Plain texts with the length that is kept.
TEXTS = {"presale_activity": 80, "reason_code": 60, "buyer_text": 2_000}
OUTCOMES = ("open", "withdrawn", "refunded", "rejected")
FLAGS = "is_gift is_bundle is_clearance is_flash is_live_room consent".split()
COUNTS = ("returned_quantity", "open_aftersale_quantity", "line_no")
ORDER_WIDE = "order_discount order_total".split()
COLUMNS = frozenset(
    [
        *(*REQUIRED, *MONEY, *TIMES, *FLAGS, *COUNTS, *ORDER_WIDE, *TEXTS, *buyers.COLUMNS, *payments.COLUMNS),
        *"record title category paid currency channel tier tax_rate tax buyer_ref language status outcome line_discount".split(),
    ]
)
#: Marks a line number that only says where the line stood in its document.
POSITION = "#"
#: Files we hand out put an apostrophe before cells that a spreadsheet would run; it is taken off on the way back.
FORMULA_SIGNS = ("=", "+", "-", "@")
#: Texts up to this length are remembered; longer ones would fill the memory.
SHORT = 64
Row = tuple[list[Mapping[str, Any]] | None, ShopContext]


class _Refused(Exception):
    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.found = Quarantine(reason, detail)


def csv_rows(lines: Iterable[str], shop: ShopContext) -> Iterator[tuple[Any, Row]]:
    """Each CSV row with its cells by column. Raises BadFile on a missing or unknown column."""
    reader = csv.DictReader(lines, strict=True, restkey="")
    try:
        names = [name.strip() for name in reader.fieldnames or []]
        reader.fieldnames = names
        check_columns(names, required=REQUIRED, known=COLUMNS)
        for cells in reader:
            broken = "" in cells or None in cells.values()
            yield cells, (None if broken else [cells], shop)
    except csv.Error as error:
        raise bad_table(reader.line_num, error) from error


def jsonl_rows(lines: Iterable[str], shop: ShopContext) -> Iterator[tuple[str, Row]]:
    """Each JSONL order with its text; its lines carry the order's fields, and their position where they have no number."""
    for text in lines:
        if not text.strip():
            continue
        raw = text.strip()
        yield raw, (_flattened(raw), shop)


def _flattened(raw: str) -> list[Mapping[str, Any]] | None:
    try:
        document = json.loads(raw, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or not isinstance(document.get("lines", [{}]), list):
        return None
    order = payments.flattened({key: value for key, value in document.items() if key != "lines"})
    lines = document.get("lines", [{}])
    return (
        [{"line_no": f"{POSITION}{n}", **order, **line} for n, line in enumerate(lines, 1)]
        if all(map(_is_object, lines))
        else None
    )


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def parse(row: Row) -> list[Outcome]:
    """The staged lines of one row or document, or the one reason it is quarantined as a whole."""
    records, shop = row
    if not records:
        return [Quarantine("malformed")]
    try:
        texts = [_texts(record) for record in records]
        staged = [_one(record, shop) for record in texts]
        return list(_checked(texts, staged, shop))
    except _Refused as refused:
        return [refused.found]


def parse_scattered(row: Row) -> list[Outcome]:
    """The staged line of one CSV row. What belongs to the whole order is settled when all its rows are known."""
    records, shop = row
    if not records:
        return [Quarantine("malformed")]
    try:
        record = _texts(records[0])
        staged = _one(record, shop)
        beside = {name: _money(record, name, shop) for name in ("order_discount", "order_total", "tax") if record.get(name)}
    except _Refused as refused:
        return [refused.found]
    if "order_discount" not in record and "order_total" not in record:
        return [staged]
    extra = json.loads(staged.extra or "{}") | beside | {"raw": json.dumps(records[0], ensure_ascii=False)}
    if record.get("paid"):
        extra["is_net"] = True
    return [staged._replace(extra=json.dumps(extra))]


def _texts(record: Mapping[str, Any]) -> dict[str, str]:
    return {key: _words(value) if key == "buyer_text" else _text(value) for key, value in record.items()}


def _words(value: Any) -> str:
    """What a buyer wrote: whatever else it hides, it is no reason to refuse his request. Joined emoji stay joined."""
    if not isinstance(value, str):
        return _text(value)
    text = unicodedata.normalize("NFC", " ".join(value.split()))
    return "".join(ch for ch in text if ch.isprintable() or ch == "\u200d")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return _known(value) if len(value) <= SHORT else _clean(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    raise _Refused("bad_value", repr(value)[:80])


def _clean(value: str) -> str:
    # Full-width spaces and line breaks are as good as a space; other controls hide something.
    text = unicodedata.normalize("NFC", " ".join(value.split()))
    if not text.isprintable():
        raise _Refused("bad_value", repr(value)[:80])
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA_SIGNS else text


#: Most cells of a file are short and come again and again.
_known = lru_cache(maxsize=16_384)(_clean)


def _one(record: Mapping[str, str], shop: ShopContext) -> Staged:
    unknown = [name for name in record if name not in COLUMNS]
    missing = [name for name in REQUIRED if not record.get(name)]
    if missing or unknown:
        raise _Refused("missing_field" if missing else "unknown_field", ", ".join(missing or unknown)[:200])
    currency = record.get("currency") or shop.currency
    if currency != shop.currency:
        raise _Refused("currency_mismatch", f"{currency[:10]} in a {shop.currency} shop")
    quantity = _whole(record, "quantity")
    if not quantity:
        raise _Refused("bad_quantity", "0")
    unit = _money(record, "list_unit_price", shop)
    paid = _money(record, "paid", shop) if record.get("paid") else unit * quantity - _money(record, "line_discount", shop)
    if paid < 0:
        raise _Refused("negative_money", "discount above the price")
    if max(paid, unit * quantity) > MAX_MINOR:
        raise _Refused("too_large", f"{quantity} units")
    kind = {"": SALE, "order": SALE, "refund_request": REFUND}.get(record.get("record", ""))
    if kind is None:
        raise _Refused("unknown_record", record["record"][:40])
    return Staged(
        kind=kind,
        order_ref=record["order_ref"][:80],
        sku=record["sku"][:80],
        title=record.get("title", "")[:300] or None,
        category=record.get("category", "")[:80] or None,
        quantity=quantity,
        unit_amount=unit,
        paid_amount=paid,
        buyer_ref=record.get("buyer_ref", "")[:80] or None,
        placed_at=_moment(record["placed_at"], shop),
        channel=record.get("channel", "")[:20] or "account",
        tier=record.get("tier", "")[:20],
        extra=json.dumps(_extra(record, quantity, shop)),
    )


def _extra(record: Mapping[str, str], quantity: int, shop: ShopContext) -> dict[str, Any]:
    extra: dict[str, Any] = {name: _money(record, name, shop) for name in MONEY if record.get(name)}
    extra |= {name: _moment(record[name], shop) for name in TIMES if record.get(name)}
    extra |= {name: _flag(record, name) for name in FLAGS if record.get(name)}
    extra |= {name: _whole(record, name) for name in COUNTS if record.get(name)}
    extra |= {name: record[name][:length] for name, length in TEXTS.items() if record.get(name)}
    if record.get("line_no", "").startswith(POSITION):
        extra["is_position"] = True
    if extra.get("returned_quantity", 0) + extra.get("open_aftersale_quantity", 0) > quantity:
        raise _Refused("more_returned_than_bought", str(quantity))
    for name, known in (("status", STATUSES), ("outcome", OUTCOMES)):
        if found := record.get(name):
            if found not in known:
                raise _Refused(f"unknown_{name}", found[:40])
            extra[name] = found
    if "closed_at" in extra and extra.get("outcome", "open") == "open":
        raise _Refused("closed_without_outcome", record["closed_at"][:40])
    if rate := record.get("tax_rate"):
        extra["tax_rate_ppm"] = _rate(rate)
    if spoken := record.get("language"):
        extra["language"] = buyers.language(spoken)
    return extra | _payments(record, shop) | buyers.contacts(record, shop.merchant_id)


def _payments(record: Mapping[str, str], shop: ShopContext) -> dict[str, Any]:
    try:
        return payments.payments(record, shop.currency)
    except payments.BadTenders as error:
        raise _Refused("bad_tenders", str(error)) from error
    except BadAmount as error:
        raise _Refused(error.reason, f"tenders: {record['tenders'][:80]}") from error


def _checked(records: list[dict[str, str]], staged: list[Staged], shop: ShopContext) -> Iterator[Staged]:
    """Allocate the order's discount and compare lines + shipping + tax with its total."""
    first = records[0]
    if first.get("order_discount") and not any(record.get("paid") for record in records):
        discount = _money(first, "order_discount", shop)
        weights = [line.paid_amount for line in staged]
        if discount > sum(weights):
            raise _Refused("negative_money", "discount above the order's goods")
        shares = largest_remainder(discount, weights) if discount else [0] * len(staged)
        staged = [line._replace(paid_amount=line.paid_amount - s) for line, s in zip(staged, shares, strict=True)]
    if first.get("order_total"):
        goods = sum(line.paid_amount for line in staged)
        found = goods + _money(first, "shipping", shop) + _money(first, "tax", shop)
        if found != _money(first, "order_total", shop):
            raise _Refused("lines_do_not_sum_to_total", f"{found} against {first['order_total'][:40]}")
    yield from staged


def _money(record: Mapping[str, str], name: str, shop: ShopContext) -> int:
    text = record.get(name) or "0"
    try:
        amount = parse_minor(text, shop.currency)
    except BadAmount as error:
        raise _Refused(error.reason, f"{name}: {text[:40]}") from error
    if amount < 0:
        raise _Refused("negative_money", f"{name}: {text[:40]}")
    return amount


def _whole(record: Mapping[str, str], name: str) -> int:
    text = record[name].removeprefix(POSITION) if name == "line_no" else record[name]
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise _Refused("bad_quantity", f"{name}: {text[:40]}")
    return int(text)


def _moment(text: str, shop: ShopContext) -> str:
    try:
        return _utc(text[:SHORT], shop.timezone)
    except (ValueError, OverflowError) as error:
        raise _Refused("bad_time", text[:40]) from error


@lru_cache(maxsize=8192)
def _utc(text: str, timezone: str) -> str:
    return parse_moment(text, timezone).isoformat()


def _flag(record: Mapping[str, str], name: str) -> bool:
    known = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    found = known.get(record[name].lower())
    if found is None:
        raise _Refused("bad_flag", f"{name}: {record[name][:40]}")
    return found


def _rate(text: str) -> int:
    """Parts per million of a decimal tax rate: '0.0825' → 82500."""
    try:
        ppm = Decimal(text).scaleb(6)
        whole = int(ppm)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise _Refused("bad_tax_rate", text[:40]) from error
    if whole != ppm or not 0 <= whole <= 1_000_000:
        raise _Refused("bad_tax_rate", text[:40])
    return whole


def _as_read(raw: Any) -> Any:
    return raw


CSV = Format("csv", csv_rows, parse_scattered, _as_read, is_complete=True)
JSONL = Format("jsonl", jsonl_rows, parse, _as_read, is_complete=True)
