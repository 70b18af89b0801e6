"""What a payment company says becomes money in the wallet: once, however often, late or out of order it is said.

Two transactions. The first books what arrived, under the payment's lock; the second uses it for its purpose. They are apart
because a purpose locks an order before it locks the wallet, and a lock taken the other way round would be a deadlock. If the
process dies between them the sweep does the second.
"""

from datetime import datetime
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from marketplace.kernel.errors import UserError
from marketplace.kernel.transitions import after, allows
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.escrow.operations import credit_wallet
from orders.payments.gateways.bank.callback import bank_event
from orders.payments.gateways.protocol import ABOUT_RETURNS, Notice, Result
from orders.payments.models import GatewayNotice, PayIn, PaymentCase
from orders.payments.operations.cases import close_mistaken, keep_stray, open_case
from orders.payments.operations.common import PAID_IN, change, locked_pay_in, note, pay_in_key, succeed, tell_payer
from orders.payments.operations.returning import book_return
from orders.payments.purposes import purpose_named
from orders.payments.queries import locate, locate_transaction
from orders.payments.states import PAY_IN, Use


class Outcome(StrEnum):
    """What followed from a notice."""

    SETTLED = "settled"
    FAILED = "failed"
    REPEATED = "repeated"
    DIFFERENT = "different"
    IGNORED = "ignored"
    STRAY = "stray"


def receive(*, gateway: str, notice: Notice, at: datetime, by: Actor) -> Outcome:
    """Book what a payment company said, whose signature was checked before.

    Everything converges: a second telling, a failure told after the success, money for a payment that expired. What does not fit
    its payment becomes a case; money without a reference of ours becomes a stray. Owns its transactions.
    """
    found = locate(gateway, notice.reference) if notice.reference else None
    if found is None and notice.result is Result.TAKEN_BACK:
        found = locate_transaction(gateway, notice.transaction)
    if found is None:
        is_new = keep_stray(gateway=gateway, notice=notice, at=at)
        return Outcome.STRAY if is_new else Outcome.IGNORED
    merchant_id, pay_in_id, pay_back_id = found
    with scope(merchant_id, durable=True):
        row = locked_pay_in(merchant_id, pay_in_id)
        if GatewayNotice.objects.filter(merchant_id=merchant_id, gateway=gateway, event_id=notice.event_id).exists():
            return Outcome.REPEATED
        if pay_back_id is not None:
            done = book_return(row, pay_back_id, notice, by=by, at=at)
            outcome = Outcome.SETTLED if done else Outcome.IGNORED
        else:
            outcome = _book(row, notice, by, at)
        _remember(row, gateway, notice, outcome, at)
    if outcome is Outcome.SETTLED and pay_back_id is None:
        use_money(merchant_id=merchant_id, pay_in_id=pay_in_id, at=at, by=by)
    return outcome


def _remember(row: PayIn, gateway: str, notice: Notice, outcome: Outcome, at: datetime) -> None:
    GatewayNotice.objects.create(
        merchant_id=row.merchant_id, gateway=gateway, event_id=notice.event_id[:120], reference=notice.reference[:64],
        transaction=notice.transaction[:80], result=notice.result, amount=notice.amount, currency=notice.currency[:3],
        outcome=outcome, detail=notice.detail[:200], occurred_at=notice.occurred_at, received_at=at,
    )  # fmt: skip


def _book(row: PayIn, notice: Notice, by: Actor, at: datetime) -> Outcome:
    """The notice of a locked payment, in the caller's transaction."""
    if notice.result in ABOUT_RETURNS:
        return Outcome.IGNORED
    if notice.result is Result.PAID:
        return _paid(row, notice, by, at)
    if notice.result is Result.TAKEN_BACK:
        return _case(row, PaymentCase.Kind.TAKEN_BACK, notice, by, at)
    if notice.result is Result.FAILED and allows(PAY_IN, row.state, "refuse"):
        change(row, state=after(PAY_IN, row.state, "refuse"), remark=notice.detail[:300] or "declined")
        note(row, "failed", by, reason=notice.detail)
        return Outcome.FAILED
    return Outcome.IGNORED


