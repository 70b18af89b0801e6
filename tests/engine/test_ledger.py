"""The ledger refuses what must not be, whoever asks; and a run needs the same number of statements for 10 lines as for 1,000."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import DatabaseError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from marketplace.ledger.operations import open_account, post_transfers
from marketplace.tenancy.scope import scope
from tests import cast
from tests.engine import doors
from tests.engine.market import AS_OF, assert_paid, fallen_prices

pytestmark = pytest.mark.django_db(transaction=True)
AT = doors.moment("2026-03-06T12:00:00+00:00")
LEDGER = ("ledger_ledgeraccount", "ledger_ledgertransfer", "ledger_ledgerentry")
ROLES = ("default", "system", "owner")


class Book:
    """A merchant's two accounts and a way to move money between them."""

    def __init__(self, merchant: cast.Merchant, *, floor: int | None = None) -> None:
        self.merchant = merchant
        with scope(merchant.id):
            self.source = open_account(merchant_id=merchant.id, code="refund_funding", currency="GBP", floor=floor)
            self.target = open_account(merchant_id=merchant.id, code="refunds_paid", currency="GBP")

    def post(self, keys: list[str], amounts: list[int], **changes: Any) -> int:
        wanted = {"kind": "test", "currency": "GBP", "debit": self.source, "credit": self.target, "at": AT, **changes}
        with scope(self.merchant.id):
            return post_transfers(**{"merchant_id": self.merchant.id, **wanted}, keys=keys, amounts=amounts)

    def state(self) -> tuple[int, int, dict[str, int]]:
        count = "SELECT (SELECT count(*) FROM ledger_ledgertransfer), (SELECT count(*) FROM ledger_ledgerentry)"
        transfers, entries = doors.rows(self.merchant, count)[0]
        return transfers, entries, doors.balances(self.merchant)


@pytest.fixture
def book() -> Book:
    made = Book(cast.acme())
    assert made.post(["first"], [500]) == 1
    return made


FIRST = (1, 2, {"refund_funding": -500, "refunds_paid": 500})


@contextmanager
def refused(says: str) -> Iterator[None]:
    with pytest.raises(DatabaseError, match=says):
        yield


# Whoever asks.


@pytest.mark.parametrize("alias", ROLES)
@pytest.mark.parametrize("table", ["ledger_ledgertransfer", "ledger_ledgerentry"])
@pytest.mark.parametrize("change", ["UPDATE {} SET amount = amount + 1", "DELETE FROM {}"], ids=["update", "delete"])
def test_nobody_changes_what_was_booked(change: str, table: str, alias: str, book: Book) -> None:
    with refused("append-only|permission denied"):
        tell(alias, book, change.format(table))
    assert book.state() == FIRST


@pytest.mark.parametrize("alias", ["default", "system"])
@pytest.mark.parametrize("table", LEDGER)
def test_only_the_functions_write(table: str, alias: str, book: Book) -> None:
    changes = ("INSERT INTO {0} SELECT * FROM {0}", "UPDATE {0} SET currency = 'EUR'", "TRUNCATE {0} CASCADE")
    for change in changes:
        with refused("permission denied"):
            tell(alias, book, change.format(table))
    assert book.state() == FIRST


def test_truncate_is_granted_to_nobody_on_no_table() -> None:
    granted = """
    SELECT c.relname, r.rolname FROM pg_class c CROSS JOIN pg_roles r
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND r.rolname IN ('shangban_app', 'shangban_system')
      AND has_table_privilege(r.oid, c.oid, 'TRUNCATE')"""
    with connections["owner"].cursor() as cursor:
        cursor.execute(granted)
        assert cursor.fetchall() == []


ONE_SIDED = """
INSERT INTO ledger_ledgerentry (merchant_id, transfer_id, account_id, amount, currency)
SELECT merchant_id, transfer_id, account_id, amount, currency FROM ledger_ledgerentry WHERE amount > 0
"""


def test_not_even_the_owner_books_one_side_only(book: Book) -> None:
    with refused("is off by 500 GBP"):
        tell("owner", book, ONE_SIDED)
    assert book.state() == FIRST


def test_control_without_the_trigger_one_side_is_booked(book: Book) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_ledgerentry DISABLE TRIGGER zero_sum")
    try:
        tell("owner", book, ONE_SIDED)
        assert book.state()[1] == 3
        with pytest.raises(AssertionError):
            doors.assert_books_balance(book.merchant)
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("ALTER TABLE ledger_ledgerentry ENABLE TRIGGER zero_sum")


def tell(alias: str, book: Book, statement: str) -> None:
    with scope(book.merchant.id, using=alias), connections[alias].cursor() as cursor:
        cursor.execute(statement)


# Whose money.


def test_another_merchants_accounts_cannot_be_used(book: Book) -> None:
    stranger = Book(cast.other())
    theirs = {"debit": stranger.source, "credit": stranger.target}
    for changes in ({"debit": stranger.source}, {"credit": stranger.target}, theirs):
        with refused("accounts of this merchant"):
            book.post(["theirs"], [1], **changes)
    assert (book.state(), stranger.state()) == (FIRST, (0, 0, {}))


