"""A bank calls nobody back: what arrived is typed in by staff, or read from the list the bank hands out (CSV).

Columns are found by their names, in Chinese or English; order and further columns do not matter. A line of money that leaves is
skipped. The encoding is UTF-8 or GB18030, which Chinese banks still write.
"""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from marketplace.kernel.errors import UserError
from marketplace.kernel.money import BadAmount, is_currency, parse_minor
from orders.payments.gateways.protocol import BadSignature, Notice, Result

MOST_BYTES, MOST_LINES = 5 * 1024 * 1024, 20_000
NAMES = {
    "transaction": ("transaction", "transaction id", "bank reference", "流水号", "交易流水号", "商户订单号"),
    "amount": ("amount", "credit", "credit amount", "收入金额", "贷方发生额", "收入", "金额"),
    "currency": ("currency", "币种"),
    "text": ("text", "purpose", "remark", "summary", "附言", "用途", "摘要", "备注"),
    "payer": ("payer", "from", "counterparty", "对方户名", "付款人", "付款方"),
    "date": ("date", "booked", "交易日期", "记账日期", "日期"),
}
REQUIRED = ("transaction", "amount", "text")
REFERENCE = re.compile(r"SB[23456789A-HJKMNP-Z]{10}")
CURRENCIES = {"人民币": "CNY", "RMB": "CNY", "美元": "USD", "港币": "HKD", "欧元": "EUR"}
DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S")


class BadFile(UserError):
    """A file that is not a list of transfers. The message says which line and why."""


def bank_event(transaction: str, amount: int) -> str:
    """What a bank's line is known by. With the amount, so that whoever mistyped it can say it again."""
    return f"bank:{transaction}:{amount}"


@dataclass(frozen=True)
class Line:
    """One transfer that arrived. `reference` is ours, when the payer wrote it."""

    number: int
    transaction: str
    amount: int
    currency: str
    text: str
    payer: str
    reference: str
    booked_at: datetime | None

    @property
    def notice(self) -> Notice:
        return Notice(
            event_id=bank_event(self.transaction, self.amount), reference=self.reference, result=Result.PAID,
            transaction=self.transaction,
            amount=self.amount, currency=self.currency, occurred_at=self.booked_at, detail=self.text[:200], payer=self.payer,
        )  # fmt: skip


def read(headers: Mapping[str, str], body: bytes, at: datetime) -> Notice:
    """Nobody may say over the network that a transfer arrived."""
    raise BadSignature("a bank sends no callbacks")


def reference_in(text: str) -> str:
    """Our reference in a transfer's text, however it was spaced or written small; '' when there is none, or more than one."""
    found = set(REFERENCE.findall(re.sub(r"[\s\-_.,:;/]", "", text).upper()))
    return found.pop() if len(found) == 1 else ""


def lines_of(content: bytes, *, currency: str) -> list[Line]:
    """Every transfer in, in the order of the file; `currency` is of lines that name none. Raises BadFile."""
    if len(content) > MOST_BYTES:
        raise BadFile(_("The file is larger than 5 MB. Split it by months."))
    rows = csv.reader(io.StringIO(_decoded(content)))
    places = _places(next(rows, []))
    found, seen = [], set()
    for number, row in enumerate(rows, start=2):
        if number > MOST_LINES:
            raise BadFile(_("The file has more than 20,000 lines. Split it by months."))
        line = _line(number, {name: row[at].strip() for name, at in places.items() if at < len(row)}, currency)
        if line is None:
            continue
        if line.transaction in seen:
            raise BadFile(_("Line %(line)s: this transaction occurs twice.") % {"line": number})
        seen.add(line.transaction)
        found.append(line)
    return found


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise BadFile(_("This is not a CSV file in UTF-8 or GB18030."))


def _places(header: list[str]) -> dict[str, int]:
    names = [name.strip().lower() for name in header]
    places = {}
    for key, known in NAMES.items():
        if at := [names.index(name) for name in known if name in names]:
            places[key] = at[0]
    if missing := [key for key in REQUIRED if key not in places]:
        columns = " · ".join(" / ".join(NAMES[key][:4]) for key in missing)
        raise BadFile(_("The first line must name these columns: %(columns)s") % {"columns": columns})
    return places


def _line(number: int, cells: Mapping[str, str], currency: str) -> Line | None:
    amount_text = cells.get("amount", "").replace(",", "").lstrip("¥￥+")
    if not amount_text or amount_text.startswith("-"):
        return None  # money that left, or a line without any
    code = CURRENCIES.get(cells.get("currency", ""), cells.get("currency", "").upper()) or currency
    transaction = cells.get("transaction", "").lstrip("'\t")[:80]
    try:
        amount = parse_minor(amount_text, code if is_currency(code) else currency)
    except BadAmount as error:
        raise BadFile(_("Line %(line)s: the amount cannot be read.") % {"line": number}) from error
    if amount == 0:
        return None
    if not transaction or not is_currency(code):
        raise BadFile(_("Line %(line)s: the transaction's number or the currency is missing.") % {"line": number})
    text = cells.get("text", "")[:200]
    return Line(
        number, transaction, amount, code, text, cells.get("payer", "")[:120], reference_in(text), _moment(cells.get("date", ""))
    )


def _moment(text: str) -> datetime | None:
    for pattern in DATES:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
