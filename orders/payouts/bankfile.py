"""The file the bank is given, and the file it answers with. Both are CSV as the banks' batch forms have them, with Chinese heads.

Writing: every cell a spreadsheet would run is quoted. Reading: heads in Chinese or English, in any order; nothing is guessed.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from marketplace.kernel.errors import UserError
from marketplace.kernel.money import BadAmount, format_major, parse_minor
from marketplace.ui.exports import safe_cell

HEAD = ("序号", "业务参考号", "收款户名", "收款开户行", "收款账号", "金额", "币种", "用途")
PURPOSE = "服务费结算"
#: Head of a column in the answer → what it is.
ANSWER = {
    "业务参考号": "payout", "payout": "payout",
    "处理结果": "result", "result": "result",
    "银行流水号": "reference", "bank_reference": "reference",
    "付款日期": "paid_on", "paid_on": "paid_on",
    "金额": "amount", "amount": "amount",
    "失败原因": "reason", "reason": "reason",
}  # fmt: skip
NEEDED = ("payout", "result", "amount")
RESULTS = {"成功": True, "success": True, "失败": False, "failed": False}
MOST_BYTES = 2 * 1024 * 1024


class BadBankFile(UserError):
    """The bank's answer cannot be read; the message says which line."""


@dataclass(frozen=True)
class Line:
    """One order to the bank. `amount` in minor units."""

    payout: str
    holder: str
    bank: str
    number: str
    amount: int
    currency: str


@dataclass(frozen=True)
class Answer:
    """What the bank says about one order."""

    line: int
    payout: str
    is_paid: bool
    amount: str
    reference: str = ""
    paid_on: date | None = None
    reason: str = ""

    def minor(self, currency: str) -> int | None:
        """The amount in minor units; None for what is none."""
        try:
            return parse_minor(self.amount.replace(",", ""), currency)
        except BadAmount:
            return None


def written(lines: Iterable[Line]) -> bytes:
    """The file for the bank: the same lines give the same bytes."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    for count, line in enumerate(lines, 1):
        cells = (line.payout, line.holder, line.bank, line.number, format_major(line.amount, line.currency), line.currency)
        writer.writerow([str(count), *map(safe_cell, cells), PURPOSE])
    return ("\ufeff" + out.getvalue()).encode()


def read(content: bytes) -> list[Answer]:
    """The bank's answers in order. Raises BadBankFile at the first line that is not one."""
    rows = csv.reader(io.StringIO(_text(content), newline=""))
    columns = [ANSWER.get(cell.strip().lower(), "") for cell in next(rows, [])]
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise BadBankFile(_("The first line must name the columns; missing: %(what)s.") % {"what": _(", ").join(missing)})
    return list(_answers(columns, rows))


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise BadBankFile(_("The file is larger than a bank's answer can be."))
    for encoding in ("utf-8-sig", "gb18030"):  # banks still write the second
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadBankFile(_("This is not a text file."))


def _answers(columns: Sequence[str], rows: Iterable[list[str]]) -> Iterator[Answer]:
    for number, row in enumerate(rows, 2):
        if not any(cell.strip() for cell in row):
            continue
        cells = {name: cell.strip().lstrip("'") for name, cell in zip(columns, row, strict=False) if name}
        result = RESULTS.get(cells.get("result", "").lower())
        if result is None or not cells.get("payout"):
            raise BadBankFile(_("Line %(line)s has no payout or no result that is known.") % {"line": number})
        yield Answer(
            number, cells["payout"].upper(), result, cells.get("amount", ""), cells.get("reference", "")[:64],
            _day(cells.get("paid_on", ""), number), cells.get("reason", "")[:300],
        )  # fmt: skip


def _day(text: str, number: int) -> date | None:
    if not text:
        return None
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  a day on paper has no zone
        except ValueError:
            continue
    raise BadBankFile(_("Line %(line)s: the day of payment is not a date.") % {"line": number})
