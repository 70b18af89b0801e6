"""Asking for money: the payment is written down first, then the payment company is asked, outside any transaction."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.kernel.errors import UserError
from marketplace.kernel.transitions import after
from marketplace.outbox.people import absolute
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.payments.gateways import gateway_named, usable
from orders.payments.gateways.protocol import Gateway, GatewayRefused, Opened, Request
from orders.payments.models import PayIn
from orders.payments.operations.common import change, locked_pay_in, new_reference, note
from orders.payments.purposes import WALLET, describe, purpose_named
from orders.payments.queries import waiting
from orders.payments.remarks import GIVEN_UP
from orders.payments.states import PAY_IN

#: More than this at once is a mistake, or somebody trying things out.
MOST_WAITING = 20
#: Minor units; far above any order, far below what a bigint or a payment company takes.
MOST = 10**12


class BadPayment(UserError):
    """A payment that cannot be begun like this."""


def start_pay_in(
    *,
    merchant_id: int,
    amount: int,
    currency: str,
    gateway: str,
    purpose: str = WALLET,
    subject_id: int | None = None,
    memo: str = "",
    key: str = "",
    lasts: timedelta | None = None,
    at: datetime,
    by: Actor,
) -> PayIn:
    """Write a payment down, in the caller's transaction or its own; nothing is charged yet.

    `lasts` is how long the payer has where nobody is at the screen; else as long as the gateway usually gives.

    The same `key` again gives the same payment. Send the payer on to `/money/in/<pk>/`, where he finds the payment company's page
    or the bank account. Raises BadPayment, NotFound for an unknown gateway, UnknownPurpose.
    """
    chosen = gateway_named(gateway)
    purpose_named(purpose)
    if chosen not in usable(currency):
        raise BadPayment(_("This way of paying does not take this currency. Choose another."))
    if not 0 < amount <= MOST:
        raise BadPayment(_("Enter an amount above zero."))
    with scope(merchant_id):
        if key and (known := PayIn.objects.filter(merchant_id=merchant_id, key=key).first()):
            return _same(known, amount, currency)
        if waiting(merchant_id).count() >= MOST_WAITING:
            raise BadPayment(_("Twenty payments are waiting already. Finish those or give them up."))
        values = {
            "gateway": gateway, "amount": amount, "currency": currency, "purpose": purpose, "subject_id": subject_id,
            "memo": memo.strip()[:120], "key": key[:60], "state": "pending" if chosen.is_offline else "created",
            "created_at": at, "created_by": by.label,
            "expires_at": at + max(lasts or timedelta(), timedelta(minutes=chosen.minutes)),
        }  # fmt: skip
        try:
            with transaction.atomic():
                row = PayIn.objects.create(merchant_id=merchant_id, reference=new_reference("SB"), **values)
        except IntegrityError:  # the same form sent twice at once
            return _same(PayIn.objects.get(merchant_id=merchant_id, key=key), amount, currency)
        note(row, "started", by, amount=amount, currency=currency, gateway=gateway, purpose=purpose, subject_id=subject_id)
        return row


def _same(known: PayIn, amount: int, currency: str) -> PayIn:
    if (known.amount, known.currency) != (amount, currency):
        raise BadPayment(_("This form was sent already, with another amount. Begin a new payment."))
    return known


def open_pay_in(*, merchant_id: int, pay_in_id: int, at: datetime, by: Actor) -> PayIn:
    """Ask the payment company for its page. A refusal fails the payment; no answer leaves it as it is, to be asked for again.

    Repeating it asks for the same payment. Raises NotFound, NotPossible, GatewayRefused, GatewayTimeout.
    """
    with scope(merchant_id, durable=True):
        row = locked_pay_in(merchant_id, pay_in_id)
        gateway = gateway_named(row.gateway)
        if row.state == "pending" or gateway.is_offline:
            return row
        after(PAY_IN, row.state, "open")
        request = _request(row, gateway, at)
    try:
        opened = gateway.open(request)
    except GatewayRefused as error:
        _refuse(merchant_id, pay_in_id, str(error), by, at)
        raise
    return _opened(merchant_id, pay_in_id, opened, by)


def _request(row: PayIn, gateway: Gateway, at: datetime) -> Request:
    subject = describe(row.purpose, row.merchant_id, row.subject_id)
    title = str(subject.title) if subject else _("Wallet top-up %(reference)s") % {"reference": row.reference}
    return Request(
        reference=row.reference, amount=row.amount, currency=row.currency, title=title[:100], expires_at=row.expires_at, at=at,
        notify_url=absolute(reverse("payments:callback", args=[gateway.name])),
        return_url=absolute(reverse("money:pay_in", args=[row.pk])), merchant_id=row.merchant_id,
    )  # fmt: skip


def _opened(merchant_id: int, pay_in_id: int, opened: Opened, by: Actor) -> PayIn:
    with scope(merchant_id, durable=True):
        row = locked_pay_in(merchant_id, pay_in_id)
        if row.state != "created":  # somebody else opened it, or the money is here already
            return row
        change(
            row, state=after(PAY_IN, row.state, "open"), payment_url=opened.url, payment_code=opened.code,
            session=opened.session,
        )  # fmt: skip
        note(row, "opened", by)
        return row


def _refuse(merchant_id: int, pay_in_id: int, reason: str, by: Actor, at: datetime) -> None:
    with scope(merchant_id, durable=True):
        row = locked_pay_in(merchant_id, pay_in_id)
        if row.state in ("created", "pending"):
            change(row, state=after(PAY_IN, row.state, "refuse"), remark=reason[:300])
            note(row, "refused", by, reason=reason[:300])


def give_up(*, merchant_id: int, pay_in_id: int, at: datetime, by: Actor) -> PayIn:
    """The merchant will not pay. Money that arrives all the same still counts. Raises NotPossible."""
    with scope(merchant_id, durable=True):
        row = locked_pay_in(merchant_id, pay_in_id)
        change(row, state=after(PAY_IN, row.state, "give_up"), remark=GIVEN_UP)
        note(row, "given_up", by)
        return row
