"""What became of a payout at the bank: paid with the bank's reference, or sent back. Once, however often it is said.

Locks: the batch, the payout, the ledger's accounts.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from marketplace.kernel.errors import UserError
from marketplace.kernel.transitions import after
from marketplace.outbox import both
from marketplace.outbox.people import Fact, tell
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.payouts import bankfile, queries
from orders.payouts.books import move
from orders.payouts.models import Payout, PayoutBatch
from orders.payouts.operations.accounts import return_account
from orders.payouts.operations.batches import locked_batch, told
from orders.payouts.states import BATCH, PAYOUT

PAGE = "/desk/earnings/"
#: A bank's reason that blames the account: sending there again would fail again.
ACCOUNT_WORDS = re.compile(r"账号|账户|户名|account|holder", re.IGNORECASE)


class OtherAnswer(UserError):
    """The bank said something else about this payout before, or its answer does not fit it."""


def mark_paid(
    *, provider_id: int, payout_id: int, bank_reference: str, paid_on: date, amount: int, by: Actor, at: datetime
) -> Payout:
    """The bank paid it. Saying it again with the same reference changes nothing.

    Raises OtherAnswer for another amount or reference than before or one that another payout has, NotPossible when it was not
    with the bank.
    """
    reference = bank_reference.strip()[:64]
    if not reference:
        raise OtherAnswer(_("Enter the bank's reference."))
    with scope(provider_id, durable=True):
        batch, row = _locked(provider_id, payout_id)
        if (row.state, row.bank_reference, row.amount) == ("paid", reference, amount):
            return row
        if row.amount != amount or row.state == "paid":
            raise OtherAnswer(_("The bank's amount or reference differs from this payout. Compare both before you go on."))
        state = after(PAYOUT, row.state, "pay")
        try:
            with transaction.atomic():
                _settled(row, state, by, at, bank_reference=reference, paid_on=paid_on)
        except IntegrityError as error:
            raise OtherAnswer(_("This reference belongs to another payout. Compare both before you go on.")) from error
        move(row, "paid", by, at)
        told(row, "paid", by, reference=reference)
        facts: dict[str, Fact] = {
            "amount": both.money(row.amount, row.currency),
            "reference": reference,
            "last4": row.account.last4,
        }
        _tell(row, "paid", facts, at)
        _close(batch, row, at)
        return row


def mark_failed(*, provider_id: int, payout_id: int, why: str, is_account_wrong: bool, by: Actor, at: datetime) -> Payout:
    """The bank sent it back: the amount is in the earnings again and goes out with the next batch.

    When the account is to blame, nothing more goes to it until another is entered. Saying it again changes nothing. Raises
    NotPossible when it was not with the bank.
    """
    with scope(provider_id, durable=True):
        batch, row = _locked(provider_id, payout_id)
        if row.state == "failed":
            return row
        _settled(row, after(PAYOUT, row.state, "fail"), by, at, note=why.strip()[:300])
        move(row, "failed", by, at)
        _came_back(row, is_account_wrong=is_account_wrong, by=by, at=at)
        _close(batch, row, at)
        return row


def mark_bounced(*, provider_id: int, payout_id: int, why: str, is_account_wrong: bool, by: Actor, at: datetime) -> Payout:
    """The bank gave it back after it had said that it had paid; the reference stays. Saying it again changes nothing.

    Raises NotPossible when it was not paid.
    """
    with scope(provider_id, durable=True):
        _batch, row = _locked(provider_id, payout_id)
        if row.bounced_at is not None:
            return row
        _settled(row, after(PAYOUT, row.state, "bounce"), by, at, note=why.strip()[:300], bounced_at=at)
        move(row, "bounced", by, at)
        _came_back(row, is_account_wrong=is_account_wrong, by=by, at=at)
        return row


def _came_back(row: Payout, *, is_account_wrong: bool, by: Actor, at: datetime) -> None:
    """The amount is in the earnings again: on record, with the account that may be to blame, and told."""
    told(row, "failed", by, why=row.note)
    account = queries.access_account(provider_id=row.provider_id, pk=row.account_id, lock=True)
    if is_account_wrong and account.state == "confirmed":
        return_account(account, why=row.note, by=by, at=at)
    facts: dict[str, Fact] = {"amount": both.money(row.amount, row.currency), "why": row.note or "–", "last4": account.last4}
    _tell(row, "returned" if is_account_wrong else "failed", facts, at)


def _locked(provider_id: int, payout_id: int) -> tuple[PayoutBatch, Payout]:
    batch = locked_batch(queries.access_payout(provider_id=provider_id, pk=payout_id).batch_id)
    return batch, queries.access_payout(provider_id=provider_id, pk=payout_id, lock=True)


def _settled(row: Payout, state: str, by: Actor, at: datetime, **more: object) -> None:
    for name, value in {"state": state, "settled_at": at, "settled_by": by.label, **more}.items():
        setattr(row, name, value)
    row.save(update_fields=["state", "settled_at", "settled_by", *more])


def _close(batch: PayoutBatch, row: Payout, at: datetime) -> None:
    """Close the batch with its last payout. Under the batch's lock every other answer has been committed or waits."""
    if batch.state == "exported" and not queries.open_in_batch(batch.pk, besides=row.pk):
        batch.state, batch.closed_at = after(BATCH, batch.state, "close"), at
        batch.save(update_fields=["state", "closed_at"])


@dataclass(frozen=True)
class Outcome:
    """What became of one line of the bank's answer."""

    line: int
    payout: str
    result: Literal["paid", "failed", "known", "refused"]
    why: str = ""


def import_answers(*, batch_id: int, content: bytes, by: Actor, at: datetime) -> list[Outcome]:
    """Carry out the bank's answer, line by line; a line that does not fit is refused and the others go on.

    The same file again changes nothing. Raises BadBankFile, before anything is carried out, for a file that cannot be read.
    """
    answers = bankfile.read(content)
    rows = {row.number: row for row in queries.rows_of_batch(batch_id)}
    return [_carried_out(answer, rows.get(answer.payout), by, at) for answer in answers]


def _carried_out(answer: bankfile.Answer, row: Payout | None, by: Actor, at: datetime) -> Outcome:
    if row is None:
        return Outcome(answer.line, answer.payout, "refused", _("This batch has no such payout."))
    before = row.state
    try:
        if answer.minor(row.currency) != row.amount:
            raise OtherAnswer(_("The amount differs from the payout's."))
        if answer.is_paid and answer.paid_on is None:
            raise OtherAnswer(_("The day of payment is missing."))
        if answer.is_paid and answer.paid_on is not None:
            mark_paid(
                provider_id=row.provider_id, payout_id=row.pk, bank_reference=answer.reference, paid_on=answer.paid_on,
                amount=row.amount, by=by, at=at,
            )  # fmt: skip
        else:
            blamed = bool(ACCOUNT_WORDS.search(answer.reason))
            came_back = mark_bounced if before == "paid" else mark_failed
            came_back(
                provider_id=row.provider_id, payout_id=row.pk, why=answer.reason, is_account_wrong=blamed, by=by, at=at
            )  # fmt: skip
    except UserError as error:
        return Outcome(answer.line, answer.payout, "refused", str(error))
    result: Literal["paid", "failed"] = "paid" if answer.is_paid else "failed"
    return Outcome(answer.line, answer.payout, "known" if before == result else result)


def _tell(row: Payout, what: str, facts: dict[str, Fact], at: datetime) -> None:
    key = f"payout:{row.pk}:{what}"
    tell(organization_id=row.provider_id, kind=f"orders.payout.{what}", facts=facts, url=PAGE, effect_key=key, at=at)
