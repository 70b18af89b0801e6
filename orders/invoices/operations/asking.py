"""Asking for an invoice: never about more than was paid and is not invoiced yet.

Two requests about the same money come one after the other: the contract's row is locked, or the month's releases. Money that goes
back locks the same rows, so a request is made before it and corrected by it, or after it and about less.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound
from marketplace.kernel.transitions import NotPossible
from marketplace.outbox import both
from marketplace.outbox.people import Fact
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.escrow.models import Deal, Release
from orders.invoices import amounts, titles
from orders.invoices.errors import BadField, NothingLeft, TooMuch
from orders.invoices.models import CommissionInvoice, InvoiceTitle, ServiceInvoice
from orders.invoices.operations.common import name_of, note, tell_side
from orders.invoices.queries import titles_of
from orders.invoices.rules import CURRENCY, due_at
from orders.payouts.models import Statement
from orders.payouts.queries import access_statement
from orders.payouts.statements import bounds


@dataclass(frozen=True)
class Wish:
    """What is asked for. `amount` in minor units; `key` makes the same form sent twice one request."""

    title: titles.Title
    amount: int
    key: str
    note: str = ""


def ask_service_invoice(*, merchant_id: int, deal_id: int, wish: Wish, by: Actor, at: datetime) -> ServiceInvoice:
    """A merchant asks the provider of a contract. Once per key.

    Raises NotFound, BadField (TooMuch for more than is left), NothingLeft, NotPossible for another currency than yuan.
    """
    title = titles.checked(wish.title)
    with scope(merchant_id, durable=True):
        deal = locked_deal(merchant_id, deal_id)
        if (known := ServiceInvoice.objects.filter(merchant_id=merchant_id, key=wish.key).first()) is not None:
            return known
        _check(wish.amount, amounts.left_of_deal(deal), deal.currency)
        names = {"merchant_name": name_of(merchant_id), "provider_name": name_of(deal.provider_id)}
        row = ServiceInvoice.objects.create(
            merchant_id=merchant_id, provider_id=deal.provider_id, deal=deal, currency=deal.currency, **names,
            **_columns(wish, title, merchant_id, by, at),
        )  # fmt: skip
        _keep(title, merchant_id, at)
        note(row, "asked", by, party=merchant_id, contract=deal.number)
        facts: dict[str, Fact] = {"who": row.merchant_name, "day": both.day(row.due_at)}
        tell_side(row, "issuer", "asked", at, step="asked", amount=row.amount, **facts)
        return row


def ask_commission_invoice(*, provider_id: int, statement_id: int, wish: Wish, by: Actor, at: datetime) -> CommissionInvoice:
    """A provider asks the market about the commission of a statement's month. Once per key. Raises as above."""
    title = titles.checked(wish.title)
    with scope(provider_id, durable=True):
        statement = access_statement(provider_id=provider_id, pk=statement_id)
        lock_month(statement)
        if (known := CommissionInvoice.objects.filter(provider_id=provider_id, key=wish.key).first()) is not None:
            return known
        _check(wish.amount, amounts.left_of_statement(statement), statement.currency)
        row = CommissionInvoice.objects.create(
            provider_id=provider_id, statement=statement, currency=statement.currency,
            **_columns(wish, title, provider_id, by, at),
        )  # fmt: skip
        _keep(title, provider_id, at)
        note(row, "asked", by, party=provider_id, statement=statement.number)
        return row


def locked_deal(merchant_id: int, deal_id: int) -> Deal:
    """The contract's money side, locked as escrow's acts lock it. Raises NotFound."""
    found = Deal.objects.select_for_update(no_key=True).filter(merchant_id=merchant_id, pk=deal_id).first()
    if found is None:
        raise NotFound(_("There is no such contract."))
    return found


def lock_month(statement: Statement) -> None:
    """Lock what was released in the month: nothing else can lower its commission, and requests about it queue here."""
    begin, end = bounds(statement.month)
    rows = Release.objects.select_for_update(no_key=True).filter(
        provider_id=statement.provider_id, currency=statement.currency, released_at__gte=begin, released_at__lt=end
    )
    list(rows.order_by("id").values_list("id", flat=True))


def _check(amount: int, left: int, currency: str) -> None:
    if currency != CURRENCY:
        raise NotPossible(_("A fapiao is made out in yuan; this was paid in another currency."))
    if not left:
        raise NothingLeft(_("Nothing is left to invoice here: everything is invoiced, or nothing was paid yet."))
    if amount <= 0:
        raise BadField("amount", _("The amount must be positive."))
    if amount > left:
        raise TooMuch(left, currency)


def _columns(wish: Wish, title: titles.Title, organization_id: int, by: Actor, at: datetime) -> dict[str, Any]:
    return {
        **titles.columns(title, organization_id=organization_id), "sort": title.sort, "key": wish.key[:40],
        "amount": wish.amount, "note": wish.note.strip()[:200], "asked_at": at, "asked_by": by.label, "due_at": due_at(at),
    }  # fmt: skip


def _keep(title: titles.Title, organization_id: int, at: datetime) -> None:
    """Keep the title for the next time; what a general fapiao leaves out is not forgotten."""
    own: dict[str, Any] = {"merchant_id": organization_id, "tax_id": title.tax_id, "title": title.title}
    given = {name: value for name, value in titles.columns(title, organization_id=organization_id).items() if value}
    try:
        with transaction.atomic():
            InvoiceTitle.objects.update_or_create(defaults={**given, "used_at": at}, **own)
    except IntegrityError:  # the same title from another form at this moment: it is kept
        return
    kept = [row.pk for row in titles_of(organization_id)]
    InvoiceTitle.objects.filter(merchant_id=organization_id).exclude(pk__in=kept).delete()


def forget_title(*, organization_id: int, title_id: int, by: Actor) -> None:
    """Offer a title no longer and empty its details; requests have copies. Again changes nothing. Raises NotFound."""
    with scope(organization_id, durable=True):
        row = InvoiceTitle.objects.select_for_update().filter(merchant_id=organization_id, pk=title_id).first()
        if row is None:
            raise NotFound(_("There is no such title."))
        if row.used_at is None:
            return
        emptied = dict.fromkeys(("address", "phone", "bank", "last4", "email"), "")
        InvoiceTitle.objects.filter(merchant_id=organization_id, pk=title_id).update(**emptied, account=None, used_at=None)
        facts = {"title_id": title_id}
        record(merchant_id=organization_id, by=by, action="orders.invoice_title.forgotten", facts=facts)
