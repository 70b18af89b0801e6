"""From a file on somebody's desk to orders in the list, in the browser's own requests."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from marketplace.tenancy.scope import scope
from orders.store.models import ImportBatch
from tests import cast
from tests.engine import doors
from tests.pages.text import text

pytestmark = pytest.mark.django_db(transaction=True)

Worker = Callable[[], list[str]]
Row = dict[str, Any]
LINES = "SELECT o.external_ref, l.line_no, k.code, l.paid_amount FROM store_shoporderline l" \
    " JOIN store_shoporder o ON o.id = l.order_id JOIN store_sku k ON k.id = l.sku_id ORDER BY 1, 2"  # fmt: skip


def row(ref: str, sku: str, price: str, **more: Any) -> Row:
    return {"order_ref": ref, "sku": sku, "quantity": "1", "list_unit_price": price, "placed_at": "2026-03-02T10:00:00", **more}


def as_csv(rows: list[Row]) -> str:
    names = list(dict.fromkeys(name for found in rows for name in found))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def as_jsonl(rows: list[Row]) -> str:
    line = ("sku", "quantity", "list_unit_price", "title")
    documents = [
        {**{k: v for k, v in r.items() if k not in line}, "lines": [{k: v for k, v in r.items() if k in line}]} for r in rows
    ]
    return "".join(json.dumps(document) + "\n" for document in documents)


def upload(client: Client, acme: cast.Merchant, content: str | bytes, form: str = "csv", name: str = "march.csv") -> HttpResponse:
    file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
    return client.post(reverse("imports:list"), {"file": file, "shop": acme.shop.pk, "format": form})


def correct(client: Client, page: str, content: str) -> HttpResponse:
    return client.post(f"{page}correct/", {"file": SimpleUploadedFile("corrected.csv", content.encode())})


def kept_files() -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_an_uploaded_file_becomes_orders(sign_in: Callable[..., Client], worker: Worker) -> None:
    acme = cast.acme()
    client = sign_in(acme.owner)
    page = upload(client, acme, as_csv([row("N1", "LAMP", "10"), row("N1", "CUP", "5"), row("N2", "CUP", "5")])).url
    waiting = client.get(page)
    assert ("Waiting for a worker" in text(waiting), len(kept_files())) == (True, 1)
    assert f'hx-get="{page}progress/"' in waiting.content.decode()
    assert "HX-Refresh" not in client.get(f"{page}progress/")
    assert worker() == ["store.import.continued"]
    assert client.get(f"{page}progress/")["HX-Refresh"] == "true"
    assert "hx-get" not in client.get(page).content.decode().split("<main")[1].split("</main>")[0]
    assert doors.rows(acme, LINES) == [("N1", 1, "LAMP", 1000), ("N1", 2, "CUP", 500), ("N2", 1, "CUP", 500)]
    assert kept_files() == []
    assert {"N1", "N2"} <= set(text(client.get(reverse("orders:list"))).split())


def test_the_same_file_twice_adds_nothing(sign_in: Callable[..., Client], worker: Worker) -> None:
    acme = cast.acme()
    client, content = sign_in(acme.owner), as_csv([row("N1", "LAMP", "10")])
    first = upload(client, acme, content).url
    assert upload(client, acme, content).url == first
    assert ("is being imported already" in text(client.get(first)), len(kept_files())) == (True, 1)
    worker()
    again = upload(client, acme, content).url
    worker()
    assert again != first
    assert doors.rows(acme, LINES) == [("N1", 1, "LAMP", 1000)]
    with scope(acme.id):
        assert [batch.counts.get("lines_new", 0) for batch in ImportBatch.objects.order_by("id")] == [1, 0]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "empty"),
        (b"\xff\xfe\x00\x01\x02", ""),
        (b"\x1f\x8b\x08\x00broken", "gzip"),
        ("order_ref,sku\nN1,A\n", "columns"),
        ("a" * 2_000_000, "longer"),
    ],
    ids=["empty", "binary", "broken gzip", "missing column", "one long line"],
)
def test_a_file_that_cannot_be_read_says_why(
    sign_in: Callable[..., Client], worker: Worker, content: str | bytes, says: str
) -> None:
    acme = cast.acme()
    client = sign_in(acme.owner)
    found = upload(client, acme, content)
    if found.status_code == 302:
        worker()
        shown = text(client.get(found.url))
        assert "Failed" in shown
    else:
        shown = text(found)
        assert found.status_code == 400
    assert says in shown
    assert (doors.rows(acme, LINES), kept_files()) == ([], [])


def test_a_form_without_a_file_is_shown_again(sign_in: Callable[..., Client]) -> None:
    acme = cast.acme()
    found = sign_in(acme.owner).post(reverse("imports:list"), {"shop": acme.shop.pk, "format": "csv"})
    assert (found.status_code, "This field is required" in text(found)) == (400, True)


def test_a_file_that_is_too_large_is_refused(sign_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MAX_UPLOAD_BYTES", 10)
    acme = cast.acme()
    found = upload(sign_in(acme.owner), acme, as_csv([row("N1", "LAMP", "10")]))
    assert (found.status_code, "larger than" in text(found), kept_files()) == (400, True, [])


@pytest.mark.parametrize(("form", "written"), [("csv", as_csv), ("jsonl", as_jsonl)])
def test_corrected_rows_are_added_once_and_nothing_else(
    sign_in: Callable[..., Client], worker: Worker, form: str, written: Callable[[list[Row]], str]
) -> None:
    acme = cast.acme()
    client = sign_in(acme.owner)
    rows = [row("N1", "LAMP", "10"), row("N2", "CUP", "-5"), row("N3", "CUP", "5"), row("N4", "ROPE", "NaN")]
    page = upload(client, acme, written(rows), form).url
    worker()
    assert [found[0] for found in doors.rows(acme, LINES)] == ["N1", "N3"]
    download = client.get(f"{page}quarantine/")
    quarantined = download.content.decode()
    assert "attachment" in download["Content-Disposition"]
    assert [ref for ref in ("N1", "N2", "N3", "N4") if ref in quarantined] == ["N2", "N4"]
    corrected = quarantined.replace("-5", "6").replace("NaN", "7")
    for _twice in range(2):
        assert correct(client, page, corrected).status_code == 302
        worker()
        added = [("N2", 1, "CUP", 600), ("N4", 1, "ROPE", 700)]
        assert doors.rows(acme, LINES) == sorted([("N1", 1, "LAMP", 1000), ("N3", 1, "CUP", 500), *added])


def test_a_corrected_row_joins_the_lines_its_order_has(sign_in: Callable[..., Client], worker: Worker) -> None:
    acme = cast.acme()
    client = sign_in(acme.owner)
    page = upload(client, acme, as_csv([row("N1", "LAMP", "10"), row("N1", "CUP", "-5")])).url
    worker()
    correct(client, page, client.get(f"{page}quarantine/").content.decode().replace("-5", "5"))
    worker()
    assert [found[2:] for found in doors.rows(acme, LINES)] == [("LAMP", 1000), ("CUP", 500)]
    assert doors.one(acme, "SELECT captured_amount FROM store_shoporder") == 1500


FORMULAS = ["=1+1", "+44 20", "-2+3|calc", "@SUM(A1)", "\t=1"]


def test_exported_cells_cannot_run_in_a_spreadsheet(sign_in: Callable[..., Client], worker: Worker) -> None:
    acme = cast.acme()
    client = sign_in(acme.owner)
    upload(client, acme, as_jsonl([row(f"{formula}#{n}", "LAMP", "10") for n, formula in enumerate(FORMULAS)]), "jsonl")
    worker()
    found = b"".join(client.get(reverse("orders:export")).streaming_content).decode("utf-8-sig")
    refs = [cells["order_ref"] for cells in csv.DictReader(io.StringIO(found))]
    assert len(refs) >= 4
    assert [ref for ref in refs if ref[:1] in "=+-@\t\r"] == []
    assert any(ref.startswith("'=1+1") for ref in refs)


def test_quarantined_cells_cannot_run_either_and_come_back_unchanged(sign_in: Callable[..., Client], worker: Worker) -> None:
    acme = cast.acme()
    client = sign_in(acme.owner)
    rows = [row(f"N{n}", f"{formula}X", "-5", title=formula) for n, formula in enumerate(FORMULAS[:4])]
    page = upload(client, acme, as_csv(rows)).url
    worker()
    quarantined = client.get(f"{page}quarantine/").content.decode()
    cells = [cell for found in csv.reader(io.StringIO(quarantined)) for cell in found]
    assert [cell for cell in cells if cell[:1] in tuple("=+-@") and cell != "-5"] == []
    assert "-5" in cells, "a number stays one, so that it can be corrected"
    correct(client, page, quarantined.replace("-5", "5"))
    worker()
    assert [code for _ref, _no, code, _paid in doors.rows(acme, LINES)] == [f"{formula}X" for formula in FORMULAS[:4]]


def test_an_export_holds_what_the_filter_shows(sign_in: Callable[..., Client], worker: Worker) -> None:
    acme = cast.acme()
    client = sign_in(acme.owner)
    upload(client, acme, as_csv([row("A1", "LAMP", "10"), row("B1", "LAMP", "10.50")]))
    worker()
    found = b"".join(client.get(reverse("orders:export"), {"q": "B"}).streaming_content).decode("utf-8-sig")
    assert [(r["order_ref"], r["captured"]) for r in csv.DictReader(io.StringIO(found))] == [("B1", "10.50")]


def test_prices_are_stored_and_broken_ones_named(sign_in: Callable[..., Client], worker: Worker) -> None:
    acme = cast.acme()
    client = sign_in(acme.owner)
    upload(client, acme, as_csv([row("A1", "LAMP", "10")]))
    worker()
    content = "sku,price,valid_from\nLAMP,8.00,2026-03-06T00:00:00\nLAMP,-1,2026-03-07T00:00:00\n"
    sent = {"price_file": SimpleUploadedFile("p.csv", content.encode()), "kind": "prices", "price_shop": acme.shop.pk}
    shown = text(client.post(reverse("imports:prices"), sent, follow=True))
    assert ("1 row is stored." in shown, "Row 2" in shown or "Row 3" in shown) == (True, True)
    assert doors.rows(acme, "SELECT amount FROM store_pricepoint") == [(800,)]
