"""What both sides do with a request: withdraw, issue, refuse, send back, reverse. One person's act is one operation.

The issuer names the amount he made the paper out for: when money went back in between, it no longer fits and nothing happens.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from marketplace.kernel.sealing import seal_bytes, unseal_bytes
from marketplace.kernel.transitions import after
from marketplace.outbox import both
from marketplace.outbox.people import Fact
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from marketplace.ui.formats import money
from orders.invoices.errors import AmountChanged, BadField
from orders.invoices.files import File
from orders.invoices.models import Invoice, InvoicePaper, ServiceInvoice, ServicePaper
from orders.invoices.operations.common import Party, note, tell_side
from orders.invoices.queries import Model, access_invoice, access_paper
from orders.invoices.rules import due_at
from orders.invoices.states import INVOICE
from orders.payouts.accounts import ZONE

#: Eight digits on paper and on the older electronic kind, twenty on fully digital ones.
NUMBER = re.compile(r"[0-9]{8}|[0-9]{20}")


@dataclass(frozen=True)
class Made:
    """A paper as the issuer enters it. `amount` in minor units, tax included."""

    number: str
    issued_on: date
    amount: int
    file: File


def withdraw(*, model: Model, party: Party, pk: int, by: Actor, at: datetime) -> Invoice:
    """The requester no longer wants it. Raises NotFound, OtherSide, NotPossible once it is issued."""
    with _locked(model, party, pk, "withdraw") as row:
        _move(row, "withdraw", ended_at=at)
        note(row, "withdrawn", by, party=party.organization_id)
        if isinstance(row, ServiceInvoice):
            tell_side(row, "issuer", "withdrawn", at, step="end", amount=row.amount, who=row.merchant_name)
        return row


def refuse(*, model: Model, party: Party, pk: int, reason: str, by: Actor, at: datetime) -> Invoice:
    """The issuer says why not; the amount can be asked for again. Raises NotFound, OtherSide, BadField, NotPossible."""
    why = _why(reason)
    with _locked(model, party, pk, "refuse") as row:
        _move(row, "refuse", ended_at=at, reason=why)
        note(row, "refused", by, party=party.organization_id, why=why)
        tell_side(row, "requester", "refused", at, step="end", amount=row.amount, why=why)
        return row


def issue(*, model: Model, party: Party, pk: int, made: Made, by: Actor, at: datetime) -> Invoice:
    """The issuer hands in the invoice. Raises NotFound, OtherSide, BadField, AmountChanged, NotPossible."""
    with _locked(model, party, pk, "issue") as row:
        state = after(INVOICE, row.state, "issue")
        if made.amount != row.amount:
            raise AmountChanged(_other_amount(row.amount, row.currency))
        _kept(row, InvoicePaper.Kind.BLUE, made, by, at)
        _save(row, state=state, issued_at=at)
        note(row, "issued", by, party=party.organization_id, fapiao=made.number)
        tell_side(row, "requester", "issued", at, step="issued", amount=row.amount, number=made.number)
        return row


def send_back(*, model: Model, party: Party, pk: int, reason: str, by: Actor, at: datetime) -> Invoice:
    """The requester found a mistake: all of it is to be reversed, then it can be asked for again.

    Raises NotFound, OtherSide, BadField, NotPossible.
    """
    why = _why(reason)
    with _locked(model, party, pk, "return") as row:
        _move(row, "return", excess=row.invoiced, reason=why, due_at=due_at(at))
        note(row, "returned", by, party=party.organization_id, why=why)
        facts: dict[str, Fact] = {"why": why, "day": both.day(row.due_at)}
        tell_side(row, "issuer", "returned", at, step=str(row.excess), amount=row.excess, **facts)
        return row


def reverse(*, model: Model, party: Party, pk: int, made: Made, by: Actor, at: datetime) -> Invoice:
    """The issuer hands in the red-letter note of exactly what is to be reversed. Raises as `issue`."""
    with _locked(model, party, pk, "reverse") as row:
        is_all = row.excess == row.invoiced
        state = after(INVOICE, row.state, "reverse_all" if is_all else "reverse_part")
        if made.amount != row.excess:
            raise AmountChanged(_other_amount(row.excess, row.currency))
        _kept(row, InvoicePaper.Kind.RED, made, by, at)
        _save(
            row, state=state, reversed_amount=row.reversed_amount + made.amount, excess=0, ended_at=at if is_all else None,
        )  # fmt: skip
        note(row, "reversed", by, party=party.organization_id, fapiao=made.number, back=made.amount)
        step = str(row.reversed_amount)
        tell_side(row, "requester", "reversed", at, step=step, amount=made.amount, number=made.number)
        return row


def open_paper(*, model: Model, organization_id: int, pk: int, by: Actor) -> tuple[InvoicePaper, bytes]:
    """A paper and its bytes in clear; the reading is recorded. Raises NotFound, Unreadable."""
    with scope(organization_id, durable=True):
        paper: Any = access_paper(model, organization_id=organization_id, pk=pk)
        row = access_invoice(model, organization_id=organization_id, pk=paper.invoice_id)
        note(row, "read", by, party=organization_id, fapiao=paper.number)
        return paper, unseal_bytes(paper.sealed, merchant_id=row.requester_id, purpose=_purpose(paper))


@contextmanager
def _locked(model: Model, party: Party, pk: int, act: str) -> Iterator[Any]:
    """The request, locked, in the scope of who acts, when the act is his side's."""
    with scope(party.organization_id, durable=True):
        row = access_invoice(model, organization_id=party.organization_id, pk=pk, lock=True)
        party.must_be(row, act)
        yield row


def _move(row: Any, act: str, **more: Any) -> None:
    _save(row, state=after(INVOICE, row.state, act), **more)


def _save(row: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))


def _why(reason: str) -> str:
    text = reason.strip()[:300]
    if not text:
        raise BadField("reason", _("Say why."))
    return text


def _other_amount(amount: int, currency: str) -> str:
    text = _("It has to be exactly %(amount)s. If money went back meanwhile, cancel the one you made and issue it anew.")
    return text % {"amount": money(amount, currency)}


def _kept(row: Any, kind: str, made: Made, by: Actor, at: datetime) -> None:
    """Keep a paper, sealed. Raises BadField."""
    number = "".join(made.number.split())
    if not NUMBER.fullmatch(number):
        raise BadField("number", _("A fapiao number has 8 or 20 digits."))
    if made.issued_on > at.astimezone(ZONE).date():
        raise BadField("issued_on", _("This day has not come yet."))
    taken = BadField("number", _("This number is on another fapiao already. Compare both."))
    if isinstance(row, ServiceInvoice) and ServicePaper.objects.filter(provider_id=row.provider_id, number=number).exists():
        raise taken
    paper = row.paper_model(
        **row.owners(), invoice=row, kind=kind, number=number, issued_on=made.issued_on, amount=made.amount, uid=uuid4(),
        name=made.file.name, size=len(made.file.content), sha256=made.file.sha256, uploaded_at=at, uploaded_by=by.label,
    )  # fmt: skip
    paper.sealed = seal_bytes(made.file.content, merchant_id=row.requester_id, purpose=_purpose(paper))
    try:
        with transaction.atomic():
            paper.save(force_insert=True)
    except IntegrityError as error:
        raise taken from error


def _purpose(paper: InvoicePaper) -> str:
    return f"invoice_paper:{paper.uid}"
