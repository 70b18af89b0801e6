"""What changes from file to file: presale balances, refund requests and their outcomes, lines that come and go."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from marketplace.outbox.directory import lookup
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.store.ingest.operations import open_batch, run_batch
from orders.store.models import Buyer
from tests import cast
from tests.engine import doors

pytestmark = pytest.mark.django_db(transaction=True)

ORDER = {"order_ref": "P1", "buyer_ref": "B1", "placed_at": "2026-10-24T20:00:00"}
PRESALE = {
    **ORDER,
    "presale_activity": "D11",
    "deposit": "100.00",
    "deposit_paid_at": "2026-10-24T20:01:00",
    "balance": "700.00",
    "balance_opens_at": "2026-11-11T01:00:00",
    "balance_closes_at": "2026-11-12T00:00:00",
}
REQUEST = {"record": "refund_request", "order_ref": "R1", "buyer_ref": "B1", "placed_at": "2026-11-02T10:00:00"}
LAMP = {"sku": "LAMP", "quantity": "3", "list_unit_price": "10.00"}
both = pytest.mark.parametrize("form", ["csv", "jsonl"])


def bring(acme: cast.Merchant, folder: Path, form: str, *documents: dict[str, Any], lines: Any = None) -> dict[str, Any]:
    found = [{**document, "lines": document.get("lines") or lines or [LAMP]} for document in documents]
    return doors.import_orders(acme, doors.orders_file(folder, found, form), form)


def bought(*lines: tuple[str, int], **facts: str) -> dict[str, Any]:
    found = [{"sku": sku, "quantity": str(quantity), "list_unit_price": "10.00"} for sku, quantity in lines]
    return {**ORDER, **facts, "lines": found}


# Presale.


@both
def test_a_deposit_is_all_that_was_captured_until_the_balance_is_paid(form: str, tmp_path: Path) -> None:
    acme, line = cast.acme(), {"sku": "TENT", "quantity": "1", "list_unit_price": "1000.00", "paid": "800.00"}
    columns = "status, paid_at, captured_amount, presale_activity, deposit_amount, balance_amount, balance_paid_at"
    facts = f"SELECT {columns} FROM store_shoporder"
    bring(acme, tmp_path, form, {**PRESALE, "updated_at": "2026-10-24T20:02:00"}, lines=[line])
    assert doors.rows(acme, facts) == [("open", None, 10_000, "D11", 10_000, 70_000, None)]
    owing = "SELECT count(*) FROM store_shoporder WHERE deposit_paid_at IS NOT NULL AND balance_paid_at IS NULL"
    assert doors.one(acme, owing) == 1
    settled = {**PRESALE, "balance_paid_at": "2026-11-11T01:10:00", "updated_at": "2026-11-11T01:11:00"}
    assert bring(acme, tmp_path, form, settled, lines=[line])["lines_updated"] == 1
    at = doors.moment("2026-11-11T01:10:00+00:00")
    assert doors.rows(acme, facts) == [("paid", at, 80_000, "D11", 10_000, 70_000, at)]
    assert doors.rows(acme, "SELECT paid_at, deposit_paid_at IS NOT NULL FROM store_shoporderline") == [(at, True)]
    bring(acme, tmp_path, form, {**PRESALE, "updated_at": "2026-10-25T00:00:00"}, lines=[line])
    assert doors.one(acme, owing) == 0, "an older version is ignored"


@both
def test_a_refunded_deposit_a_moved_window_and_a_balance_said_to_be_paid(form: str, tmp_path: Path) -> None:
    acme = cast.acme()
    moved = {**PRESALE, "balance_opens_at": "2026-11-11T20:00:00", "deposit_refunded_at": "2026-11-01T00:00:00"}
    bring(acme, tmp_path, form, PRESALE)
    bring(acme, tmp_path, form, moved, {**PRESALE, "order_ref": "P2", "status": "delivered"})
    found = doors.rows(
        acme, "SELECT external_ref, balance_opens_at, deposit_refunded_at, balance_paid_at FROM store_shoporder ORDER BY 1"
    )
    opens, refunded = doors.moment("2026-11-11T20:00:00+00:00"), doors.moment("2026-11-01T00:00:00+00:00")
    assert found[0] == ("P1", opens, refunded, None)
    assert found[1][3] == doors.moment("2026-10-24T20:00:00+01:00"), "a delivered order owes nothing"


# Buyers.


def address(acme: cast.Merchant, channel: str) -> Any:
    with scope(acme.id):
        buyer = Buyer.objects.get(merchant_id=acme.id)
        return lookup(acme.id, channel, [buyer.pk, 0])[buyer.pk]


@both
def test_a_buyer_is_reached_by_mail_and_phone_in_his_language(form: str, tmp_path: Path) -> None:
    acme = cast.acme(timezone="Asia/Shanghai")
    known = {"email": "An@Example.com", "phone": "+86 138-0013 8000", "language": "en-GB", "consent": "yes"}
    bring(acme, tmp_path, form, {**ORDER, **known})
    assert address(acme, "email").to == "An@Example.com"
    found = address(acme, "sms")
    assert (found.to, found.language, found.timezone) == ("+8613800138000", "en", "Asia/Shanghai")
    assert (found.commercial_consent, found.opted_out, address(acme, "in_app").to) == (True, False, "B1")
    bring(acme, tmp_path, form, {**ORDER, "order_ref": "P2"})
    assert address(acme, "sms") == found, "a record that says nothing of the buyer changes nothing"
    bring(acme, tmp_path, form, {**ORDER, "opted_out_at": "2026-11-01T00:00:00"})
    bring(acme, tmp_path, form, {**ORDER, "consent": "yes"})
    assert (address(acme, "email").opted_out, address(acme, "email").commercial_consent) == (True, False)


@pytest.mark.parametrize(
    ("contact", "mail", "phone"),
    [
        ("b@example.com", "b@example.com", ""),
        ("138 0013 8000", "", "13800138000"),
        ("138****8000", "", ""),
        ("b***@example.com", "", ""),
        ("wechat: lamp", "", ""),
    ],
)
def test_a_contact_is_recognised_and_a_masked_one_left_out(contact: str, mail: str, phone: str, tmp_path: Path) -> None:
    acme = cast.acme()
    assert bring(acme, tmp_path, "csv", {**ORDER, "contact": contact})["lines_new"] == 1
    assert (address(acme, "email").to, address(acme, "sms").to) == (mail, phone)
    assert address(acme, "email").language == "zh-hans", "the shop's"


# Refund requests.

REQUESTS = "SELECT reason_code, buyer_text, outcome, state, quantity FROM store_refundrequest ORDER BY id"
RETURNED = "SELECT returned_quantity FROM store_shoporderline"
WORDS = "裤子买瘦了\u3000要退 👨\u200d👩\u200d👧\u202e"


def asked(outcome: str = "", at: str = "2026-11-02T10:00:00", quantity: int = 2, **facts: str) -> dict[str, Any]:
    line = {"sku": "LAMP", "quantity": str(quantity), "list_unit_price": "10.00", "line_no": "1"}
    return {**REQUEST, "outcome": outcome, "updated_at": at, **facts, "lines": [line]}


@both
def test_a_request_comes_with_its_reason_words_and_deadline(form: str, tmp_path: Path) -> None:
    acme = cast.acme()
    facts = {"reason_code": "SIZE", "buyer_text": WORDS, "deadline_at": "2026-11-04T10:00:00"}
    bring(acme, tmp_path, form, ORDER, asked(**facts))
    assert doors.rows(acme, REQUESTS) == [("SIZE", "裤子买瘦了 要退 👨\u200d👩\u200d👧", "open", "single", 2)]
    assert doors.one(acme, "SELECT deadline_at FROM store_refundrequest") == doors.moment("2026-11-04T10:00:00+00:00")
    assert doors.one(acme, RETURNED) == 2


@both
def test_a_withdrawn_request_gives_its_units_back_and_keeps_its_match(form: str, tmp_path: Path) -> None:
    acme = cast.acme()
    bring(acme, tmp_path, form, ORDER, asked(reason_code="SIZE"))
    report = bring(acme, tmp_path, form, asked("withdrawn", "2026-11-03T10:00:00"))
    assert report["requests_updated"] == 1
    assert doors.rows(acme, REQUESTS) == [("SIZE", "", "withdrawn", "single", 2)]
    assert (doors.one(acme, RETURNED), doors.one(acme, "SELECT quantity FROM store_refundallocation")) == (0, 2)
    assert doors.one(acme, "SELECT closed_at FROM store_refundrequest") == doors.moment("2026-11-03T10:00:00+00:00")
    for repeat in (asked("withdrawn", "2026-11-03T10:00:00"), asked("open", "2026-11-02T12:00:00")):
        assert bring(acme, tmp_path, form, repeat)["requests_updated"] == 0
    bring(acme, tmp_path, form, asked("open", "2026-11-05T10:00:00"))
    assert (doors.one(acme, RETURNED), doors.rows(acme, "SELECT outcome, closed_at FROM store_refundrequest")) == (
        2,
        [("open", None)],
    )
    bring(acme, tmp_path, form, asked("refunded", "2026-11-06T10:00:00"))
    bring(acme, tmp_path, form, asked("rejected", "2026-11-07T10:00:00"))
    assert doors.one(acme, RETURNED) == 0


@both
def test_a_request_for_another_number_of_units_is_matched_again(form: str, tmp_path: Path) -> None:
    acme = cast.acme()
    bring(acme, tmp_path, form, ORDER, asked())
    bring(acme, tmp_path, form, asked("", "2026-11-03T10:00:00", quantity=3))
    assert (doors.one(acme, RETURNED), doors.rows(acme, "SELECT quantity FROM store_refundallocation")) == (3, [(3,)])


@both
def test_a_request_that_was_withdrawn_before_we_heard_of_it_takes_nothing(form: str, tmp_path: Path) -> None:
    acme = cast.acme()
    second = {**asked(quantity=3), "order_ref": "R2"}
    bring(acme, tmp_path, form, ORDER, asked("withdrawn", quantity=3), second)
    assert [row[2:4] for row in doors.rows(acme, REQUESTS)] == [("withdrawn", "single"), ("open", "single")]
    assert doors.one(acme, RETURNED) == 3


BROKEN = {
    "unknown outcome": ({"outcome": "lost"}, "unknown_outcome"),
    "closed but open": ({"closed_at": "2026-11-03T10:00:00"}, "closed_without_outcome"),
    "no deadline": ({"deadline_at": "soon"}, "bad_time"),
}


@both
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_request_waits_in_quarantine(name: str, form: str, tmp_path: Path) -> None:
    acme, (changes, reason) = cast.acme(), BROKEN[name]
    report = bring(acme, tmp_path, form, ORDER, {**asked(), **changes})
    assert doors.rows(acme, "SELECT row_no, reason FROM store_quarantinedrow") == [(2, reason)]
    assert (report["rows_read"], report["quarantined"], report["refund_requests"]) == (2, 1, 0)


def correct(acme: cast.Merchant, folder: Path, form: str, rows: list[dict[str, Any]]) -> None:
    path = doors.table_file(folder / "corrected.csv", rows)
    first = doors.one(acme, "SELECT max(id) FROM store_importbatch")
    batch = open_batch(shop=acme.context, path=path, file_name="c.csv", format_name=form, stored=False, by=CLI, corrects=first)
    run_batch(batch=batch, shop=acme.context, path=path, at=timezone.now())


def test_corrected_refund_rows_go_behind_those_that_are_stored(tmp_path: Path) -> None:
    """Both would be line 1 of their request: the second must not be taken for the first."""
    acme = cast.acme()
    common = {"record": "refund_request", "order_ref": "R1", "buyer_ref": "B1", "placed_at": "2026-11-02T10:00:00"}
    rows = [
        {**common, "sku": "LAMP", "quantity": "1", "list_unit_price": "10"},
        {**common, "sku": "CUP", "quantity": "x", "list_unit_price": "5"},
    ]
    doors.import_orders(acme, doors.table_file(tmp_path / "r.csv", rows), "csv")
    correct(acme, tmp_path, "csv", [{**rows[1], "quantity": "2"}])
    found = "SELECT r.line_no, k.code, r.quantity FROM store_refundrequest r JOIN store_sku k ON k.id = r.sku_id ORDER BY 1"
    assert doors.rows(acme, found) == [(1, "LAMP", 1), (2, "CUP", 2)]


# Lines that come and go.

LINES = """
SELECT l.line_no, k.code, l.quantity, l.returned_quantity, l.removed_at IS NOT NULL
FROM store_shoporderline l JOIN store_sku k ON k.id = l.sku_id ORDER BY 1
"""


@both
def test_a_line_that_left_its_order_cannot_be_claimed(form: str, tmp_path: Path) -> None:
    acme = cast.acme()
    bring(acme, tmp_path, form, bought(("LAMP", 1), ("MUG", 2), ("POT", 3)))
    report = bring(acme, tmp_path, form, bought(("LAMP", 1), ("POT", 3)))
    assert (report["lines_removed"], report["lines_updated"], report["lines_new"]) == (1, 0, 0)
    assert doors.rows(acme, LINES) == [(1, "LAMP", 1, 0, False), (2, "MUG", 2, 2, True), (3, "POT", 3, 0, False)]
    doors.import_prices(acme, doors.table_file(tmp_path / "p.csv", [{"sku": "MUG", "price": "8", "valid_from": "2026-10-25"}]))
    assert doors.run_program(acme, "2026-10-26T00:00:00+00:00")["claims"] == 0
    bring(acme, tmp_path, form, bought(("MUG", 2), ("LAMP", 1), ("POT", 3), ("CUP", 1)))
    assert doors.rows(acme, LINES) == [
        (1, "LAMP", 1, 0, False), (2, "MUG", 2, 0, False), (3, "POT", 3, 0, False), (4, "CUP", 1, 0, False),
    ]  # fmt: skip
    assert doors.run_program(acme, "2026-10-26T00:00:00+00:00")["claims"] == 1


@both
def test_control_a_line_that_stays_can_be_claimed(form: str, tmp_path: Path) -> None:
    acme = cast.acme()
    bring(acme, tmp_path, form, bought(("LAMP", 1), ("MUG", 2)))
    doors.import_prices(acme, doors.table_file(tmp_path / "p.csv", [{"sku": "MUG", "price": "8", "valid_from": "2026-10-25"}]))
    assert doors.run_program(acme, "2026-10-26T00:00:00+00:00")["claims"] == 1


@both
def test_an_older_version_removes_nothing(form: str, tmp_path: Path) -> None:
    acme = cast.acme()
    bring(acme, tmp_path, form, bought(("LAMP", 1), ("MUG", 2), updated_at="2026-11-02T00:00:00"))
    assert bring(acme, tmp_path, form, bought(("LAMP", 1), updated_at="2026-11-01T00:00:00"))["lines_removed"] == 0


STATUS = "SELECT status, source_updated_at IS NOT NULL FROM store_shoporder"
STAMP = {"updated_at": "2026-11-02T00:00:00"}


@both
def test_rows_without_a_version_give_way_to_what_has_one_and_are_counted(form: str, tmp_path: Path) -> None:
    """Whoever sends them believes they were taken: they must not pass for unchanged."""
    acme = cast.acme()
    new = {**ORDER, "order_ref": "P2", "lines": [LAMP]}
    bring(acme, tmp_path, form, bought(("LAMP", 1), ("MUG", 2), **STAMP), asked())
    silent = {name: value for name, value in asked("withdrawn").items() if name != "updated_at"}
    report = bring(acme, tmp_path, form, bought(("LAMP", 5), status="cancelled"), silent, new)
    assert (report["skipped"], report["rows_read"], report["unchanged"]) == ({"unversioned": 2}, 3, 0)
    assert (report["lines_new"], report["lines_updated"], report["requests_updated"]) == (1, 0, 0)
    assert doors.rows(acme, STATUS + " WHERE external_ref = 'P1'") == [("paid", True)]
    assert [row[:3] for row in doors.rows(acme, LINES)[:1]] == [(1, "LAMP", 1)]
    assert doors.one(acme, "SELECT outcome FROM store_refundrequest") == "open"


@both
def test_rows_older_than_what_is_stored_are_counted_apart(form: str, tmp_path: Path) -> None:
    acme = cast.acme()
    bring(acme, tmp_path, form, bought(("LAMP", 1), **STAMP), asked())
    older = bring(acme, tmp_path, form, bought(("LAMP", 5), updated_at="2026-11-01T00:00:00"), asked(at="2026-11-01T00:00:00"))
    assert (older["skipped"], older["sale_lines"], older["refund_requests"]) == ({"outdated": 2}, 0, 0)
    same = bring(acme, tmp_path, form, bought(("LAMP", 1), **STAMP), asked())
    assert (same["skipped"], same["unchanged"], same["lines_updated"]) == ({}, 1, 0)


@both
def test_control_rows_with_a_version_change_what_has_none(form: str, tmp_path: Path) -> None:
    acme = cast.acme()
    bring(acme, tmp_path, form, bought(("LAMP", 1)))
    bring(acme, tmp_path, form, bought(("LAMP", 1), status="cancelled"))
    assert doors.rows(acme, STATUS) == [("cancelled", False)]
    bring(acme, tmp_path, form, bought(("LAMP", 1), status="paid", **STAMP))
    assert doors.rows(acme, STATUS) == [("paid", True)]


@both
def test_what_buyers_sent_back_stays_back_when_a_line_comes_again(form: str, tmp_path: Path) -> None:
    acme = cast.acme()
    bring(acme, tmp_path, form, bought(("MUG", 1), ("LAMP", 3)), asked())
    bring(acme, tmp_path, form, bought(("MUG", 1)))
    bring(acme, tmp_path, form, asked("withdrawn", "2026-11-03T10:00:00"))
    assert doors.rows(acme, LINES)[1] == (2, "LAMP", 3, 3, True), "nothing is given back to a line that is gone"
    bring(acme, tmp_path, form, asked("refunded", "2026-11-04T10:00:00"))
    bring(acme, tmp_path, form, bought(("MUG", 1), ("LAMP", 3)))
    refunded = doors.one(acme, "SELECT sum(quantity) FROM store_refundallocation") or 0
    assert doors.rows(acme, LINES)[1] == (2, "LAMP", 3, refunded, False)


def test_lines_with_numbers_stay_where_they_say(tmp_path: Path) -> None:
    acme = cast.acme()
    line = {"quantity": "1", "list_unit_price": "10.00"}
    bring(
        acme, tmp_path, "jsonl", {**ORDER, "lines": [{"sku": "A", "line_no": "7", **line}, {"sku": "B", "line_no": "9", **line}]}
    )
    bring(acme, tmp_path, "jsonl", {**ORDER, "lines": [{"sku": "C", "line_no": "9", **line}]})
    assert doors.rows(acme, LINES) == [(7, "A", 1, 1, True), (9, "C", 1, 0, False)]


def test_a_whole_corrected_file_finds_the_lines_of_the_broken_one_and_of_its_correction(tmp_path: Path) -> None:
    acme = cast.acme()
    row = {**ORDER, "quantity": "1", "list_unit_price": "10.00"}
    good = [{**row, "sku": sku} for sku in ("MUG", "LAMP", "POT", "LAMP")]
    broken = [{**good[0], "quantity": "x"}, *good[1:]]
    doors.import_orders(acme, doors.table_file(tmp_path / "b.csv", broken), "csv")
    correct(acme, tmp_path, "csv", [good[0]])
    before = [(1, "LAMP", 1, 0, False), (2, "POT", 1, 0, False), (3, "LAMP", 1, 0, False), (4, "MUG", 1, 0, False)]
    assert doors.rows(acme, LINES) == before
    for rows in (broken, good):
        report = doors.import_orders(acme, doors.table_file(tmp_path / "g.csv", rows), "csv")
        assert (report["lines_new"], report["lines_updated"], report["lines_removed"]) == (0, 0, 0)
    assert doors.rows(acme, LINES) == before
    assert doors.one(acme, "SELECT captured_amount FROM store_shoporder") == 4_000


# Counts.


@both
def test_the_row_classes_add_up_whatever_is_in_the_file(form: str, tmp_path: Path) -> None:
    """A document in quarantine is one row, however many lines it has; a stored one is as many rows as it has lines."""
    acme = cast.acme()
    good, broken = bought(("LAMP", 1), ("MUG", 2)), bought(("LAMP", 1), ("CUP", 1), order_ref="P2", placed_at="never")
    report = bring(acme, tmp_path, form, good, broken, asked("lost"), asked())
    quarantined = 3 if form == "csv" else 2
    classes = [report[name] for name in ("sale_lines", "refund_requests", "quarantined")]
    assert (classes, report["skipped"], report["rows_read"]) == ([2, 1, quarantined], {}, 3 + quarantined)
    assert doors.one(acme, "SELECT count(*) FROM store_quarantinedrow") == report["quarantined"]
    assert report["sale_lines"] == report["lines_new"] + report["lines_updated"] + report["unchanged"]
