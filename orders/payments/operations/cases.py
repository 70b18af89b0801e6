"""Money that does not fit, and money without an owner: kept apart until a person has looked, then credited or explained.

Nothing of it is in anybody's wallet before. Crediting is idempotent by the case's own key in the ledger.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.transitions import after, allows
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.escrow.operations import credit_wallet
from orders.payments.gateways.protocol import Notice, Result
from orders.payments.models import PayIn, PaymentCase, StrayPayment
from orders.payments.operations.common import PAID_IN, change, locked_pay_in, note, pay_in_key, succeed, tell_payer
from orders.payments.states import CASE, PAY_IN, STRAY, Use

#: What such a case tells of is in a wallet already, or went out.
NOT_ARRIVED = (PaymentCase.Kind.TAKEN_BACK, PaymentCase.Kind.REUSED, PaymentCase.Kind.RETURN_DIFFERS)


class BadDecision(UserError):
    """A case that cannot be closed like this."""


def open_case(
    row: PayIn, kind: str, notice: Notice, *, expected: int | None = None, by: Actor, at: datetime
) -> PaymentCase:  # fmt: skip
    """Keep what does not fit, once per transaction, in the caller's transaction; the merchant is told."""
    case, is_new = PaymentCase.objects.get_or_create(
        merchant_id=row.merchant_id, pay_in=row, kind=kind, transaction=notice.transaction[:80],
        defaults={
            "expected_amount": row.amount if expected is None else expected,
            "amount": notice.amount or 0, "currency": notice.currency or row.currency,
            "opened_at": at,
        },
    )  # fmt: skip
    if is_new:
        note(row, "differed", by, kind=kind, amount=notice.amount, currency=notice.currency, transaction=notice.transaction)
        tell_payer(row, "payments.case.opened", f"case:{kind}:{notice.transaction}", at)
    return case


def close_mistaken(row: PayIn, notice: Notice, *, by: Actor, at: datetime) -> None:
    """The transaction has settled its payment after all: what was told of it before, with another amount, was a mistake."""
    known = PaymentCase.objects.select_for_update().filter(merchant_id=row.merchant_id, pay_in=row, state="open")
    for case in known.filter(kind=PaymentCase.Kind.AMOUNT, transaction=notice.transaction[:80]):
        _close(
            row, case, after(CASE, case.state, "explain"), _("The amount was corrected; the payment has arrived in full."), by, at
        )


def credit_case(*, merchant_id: int, case_id: int, remark: str, by: Actor, at: datetime) -> PaymentCase:
    """Staff decide that what arrived is the merchant's: it goes into the wallet. Repeating it is refused and changes nothing.

    A payment that still waited has succeeded with what arrived; its purpose is left to the merchant, since the amount differs.
    Raises NotFound, NotPossible, BadDecision.
    """
    with scope(merchant_id, durable=True):
        row, case = _locked(merchant_id, case_id)
        state = after(CASE, case.state, "credit")
        if case.kind in NOT_ARRIVED or case.amount <= 0:
            raise BadDecision(_("Nothing arrived that could be credited. Explain the case instead."))
        key = f"pay_in_case:{case.pk}"
        if allows(PAY_IN, row.state, "succeed") and case.currency == row.currency and case.kind == PaymentCase.Kind.AMOUNT:
            _succeed_differently(row, case, at)
            key = pay_in_key(row.pk)
        credit_wallet(merchant_id=merchant_id, amount=case.amount, currency=case.currency, key=key, kind=PAID_IN, at=at, by=by)
        _close(row, case, state, remark, by, at)
        return case


def _succeed_differently(row: PayIn, case: PaymentCase, at: datetime) -> None:
    try:
        with transaction.atomic():
            succeed(row, amount=case.amount, transaction_id=case.transaction, payer="", at=at, use=Use.KEPT)
    except IntegrityError as error:
        raise BadDecision(_("This transaction was credited for another payment already.")) from error
    change(row, remark="partly")


def explain_case(*, merchant_id: int, case_id: int, remark: str, by: Actor, at: datetime) -> PaymentCase:
    """Staff close a case without crediting: sent back, a mistake of the company's, a chargeback. Raises NotFound, NotPossible."""
    if not remark.strip():
        raise BadDecision(_("Say what was found; the merchant reads it."))
    with scope(merchant_id, durable=True):
        row, case = _locked(merchant_id, case_id)
        _close(row, case, after(CASE, case.state, "explain"), remark, by, at)
        return case


