"""Files as they arrive: a clear error and nothing stored, or the broken rows in quarantine with their number and reason."""

import gzip
import json
import random
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.utils import timezone, translation

from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.store.ingest import reader, staging
from orders.store.ingest.applying import apply
from orders.store.ingest.formats import FORMATS
from orders.store.ingest.operations import open_batch, run_batch, summary
from orders.store.ingest.problems import in_words
from orders.store.models import ImportBatch, QuarantinedRow
from tests import cast
from tests.engine import doors

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = {"order_ref": "1001", "sku": "LAMP", "quantity": "2", "list_unit_price": "9.99", "placed_at": "2026-03-02T10:00:00"}
SHEET = {
    "Invoice": "489434",
    "StockCode": "85048",
    "Description": "LIGHTS",
    "Quantity": "12",
    "InvoiceDate": "2009-12-01 07:45:00",
    "Price": "6.95",
    "Customer ID": "13085",
    "Country": "United Kingdom",
}
HEADER, ROW = ",".join(GOOD), ",".join(GOOD.values())


def good(**changes: str) -> dict[str, str]:
    return {**GOOD, **changes}


def refused(merchant: cast.Merchant, path: Path, form: str = "csv") -> str:
    """The message of an import that stores nothing and leaves a failed batch that says why."""
    with pytest.raises(CommandError) as failure:
        doors.import_orders(merchant, path, form)
    for table in ("store_shoporder", "store_shoporderline", "store_sku", "store_buyer", "store_stagedrow", "store_refundrequest"):
        assert doors.one(merchant, f"SELECT count(*) FROM {table}") == 0
    [(state, message, facts)] = doors.rows(merchant, "SELECT state, error, error_facts FROM store_importbatch")
    with translation.override("en"):
        assert (state, in_words(message, json.loads(facts))) == ("failed", str(failure.value))
    with translation.override("zh-hans"):
        assert in_words(message, json.loads(facts)) != str(failure.value)
    return str(failure.value)


def quarantine(merchant: cast.Merchant) -> list[tuple[int, str]]:
    return doors.rows(merchant, "SELECT row_no, reason FROM store_quarantinedrow ORDER BY row_no")


# Files that are no orders at all.

BYTES = {
    "empty": (b"", "empty"),
    "GBK": (f"{HEADER},title\n{ROW},台灯\n".encode("gbk"), "Line 2 is not UTF-8"),
    "UTF-16": (f"{HEADER}\n{ROW}\n".encode("utf-16"), "UTF-16"),
    "UTF-16 without a mark": (f"{HEADER}\n{ROW}\n".encode("utf-16-le"), "NUL"),
    "a NUL": (f"{HEADER}\n{ROW}\x00\n".encode(), "Line 2 contains a NUL"),
    "a lone surrogate": (f"{HEADER},title\n{ROW},".encode() + b"\xed\xa0\x80\n", "Line 2 is not UTF-8"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), "not UTF-8"),
    "an endless line": (HEADER.encode() + b"\n" + b"x" * 3_000_000, "Line 2 is longer than"),
    "a missing column": (b"order_ref,sku,quantity,placed_at\n1,2,3,2026-03-02\n", "list_unit_price"),
    "an unknown column": (f"{HEADER},colour\n{ROW},red\n".encode(), "colour"),
    "100,000 columns": (f"{HEADER},{'x,' * 100_000}\n".encode(), "not known"),
    "a quote that never ends": (f'{HEADER}\n{ROW}\n1002,"LAMP,1,2\n'.encode(), "Row"),
    "a cell without end": (f"{HEADER}\n{ROW}\n1002,{'y' * 200_000},1,1,2026-03-02\n".encode(), "more than 131072 characters"),
    "a gzip cut short": (gzip.compress(f"{HEADER}\n{ROW}\n".encode() * 500)[:-9], "gzip file is damaged"),
    "a gzip cut in the middle": (gzip.compress(random.Random(1).randbytes(9_000).hex().encode())[:4_000], "gzip file is damaged"),
    "a gzip that is none": (b"\x1f\x8b" + b"nothing of the kind", "gzip file is damaged"),
}