def test_nobody_books_for_another_merchant_or_without_a_scope(book: Book) -> None:
    stranger = Book(cast.other())
    with refused("no scope for merchant"):
        book.post(["theirs"], [1], merchant_id=stranger.merchant.id, debit=stranger.source, credit=stranger.target)
    with refused("no scope for merchant"), scope(book.merchant.id):
        open_account(merchant_id=stranger.merchant.id, code="refunds_paid", currency="EUR")
    with refused("no scope for merchant"), transaction.atomic(), connection.cursor() as cursor:
        arguments = [book.merchant.id, "test", "GBP", book.source, book.target, ["x"], [1], AT]
        cursor.execute("SELECT post_transfers(%s, %s, %s, %s, %s, %s::text[], %s::bigint[], %s)", arguments)
    assert (book.state(), stranger.state()) == (FIRST, (0, 0, {}))


def test_a_merchant_sees_its_own_ledger_only(book: Book) -> None:
    stranger = Book(cast.other())
    stranger.post(["theirs"], [900])
    for table in LEDGER:
        assert doors.rows(book.merchant, f"SELECT DISTINCT merchant_id FROM {table}") == [(book.merchant.id,)]
    assert book.state() == FIRST


def test_accounts_of_another_currency_cannot_be_used(book: Book) -> None:
    with scope(book.merchant.id):
        euro = open_account(merchant_id=book.merchant.id, code="refunds_paid", currency="EUR")
    for changes in ({"credit": euro}, {"currency": "EUR"}, {"currency": "EUR", "credit": euro}, {"credit": book.source}):
        with refused("two different accounts"):
            book.post(["mixed"], [1], **changes)
    assert book.state() == FIRST


# Once.


def test_the_same_transfer_again_changes_nothing(book: Book) -> None:
    assert book.post(["first"], [500]) == 0
    assert book.post(["first", "second"], [500, 7]) == 1
    assert book.post(["second", "second"], [7, 7]) == 0
    assert book.state() == (2, 4, {"refund_funding": -507, "refunds_paid": 507})


@pytest.mark.parametrize(
    ("amount", "changes"),
    [(501, {}), (500, {"kind": "other"}), (500, {"debit": "target", "credit": "source"})],
    ids=["another amount", "another kind", "the other way round"],
)
def test_the_same_key_with_another_body_is_refused(amount: int, changes: dict[str, str], book: Book) -> None:
    turned = {name: getattr(book, value, value) for name, value in changes.items()}
    with refused("was posted with another body"):
        book.post(["new", "first"], [3, amount], **turned)
    assert book.state() == FIRST


def test_one_key_with_two_bodies_in_one_call_is_refused(book: Book) -> None:
    with refused("was posted with another body"):
        book.post(["new", "new"], [3, 4])
    assert book.state() == FIRST


@pytest.mark.parametrize("amounts", [[0], [-5], [1, 2]], ids=["nothing", "a negative amount", "more amounts than keys"])
def test_only_whole_positive_amounts_move(amounts: list[int], book: Book) -> None:
    with refused("transfer_positive|as many keys as amounts"):
        book.post(["new"], amounts)
    assert book.state() == FIRST


def test_an_account_never_falls_below_its_floor() -> None:
    book = Book(cast.acme(), floor=-1_000)
    assert book.post(["a"], [1_000]) == 1
    with refused("balance_above_floor"):
        book.post(["b"], [1])
    assert book.state() == (1, 2, {"refund_funding": -1_000, "refunds_paid": 1_000})
    assert book.post(["c"], [400], debit=book.target, credit=book.source) == 1
    assert book.post(["b"], [1]) == 1


def test_many_transfers_add_up(book: Book) -> None:
    amounts = [n * 7 + 1 for n in range(500)]
    assert book.post([f"k{n}" for n in range(500)], amounts) == 500
    assert doors.balances(book.merchant)["refunds_paid"] == 500 + sum(amounts)
    doors.assert_books_balance(book.merchant)
    assert doors.command("verify_ledger")["accounts_off"] == []


def test_the_verifier_finds_a_balance_that_somebody_changed(book: Book) -> None:
    tell("owner", book, "UPDATE ledger_ledgeraccount SET balance = balance + 1 WHERE code = 'refunds_paid'")
    with pytest.raises(CommandError, match="refunds_paid"):
        doors.command("verify_ledger")
    with pytest.raises(AssertionError):
        doors.assert_books_balance(book.merchant)


# The number of statements does not grow with the rows.


def statements(act: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def test_a_run_needs_as_many_statements_for_1000_lines_as_for_10(tmp_path: Path) -> None:
    counts = {}
    for orders in (10, 1_000):
        merchant = cast.merchant(f"with-{orders}")
        fallen_prices(tmp_path, merchant, orders)
        dry = statements(lambda merchant=merchant: doors.run_program(merchant, AS_OF, "--dry-run"))
        real = statements(lambda merchant=merchant: doors.run_program(merchant, AS_OF))
        counts[orders] = (dry, real, statements(lambda merchant=merchant: doors.run_program(merchant, AS_OF)))
        assert_paid(merchant, orders)
    assert counts[10] == counts[1_000]
    assert max(counts[10]) < 100


def test_an_import_needs_as_many_statements_for_1000_orders_as_for_10(tmp_path: Path) -> None:
    counts = {}
    for orders in (10, 1_000):
        merchant = cast.merchant(f"with-{orders}")
        counts[orders] = statements(lambda merchant=merchant, orders=orders: fallen_prices(tmp_path, merchant, orders))
    assert counts[10] == counts[1_000]