def _locked(merchant_id: int, case_id: int) -> tuple[PayIn, PaymentCase]:
    found = PaymentCase.objects.filter(merchant_id=merchant_id, pk=case_id).first()
    if found is None:
        raise NotFound("There is no such case.")
    row = locked_pay_in(merchant_id, found.pay_in_id)
    found.refresh_from_db()
    return row, found


def _close(row: PayIn, case: PaymentCase, state: str, remark: str, by: Actor, at: datetime) -> None:
    change(case, state=state, note=remark.strip()[:500], closed_at=at, closed_by=by.label)
    note(row, "case_closed", by, case_id=case.pk, kind=case.kind, state=state, remark=remark)
    told = remark.strip() or _("What arrived was credited to your wallet.")
    tell_payer(row, "payments.case.closed", f"case:{case.pk}:closed", at, note=told)


def keep_stray(*, gateway: str, notice: Notice, at: datetime) -> bool:
    """Keep money without a reference of ours; whether it is new. Anything else about unknown references is nothing to us."""
    if notice.result is not Result.PAID or not notice.amount or notice.amount < 0 or not notice.transaction:
        return False
    with transaction.atomic(using="system"):
        _row, is_new = StrayPayment.objects.using("system").get_or_create(
            gateway=gateway, transaction=notice.transaction[:80],
            defaults={
                "amount": notice.amount, "currency": notice.currency[:3], "payer": notice.payer[:120],
                "text": (notice.detail or notice.reference)[:200], "occurred_at": notice.occurred_at, "received_at": at,
            },
        )  # fmt: skip
    return is_new


def assign_stray(*, stray_id: int, merchant_id: int, by: Actor, at: datetime) -> bool:
    """Staff found whose money it is: it goes into that merchant's wallet, once; whether this call did it.

    The ledger's key is the stray's, so that a process that dies between the two writes does no harm: the credit comes first, and
    repeating it changes nothing. Raises NotFound, NotPossible, BadDecision for another merchant than the first time.
    """
    with transaction.atomic(using="system", durable=True):
        row = _locked_stray(stray_id)
        state = after(STRAY, row.state, "assign")
        if row.merchant_id not in (None, merchant_id):
            raise BadDecision(_("This money was begun to be credited to another merchant."))
        row.merchant_id = merchant_id
        row.save(using="system", update_fields=["merchant_id"])
    with scope(merchant_id, durable=True):
        done = credit_wallet(
            merchant_id=merchant_id, amount=row.amount, currency=row.currency, key=f"stray:{row.pk}", kind=PAID_IN, at=at, by=by
        )
        if done:
            facts = {"stray_id": row.pk, "amount": row.amount, "currency": row.currency, "transaction": row.transaction}
            record(merchant_id=merchant_id, by=by, action="payments.stray.assigned", facts=facts)
    with transaction.atomic(using="system", durable=True):
        _close_stray(_locked_stray(stray_id), state, "", by, at)
    return done


def send_stray_back(*, stray_id: int, remark: str, by: Actor, at: datetime) -> None:
    """Staff sent it back to the payer. Raises NotFound, NotPossible, BadDecision."""
    if not remark.strip():
        raise BadDecision(_("Say how it was sent back."))
    with transaction.atomic(using="system", durable=True):
        row = _locked_stray(stray_id)
        if row.merchant_id is not None:
            raise BadDecision(_("This money was begun to be credited to a merchant."))
        _close_stray(row, after(STRAY, row.state, "send_back"), remark, by, at)


def _locked_stray(stray_id: int) -> StrayPayment:
    found = StrayPayment.objects.using("system").select_for_update().filter(pk=stray_id).first()
    if found is None:
        raise NotFound("There is no such payment.")
    return found


def _close_stray(row: StrayPayment, state: str, remark: str, by: Actor, at: datetime) -> None:
    row.state, row.note, row.closed_at, row.closed_by = state, remark.strip()[:300], at, by.label
    row.save(using="system", update_fields=["state", "note", "closed_at", "closed_by"])