@pytest.mark.parametrize("name", BYTES)
def test_a_file_that_is_no_table_is_refused(name: str, tmp_path: Path) -> None:
    content, says = BYTES[name]
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    assert says in refused(cast.acme(), path)


@pytest.mark.parametrize("form", sorted(FORMATS))
@pytest.mark.parametrize("name", ["empty", "GBK", "UTF-16", "an endless line"])
def test_every_format_refuses(name: str, form: str, tmp_path: Path) -> None:
    path = tmp_path / "orders"
    path.write_bytes(BYTES[name][0] if name != "GBK" else "订单\n".encode("gbk"))
    refused(cast.acme(), path, form)


def test_a_corrupt_gzip_is_refused(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(random.Random(2).randbytes(20_000).hex().encode()))
    content[5_000:5_100] = bytes(100)
    path = tmp_path / "orders.csv.gz"
    path.write_bytes(content)
    assert "gzip file is damaged" in refused(cast.acme(), path)


def test_two_gigabytes_of_one_line_are_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    with path.open("wb") as handle:
        handle.write(HEADER.encode() + b"\n")
        handle.truncate(2 * 1024**3)
    started = time.monotonic()
    assert "longer than" in refused(cast.acme(), path)
    assert time.monotonic() - started < 30


def test_a_zip_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_RATIO_FLOOR", 1_000_000)
    path = tmp_path / "orders.csv.gz"
    with gzip.open(path, "wt") as handle:
        handle.write(f"{HEADER}\n")
        for _ in range(200):
            handle.write(f"{ROW}\n" * 1_000)
    assert path.stat().st_size * reader.MAX_RATIO < 200_000 * len(ROW)
    assert "grows too much" in refused(cast.acme(), path)


def test_a_zip_bomb_of_one_line_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv.gz"
    with gzip.open(path, "wb") as handle:
        for _ in range(100):
            handle.write(bytes(1_000_000))
    assert "longer than" in refused(cast.acme(), path)


def test_a_file_that_breaks_off_after_many_good_rows_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "CHUNK", 100)
    path = tmp_path / "orders.csv"
    path.write_bytes(f"{HEADER}\n".encode() + f"{ROW}\n".encode() * 1_000 + b"\xff\xfe\n")
    assert "Line 1002" in refused(cast.acme(), path)