def _paid(row: PayIn, notice: Notice, by: Actor, at: datetime) -> Outcome:
    if not allows(PAY_IN, row.state, "succeed"):
        same = row.transaction == notice.transaction
        return Outcome.REPEATED if same else _case(row, PaymentCase.Kind.TWICE, notice, by, at)
    if notice.currency != row.currency:
        return _case(row, PaymentCase.Kind.CURRENCY, notice, by, at)
    if notice.amount != row.amount:
        return _case(row, PaymentCase.Kind.AMOUNT, notice, by, at)
    try:
        with transaction.atomic():
            succeed(row, amount=row.amount, transaction_id=notice.transaction, payer=notice.payer, at=at)
    except IntegrityError:  # this transaction paid for something else already
        row.refresh_from_db()
        return _case(row, PaymentCase.Kind.REUSED, notice, by, at)
    credit_wallet(
        merchant_id=row.merchant_id, amount=row.amount, currency=row.currency, key=pay_in_key(row.pk), kind=PAID_IN, at=at, by=by
    )
    note(row, "arrived", by, amount=row.amount, transaction=notice.transaction)
    close_mistaken(row, notice, by=by, at=at)
    return Outcome.SETTLED


def _case(row: PayIn, kind: str, notice: Notice, by: Actor, at: datetime) -> Outcome:
    open_case(row, kind, notice, by=by, at=at)
    return Outcome.DIFFERENT


def use_money(*, merchant_id: int, pay_in_id: int, at: datetime, by: Actor) -> bool:
    """Pay with what arrived for what it was meant for; whether this call did it. Owns its transaction.

    What can no longer be paid leaves the money in the wallet, and the merchant is told.
    """
    with scope(merchant_id, durable=True):
        row = locked_pay_in(merchant_id, pay_in_id)
        if row.state != "succeeded" or row.use != Use.WAITING:
            return False
        purpose = purpose_named(row.purpose)
        reason = ""
        try:
            if purpose is not None:
                with transaction.atomic():
                    purpose.on_paid(
                        merchant_id=merchant_id, subject_id=row.subject_id or 0, amount=row.paid_amount or 0,
                        currency=row.currency, at=at, by=by,
                    )  # fmt: skip
        except UserError as error:
            reason = str(error) or _("It cannot be paid any more.")
        change(row, use=Use.KEPT if reason or purpose is None else Use.USED, remark=reason[:300])
        note(row, "kept" if reason else "used", by, reason=reason)
        if reason:
            tell_payer(row, "payments.pay_in.kept", "arrived", at, reason=reason)
        else:
            tell_payer(row, "payments.pay_in.arrived", "arrived", at)
        return True


def confirm_transfer(*, merchant_id: int, pay_in_id: int, amount: int, bank_reference: str, at: datetime, by: Actor) -> Outcome:
    """Staff found the transfer at the bank. What arrived counts: another amount opens a case instead of crediting.

    Confirming again with the same reference changes nothing. Raises BadConfirmation, NotFound.
    """
    text = bank_reference.strip()
    if not text or len(text) > 80 or amount <= 0:
        raise BadConfirmation(_("Enter the bank's reference and the amount that arrived."))
    with scope(merchant_id):
        row = PayIn.objects.filter(merchant_id=merchant_id, pk=pay_in_id, gateway="bank").first()
    if row is None:
        raise BadConfirmation(_("Only bank transfers are confirmed by hand; the payment companies confirm their own."))
    notice = Notice(
        event_id=bank_event(text, amount), reference=row.reference, result=Result.PAID, transaction=text, amount=amount,
        currency=row.currency, occurred_at=at,
    )  # fmt: skip
    return receive(gateway="bank", notice=notice, at=at, by=by)


class BadConfirmation(UserError):
    """A transfer that cannot be confirmed like this."""
