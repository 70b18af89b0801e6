"""The public doors of the engine, as tests use them: the commands people type, and what the tables say afterwards."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection

from marketplace.tenancy.scope import scope
from tests.cast import Merchant

Document = Mapping[str, Any]


def command(name: str, *arguments: Any) -> dict[str, Any]:
    """Run a management command and return the one JSON object it prints."""
    out = io.StringIO()
    call_command(name, *map(str, arguments), "--json", stdout=out)
    return json.loads(out.getvalue())


def import_orders(merchant: Merchant, path: Path, form: str) -> dict[str, Any]:
    return command("import_orders", path, "--shop", merchant.shop_name, "--format", form)


def import_prices(merchant: Merchant, path: Path) -> dict[str, Any]:
    return command("import_prices", path, "--shop", merchant.shop_name)


def run_program(merchant: Merchant, as_of: str, *options: str, **changes: Any) -> dict[str, Any]:
    """One run of price protection; keywords become `--set KEY=VALUE`."""
    return run_any(merchant, "price_protection", as_of, *options, **changes)


def run_any(merchant: Merchant, program: str, as_of: str, *options: str, **changes: Any) -> dict[str, Any]:
    """One run of the program of this name."""
    sets = [part for name, value in changes.items() for part in ("--set", f"{name}={json.dumps(value)}")]
    return command("run_program", program, "--merchant", merchant.slug, "--as-of", as_of, *options, *sets)


def orders_file(directory: Path, documents: Sequence[Document], form: str) -> Path:
    """Orders with their `lines` as a JSONL or a CSV file; in CSV the order's fields are repeated on every line."""
    path = directory / f"orders.{form}"
    if form == "jsonl":
        path.write_text("".join(json.dumps(document, ensure_ascii=False) + "\n" for document in documents))
        return path
    rows = [{**_without_lines(document), **line} for document in documents for line in document["lines"]]
    return table_file(path, rows)


def _without_lines(document: Document) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != "lines"}


def table_file(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """A CSV file with every key of the rows as a column."""
    found = list(rows)
    names = list(dict.fromkeys(name for row in found for name in row))
    with path.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, names, restval="")
        writer.writeheader()
        writer.writerows(found)
    return path


def rows(merchant: Merchant, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Rows of a query in the merchant's own scope."""
    with scope(merchant.id), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def one(merchant: Merchant, statement: str, *values: Any) -> Any:
    """The only value of a query in the merchant's own scope."""
    return rows(merchant, statement, *values)[0][0]


def claims(merchant: Merchant) -> list[tuple[str, int, int, str]]:
    """(order, line, amount, reason) of every claim, run by run and line by line."""
    return rows(
        merchant,
        """SELECT o.external_ref, l.line_no, c.amount, c.reason FROM aftersales_claim c
           JOIN store_shoporder o ON o.merchant_id = c.merchant_id AND o.id = c.order_id
           JOIN store_shoporderline l ON l.merchant_id = c.merchant_id AND l.id = c.line_id ORDER BY c.run_id, c.line_id""",
    )


def assert_books_balance(merchant: Merchant) -> None:
    """The ledger is zero, balances are the sums of their entries, and every claim was paid exactly once or given back."""
    assert rows(merchant, "SELECT currency, sum(amount) FROM ledger_ledgerentry GROUP BY 1 HAVING sum(amount) <> 0") == []
    assert rows(merchant, BALANCE_OFF) == []
    assert rows(merchant, "SELECT code FROM ledger_ledgeraccount WHERE floor IS NOT NULL AND balance < floor") == []
    assert rows(merchant, NOT_PAID_ONCE) == []
    assert rows(merchant, PAID_WITHOUT_REASON) == []


def balances(merchant: Merchant) -> dict[str, int]:
    return dict(rows(merchant, "SELECT code, balance FROM ledger_ledgeraccount WHERE balance <> 0"))


BALANCE_OFF = """
SELECT a.code, a.balance, coalesce(sum(e.amount), 0) FROM ledger_ledgeraccount a
LEFT JOIN ledger_ledgerentry e ON e.merchant_id = a.merchant_id AND e.account_id = a.id
GROUP BY a.id, a.code, a.balance HAVING a.balance <> coalesce(sum(e.amount), 0)
"""
# A claim that is owed has one payout per means of payment, which sum to it; a paid one has one payment of its amount at the
# gateway, a failed one has none.
NOT_PAID_ONCE = """
SELECT c.id, c.amount, count(p.id), coalesce(sum(s.amount), 0) FROM aftersales_claim c
LEFT JOIN aftersales_payout p ON p.merchant_id = c.merchant_id AND p.claim_id = c.id
LEFT JOIN aftersales_sandboxpayment s ON s.merchant_id = c.merchant_id AND s.request_id = p.request_id
WHERE c.state = 'reserved' GROUP BY c.id, c.amount
HAVING count(p.id) <> count(DISTINCT coalesce(p.tender_id, 0)) OR coalesce(sum(p.amount), 0) <> c.amount
    OR bool_or(p.state NOT IN ('paid', 'failed'))
    OR coalesce(sum(s.amount), 0) <> coalesce(sum(p.amount) FILTER (WHERE p.state = 'paid'), 0)
"""
PAID_WITHOUT_REASON = """
SELECT s.request_id, count(p.id) FROM aftersales_sandboxpayment s
LEFT JOIN aftersales_payout p ON p.merchant_id = s.merchant_id AND p.request_id = s.request_id AND p.state = 'paid'
GROUP BY s.id, s.request_id HAVING count(p.id) <> 1
"""


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