def test_control_storing_while_reading_leaves_half_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is stored before all was read; an import that stores chunk by chunk leaves orders behind."""
    monkeypatch.setattr(staging, "CHUNK", 100)
    acme, path = cast.acme(), tmp_path / "orders.csv"
    path.write_bytes(f"{HEADER}\n".encode() + f"{ROW}\n".encode() * 1_000 + b"\xff\xfe\n")
    batch = open_batch(shop=acme.context, path=path, file_name="o.csv", format_name="csv", stored=False, by=CLI)

    def store_at_once(current: ImportBatch) -> None:
        if current.rows_read:
            apply(batch=current, shop=acme.context)

    with pytest.raises(reader.BadFile):
        run_batch(batch=batch, shop=acme.context, path=path, at=timezone.now(), progress=store_at_once)
    assert doors.one(acme, "SELECT count(*) FROM store_shoporder") == 1


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(f"\ufeff{HEADER}\r\n{ROW}\r\n".encode())
    assert doors.import_orders(cast.acme(), path, "csv")["lines_new"] == 1


def test_a_header_alone_is_an_import_of_nothing(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(f"{HEADER}\n")
    report = doors.import_orders(cast.acme(), path, "csv")
    assert (report["rows_read"], report["lines_new"], report["quarantined"]) == (0, 0, 0)


# Rows that a person must correct.

NATIVE = {
    "negative price": (good(list_unit_price="-1.00"), "negative_money"),
    "negative quantity": (good(quantity="-1"), "bad_quantity"),
    "no quantity": (good(quantity="0"), "bad_quantity"),
    "half a piece": (good(quantity="1.5"), "bad_quantity"),
    "NaN": (good(list_unit_price="NaN"), "not_a_number"),
    "infinity": (good(list_unit_price="inf"), "not_a_number"),
    "1e400": (good(list_unit_price="1e400"), "not_a_number"),
    "a formula": (good(list_unit_price="=1+1"), "not_a_number"),
    "full-width digits": (good(list_unit_price="９.９９"), "not_a_number"),
    "full-width quantity": (good(quantity="２"), "bad_quantity"),
    "Arabic digits": (good(quantity="٢"), "bad_quantity"),
    "a comma": (good(list_unit_price="9,99"), "not_a_number"),
    "underscores": (good(quantity="1_0"), "bad_quantity"),
    "a tenth of a penny": (good(list_unit_price="9.999"), "too_many_decimals"),
    "half a penny": (good(list_unit_price="0.005"), "below_minor_unit"),
    "more than there is": (good(list_unit_price="99999999999999999"), "too_large"),
    "more than fits": (good(list_unit_price="999999999999", quantity="999999999"), "too_large"),
    "another currency": (good(currency="EUR"), "currency_mismatch"),
    "no such currency": (good(currency="euro"), "currency_mismatch"),
    "a discount above the price": (good(line_discount="20.00"), "negative_money"),
    "more returned than bought": (good(returned_quantity="3"), "more_returned_than_bought"),
    "no time": (good(placed_at="yesterday"), "bad_time"),
    "time before time": (good(placed_at="0001-01-01T00:00:00+14:00"), "bad_time"),
    "no product": (good(sku=" "), "missing_field"),
    "a control character": (good(sku="LA\u202eMP"), "bad_value"),
    "an unknown status": (good(status="lost"), "unknown_status"),
    "a tax of 900 %": (good(tax_rate="9"), "bad_tax_rate"),
    "a flag that is none": (good(is_gift="maybe"), "bad_flag"),
    "an unknown record": (good(record="gift"), "unknown_record"),
    "lines that do not sum to the total": (good(order_total="19.00"), "lines_do_not_sum_to_total"),
    "a discount above the goods": (good(order_discount="20.00"), "negative_money"),
}


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize("name", NATIVE)
def test_a_broken_order_waits_in_quarantine(name: str, form: str, tmp_path: Path) -> None:
    broken, reason = NATIVE[name]
    rows = [good(order_ref="1"), {**broken, "order_ref": "2"}, good(order_ref="3")]
    acme = cast.acme()
    report = doors.import_orders(acme, native_file(tmp_path, rows, form), form)
    assert quarantine(acme) == [(2, reason)]
    assert (report["rows_read"], report["lines_new"], report["quarantined"]) == (3, 2, 1)
    assert doors.rows(acme, "SELECT external_ref FROM store_shoporder ORDER BY 1") == [("1",), ("3",)]


def native_file(directory: Path, rows: list[dict[str, str]], form: str) -> Path:
    if form == "csv":
        return doors.table_file(directory / "orders.csv", rows)
    per_line = {"sku", "quantity", "list_unit_price", "line_discount", "returned_quantity", "is_gift", "tax_rate", "record"}
    documents = []
    for row in rows:
        line = {name: row[name] for name in row if name in per_line}
        documents.append({**{name: row[name] for name in row if name not in per_line}, "lines": [line]})
    return doors.orders_file(directory, documents, form)


RETAIL = {
    "negative price": ({"Price": "-6.95"}, "negative_price"),
    "NaN": ({"Price": "nan"}, "not_a_number"),
    "1e400": ({"Price": "1e400"}, "not_a_number"),
    "full-width price": ({"Price": "６.９５"}, "not_a_number"),
    "full-width quantity": ({"Quantity": "１２"}, "bad_quantity"),
    "underscores": ({"Quantity": "1_2"}, "bad_quantity"),
    "endless quantity": ({"Quantity": "9" * 30}, "bad_quantity"),
    "more than fits": ({"Quantity": "999999999", "Price": "9999999999.00"}, "too_large"),
    "no invoice number": ({"Invoice": "=1+1"}, "bad_invoice_number"),
    "no time": ({"InvoiceDate": "01/12/2009 07:45"}, "bad_time"),
    "time before time": ({"InvoiceDate": "0001-01-01 00:00:00"}, "bad_time"),
    "bought a negative number": ({"Quantity": "-12"}, "bad_quantity"),
}


@pytest.mark.parametrize("name", RETAIL)
def test_a_broken_row_of_the_sheet_waits_in_quarantine(name: str, tmp_path: Path) -> None:
    changes, reason = RETAIL[name]
    acme = cast.acme(timezone="Asia/Shanghai")
    path = doors.table_file(tmp_path / "sheet.csv", [SHEET, {**SHEET, **changes}, SHEET])
    report = doors.import_orders(acme, path, "online-retail")
    assert quarantine(acme) == [(2, reason)]
    assert (report["rows_read"], report["sale_lines"], report["quarantined"]) == (3, 2, 1)


def test_rows_with_too_few_or_too_many_cells_wait_in_quarantine(tmp_path: Path) -> None:
    acme, path = cast.acme(), tmp_path / "orders.csv"
    path.write_text(f"{HEADER}\n{ROW}\n1002,LAMP\n{ROW},more\n1003,{ROW.split(',', 1)[1]}\n")
    assert doors.import_orders(acme, path, "csv")["lines_new"] == 2
    assert quarantine(acme) == [(2, "malformed"), (3, "malformed")]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "7",
        '"text"',
        "null",
        "[" * 100_000,
        '{"lines": 7}',
        '{"lines": [7]}',
        '{"lines": []}',
        '{"order_ref": {"a": 1}}',
    ],
    ids=lambda text: text[:20],
)
def test_a_broken_document_waits_in_quarantine(text: str, tmp_path: Path) -> None:
    acme, path = cast.acme(), tmp_path / "orders.jsonl"
    path.write_text(json.dumps(GOOD) + "\n\n" + text + "\n" + json.dumps(good(order_ref="1002")) + "\n")
    report = doors.import_orders(acme, path, "jsonl")
    assert (report["lines_new"], report["quarantined"]) == (2, 1)
    assert [row for row, _reason in quarantine(acme)] == [2]


def test_full_width_spaces_line_breaks_and_emoji_are_text(tmp_path: Path) -> None:
    acme = cast.acme()
    doors.import_orders(acme, doors.table_file(tmp_path / "orders.csv", [good(title="台灯\u3000暖光\n2 只 🎁")]), "csv")
    assert doors.rows(acme, "SELECT title FROM store_sku") == [("台灯 暖光 2 只 🎁",)]


def test_one_broken_line_keeps_its_whole_order_out_when_there_is_a_total(tmp_path: Path) -> None:
    """What is left would not sum to the total."""
    acme = cast.acme()
    rows = [good(order_total="39.96", line_no="1"), good(order_total="39.96", line_no="2", quantity="x"), good(order_ref="2")]
    report = doors.import_orders(acme, doors.table_file(tmp_path / "orders.csv", rows), "csv")
    assert quarantine(acme) == [(1, "lines_do_not_sum_to_total"), (2, "bad_quantity")]
    assert (report["lines_new"], report["rows_read"]) == (1, 3)


def test_corrected_rows_complete_what_was_imported(tmp_path: Path) -> None:
    """The raw rows of the quarantine, corrected, come back as lines behind those that are stored."""
    acme = cast.acme()
    rows = [good(), good(sku="MUG", quantity="x"), good(sku="CUP"), good(sku="PEN", list_unit_price="-1")]
    doors.import_orders(acme, doors.table_file(tmp_path / "orders.csv", rows), "csv")
    with scope(acme.id):
        broken = [json.loads(row.raw) for row in QuarantinedRow.objects.order_by("row_no")]
        first = doors.one(acme, "SELECT max(id) FROM store_importbatch")
    corrected = [{**broken[0], "quantity": "1"}, {**broken[1], "list_unit_price": "1.00"}]
    path = doors.table_file(tmp_path / "corrected.csv", corrected)
    for _ in range(2):
        batch = open_batch(
            shop=acme.context, path=path, file_name="c.csv", format_name="csv", stored=False, by=CLI, corrects=first
        )
        run_batch(batch=batch, shop=acme.context, path=path, at=timezone.now())
    lines = "SELECT l.line_no, k.code, l.quantity FROM store_shoporderline l JOIN store_sku k ON k.id = l.sku_id ORDER BY 1"
    assert doors.rows(acme, lines) == [(1, "LAMP", 2), (2, "CUP", 2), (3, "MUG", 1), (4, "PEN", 2)]
    assert doors.one(acme, "SELECT captured_amount FROM store_shoporder") == 1998 + 1998 + 999 + 200
    assert summary(batch, 0)["lines_new"] == 2


# Files that come again.


def content(merchant: cast.Merchant) -> list[tuple[Any, ...]]:
    return doors.rows(
        merchant,
        """SELECT o.external_ref, o.status, o.captured_amount, l.line_no, k.code, l.quantity, l.paid_amount, l.returned_quantity
           FROM store_shoporder o JOIN store_shoporderline l ON l.order_id = o.id JOIN store_sku k ON k.id = l.sku_id
           ORDER BY 1, 4""",
    )


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_the_same_file_twice_adds_nothing(form: str, tmp_path: Path) -> None:
    acme = cast.acme()
    documents = [{**good(order_ref=ref), "lines": [{"sku": "A"}, {"sku": "B"}]} for ref in ("1", "2")]
    path = doors.orders_file(tmp_path, documents, form)
    first = doors.import_orders(acme, path, form)
    before = content(acme)
    again = doors.import_orders(acme, path, form)
    assert (first["lines_new"], first["orders"]) == (4, 2)
    assert (again["lines_new"], again["lines_updated"], again["unchanged"]) == (0, 0, 4)
    assert content(acme) == before
    assert doors.rows(acme, "SELECT DISTINCT revision FROM store_shoporderline") == [(0,)]


def version(at: str, **changes: Any) -> dict[str, Any]:
    return {**good(updated_at=at), "lines": [{"sku": "LAMP", "line_no": "1", **changes}]}


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_newer_version_updates_and_an_older_one_is_ignored(form: str, tmp_path: Path) -> None:
    acme = cast.acme()
    newest = version("2026-03-09T00:00:00", returned_quantity="1")
    steps = [version("2026-03-05T00:00:00"), newest, version("2026-03-07T00:00:00"), newest]
    reports = [doors.import_orders(acme, doors.orders_file(tmp_path, [step], form), form) for step in steps]
    assert [(report["lines_new"], report["lines_updated"]) for report in reports] == [(1, 0), (0, 1), (0, 0), (0, 0)]
    assert content(acme) == [("1001", "paid", 1998, 1, "LAMP", 2, 1998, 1)]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_order_told_twice_in_one_file_counts_once(form: str, tmp_path: Path) -> None:
    """The newest version wins wherever it stands; an equal one that stands later wins over the earlier."""
    acme = cast.acme()
    newest = version("2026-03-09T00:00:00", returned_quantity="1")
    documents = [version("2026-03-05T00:00:00"), newest, newest, version("2026-03-07T00:00:00", quantity="5")]
    report = doors.import_orders(acme, doors.orders_file(tmp_path, documents, form), form)
    assert content(acme) == [("1001", "paid", 1998, 1, "LAMP", 2, 1998, 1)]
    assert (report["rows_read"], report["sale_lines"], report["skipped"]) == (4, 1, {"superseded": 3})


def test_the_lines_of_an_order_may_be_scattered(tmp_path: Path) -> None:
    """Numbered in file order per order, also across chunks; the discount is allocated when all are known."""
    acme = cast.acme()
    order = {"order_discount": "5.00", "order_total": "193.00", "quantity": "1"}
    rows = [good(order_ref="A", sku="ONE", list_unit_price="79", **order)]
    rows += [good(order_ref=f"F{n}") for n in range(50)]
    rows += [good(order_ref="A", sku="TWO", list_unit_price="119", **order)]
    doors.import_orders(acme, doors.table_file(tmp_path / "orders.csv", rows), "csv")
    assert [row[3:7] for row in content(acme) if row[0] == "A"] == [(1, "ONE", 1, 7701), (2, "TWO", 1, 11599)]
    assert doors.one(acme, "SELECT captured_amount FROM store_shoporder WHERE external_ref = 'A'") == 19_300


# Prices.

PRICE = {"sku": "LAMP", "price": "8.00", "valid_from": "2026-03-06"}
PRICES = {
    "negative price": ({"price": "-8.00"}, "negative_money"),
    "NaN": ({"price": "NaN"}, "not_a_number"),
    "1e400": ({"price": "1e400"}, "not_a_number"),
    "full-width digits": ({"price": "８"}, "not_a_number"),
    "a tenth of a penny": ({"price": "8.001"}, "too_many_decimals"),
    "no such currency": ({"currency": "euro"}, "bad_currency"),
    "an end before the beginning": ({"valid_to": "2026-03-05"}, "bad_interval"),
    "no time": ({"valid_from": "soon"}, "bad_time"),
    "no product": ({"sku": ""}, "missing_sku"),
    "an unknown product": ({"sku": "NONE"}, "unknown_sku"),
    "half a piece in stock": ({"stock": "0.5"}, "bad_stock"),
    "an unknown source": ({"source": "rumour"}, "unknown_source"),
}


@pytest.mark.parametrize("name", PRICES)
def test_a_broken_price_is_reported_and_the_rest_stored(name: str, tmp_path: Path) -> None:
    changes, reason = PRICES[name]
    acme = cast.acme()
    doors.import_orders(acme, doors.table_file(tmp_path / "orders.csv", [GOOD]), "csv")
    path = doors.table_file(tmp_path / "prices.csv", [{**PRICE, **changes}, {**PRICE, "valid_from": "2026-03-07"}])
    report = doors.import_prices(acme, path)
    assert (report["points_written"], report["broken"]) == (1, [{"row": 1, "reason": reason}])
    assert doors.import_prices(acme, path)["points_written"] == 0


@pytest.mark.parametrize("text", ["sku,price\nLAMP,8\n", "sku,price,valid_from,colour\nLAMP,8,2026-03-06,red\n", ""])
def test_a_file_that_is_no_price_list_is_refused(text: str, tmp_path: Path) -> None:
    acme, path = cast.acme(), tmp_path / "prices.csv"
    path.write_text(text)
    with pytest.raises(CommandError):
        doors.import_prices(acme, path)
    assert doors.rows(acme, "SELECT 1 FROM store_pricepoint") == []


@pytest.mark.parametrize(
    ("command", "names", "row"),
    [
        ("import_prices", "sku,valid_from,price", "LAMP,2026-03-06,1,288.00"),
        ("import_coupons", "code,valid_from,amount,threshold", "C200,2026-03-06,200,1,500"),
        (
            "import_promotions", "code,purchase_from,purchase_to,protected_until,sku_codes",
            "DOUBLE11,2026-03-01,2026-03-10,2026-03-31,LAMP,TENT",
        ),
    ],
)  # fmt: skip
def test_a_comma_that_nobody_quoted_loses_no_end(command: str, names: str, row: str, tmp_path: Path) -> None:
    """1,288.00 would be stored as 1."""
    acme, path = cast.acme(), tmp_path / "table.csv"
    path.write_text(f"{names}\n{row}\n")
    report = doors.command(command, path, "--shop", acme.shop_name)
    assert report["quarantined"] == 1
    tables = ("store_pricepoint", "store_coupon", "store_promotion")
    assert [doors.rows(acme, f"SELECT 1 FROM {table}") for table in tables] == [[], [], []]
