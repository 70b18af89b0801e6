"""Money back to where it came from: it leaves the wallet when it is asked for, and returns to it when it cannot be sent.

`requested → submitted → succeeded | failed`. `submitted` is committed, with a token and a time to look again, before the payment
company is called. Without an answer the company is asked about the request number first, and the same number is used again.
Bank transfers are sent by staff.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import UserError
from marketplace.kernel.sealing import seal
from marketplace.kernel.transitions import NotPossible, after
from marketplace.outbox import both
from marketplace.outbox.people import absolute, tell
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.escrow.operations import credit_wallet, debit_wallet
from orders.payments.gateways import gateway_named
from orders.payments.gateways.protocol import GatewayTimeout, Notice, Result, Return
from orders.payments.models import PayBack, PayIn, PaymentCase
from orders.payments.operations.cases import open_case
from orders.payments.operations.common import change, new_reference
from orders.payments.policies import needs_account, shares_to_return
from orders.payments.queries import access_pay_back
from orders.payments.states import PAY_BACK, PayInState

SENT_BACK, CAME_BACK = "paid_back", "came_back"
#: What a bank account of a payment back is sealed for.
ACCOUNT = "payments:account"
#: Ten minutes after the first attempt, then twice as long each time, up to a day; after that a person has to look.
LOOK_AGAIN, LONGEST = timedelta(minutes=10), timedelta(days=1)
MOST_ATTEMPTS = 20
UNSETTLED = ("requested", "submitted")
OFFLINE = frozenset({"bank"})


def is_left_to_people(row: PayBack) -> bool:
    """Whether staff send it, or find out what became of it: a transfer, or one the company gave no end to in all attempts."""
    return row.state in UNSETTLED and (row.pay_in.gateway in OFFLINE or row.attempts >= MOST_ATTEMPTS)


class BadReturn(UserError):
    """Money that cannot be sent back like this."""


@dataclass(frozen=True)
class BankAccount:
    """Where a bank transfer goes."""

    holder: str
    bank: str
    number: str


def request_pay_back(
    *, merchant_id: int, amount: int, currency: str, key: str, account: BankAccount | None = None, at: datetime, by: Actor
) -> list[PayBack]:
    """Take money out of the wallet and send it back to where it came from, newest payment first. Owns its transaction.

    The same `key` again gives the same payments. Raises BadReturn when more is asked for than was paid in, or an account is
    missing, and NotEnoughInWallet.
    """
    if amount <= 0:
        raise BadReturn(_("Enter an amount above zero."))
    with scope(merchant_id, durable=True):
        candidates = _locked_candidates(merchant_id, currency)
        known = list(PayBack.objects.filter(merchant_id=merchant_id, key__startswith=f"{key}#").order_by("id"))
        if known:
            return _same(known, amount, currency)
        shares = shares_to_return(amount, candidates)
        if sum(share for _row, share in shares) < amount:
            raise BadReturn(_("More than what was paid in cannot be sent back to where it came from."))
        if needs_account(shares, OFFLINE) and account is None:
            raise BadReturn(_("Part of it goes back by bank transfer: name the account it came from."))
        return [_take(row, share, f"{key}#{number}", account, by, at) for number, (row, share) in enumerate(shares)]


def _locked_candidates(merchant_id: int, currency: str) -> list[PayIn]:
    """Payments that can be sent back, locked by id like everywhere; newest first."""
    found = PayIn.objects.select_for_update().filter(
        merchant_id=merchant_id, currency=currency, state=PayInState.SUCCEEDED, paid_amount__gt=F("returned_amount")
    )
    return list(found.order_by("id"))[::-1]


def _same(known: Sequence[PayBack], amount: int, currency: str) -> list[PayBack]:
    if sum(row.amount for row in known) != amount or known[0].currency != currency:
        raise BadReturn(_("This form was sent already, with another amount. Begin anew."))
    return list(known)


def _take(row: PayIn, share: int, key: str, account: BankAccount | None, by: Actor, at: datetime) -> PayBack:
    """Take a share out of the wallet, against one payment."""
    change(row, returned_amount=row.returned_amount + share)
    offline = row.gateway in OFFLINE
    values = _account_values(row.merchant_id, account) if offline and account else {}
    pay_back = PayBack.objects.create(
        merchant_id=row.merchant_id, pay_in=row, request_id=new_reference("SR"), key=key, amount=share, currency=row.currency,
        next_at=None if offline else at, created_at=at, created_by=by.label, **values,
    )  # fmt: skip
    debit_wallet(
        merchant_id=row.merchant_id, amount=share, currency=row.currency, key=f"pay_back:{pay_back.pk}", kind=SENT_BACK, at=at,
        by=by,
    )  # fmt: skip
    _record(pay_back, "requested", by, amount=share)
    return pay_back


def _account_values(merchant_id: int, account: BankAccount) -> dict[str, object]:
    number = "".join(account.number.split())
    if not (8 <= len(number) <= 34 and number.isascii() and number.isalnum()):
        raise BadReturn(_("This is not an account number."))
    return {
        "holder": account.holder.strip()[:120], "bank": account.bank.strip()[:120], "last4": number[-4:],
        "account": seal(number, merchant_id=merchant_id, purpose=ACCOUNT),
    }  # fmt: skip


def claim_due(*, merchant_id: int, at: datetime) -> list[tuple[PayBack, bool]]:
    """Take what is due in hand: (payment back, whether it was sent before and must be looked up first). Owns its transaction."""
    with scope(merchant_id, durable=True):
        due = (
            PayBack.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("pay_in")
            .filter(merchant_id=merchant_id, state__in=UNSETTLED, next_at__lte=at, attempts__lt=MOST_ATTEMPTS)
        )
        claimed = []
        for row in due.order_by("id")[:50]:
            was_sent = row.attempts > 0
            state = row.state if row.state == "submitted" else after(PAY_BACK, row.state, "submit")
            again = at + min(LONGEST, LOOK_AGAIN * 2**row.attempts)
            change(row, state=state, token=uuid4(), attempts=row.attempts + 1, next_at=again)
            claimed.append((row, was_sent))
        return claimed


def send_due(*, merchant_id: int, at: datetime, by: Actor) -> int:
    """Send, or look up, every payment back that is due; returns how many were settled."""
    return sum(_send(row, was_sent, by, at) for row, was_sent in claim_due(merchant_id=merchant_id, at=at))


def _send(row: PayBack, was_sent: bool, by: Actor, at: datetime) -> bool:
    gateway, wanted = gateway_named(row.pay_in.gateway), _wanted(row, at)
    try:
        said = gateway.lookup_return(wanted) if was_sent else gateway.send_back(wanted)
        if said.result is Result.ABSENT:
            said = gateway.send_back(wanted)
    except GatewayTimeout:
        return False  # `next_at` brings it back; the same request number is used again
    with scope(row.merchant_id, durable=True):
        pay_in = PayIn.objects.select_for_update().get(merchant_id=row.merchant_id, pk=row.pay_in_id)
        held = PayBack.objects.filter(merchant_id=row.merchant_id, pk=row.pk, token=row.token).exists()
        return held and book_return(pay_in, row.pk, said, by=by, at=at)


def _wanted(row: PayBack, at: datetime) -> Return:
    source = row.pay_in
    return Return(
        request_id=row.request_id, reference=source.reference, transaction=source.transaction or "", amount=row.amount,
        total=source.paid_amount or 0, currency=row.currency, at=at, merchant_id=row.merchant_id,
        notify_url=absolute(reverse("payments:callback", args=[source.gateway])),
    )  # fmt: skip


def book_return(pay_in: PayIn, pay_back_id: int, notice: Notice, *, by: Actor, at: datetime) -> bool:
    """What the company says about money sent back, under the lock of its payment in; whether it settled it."""
    row = PayBack.objects.select_for_update().get(merchant_id=pay_in.merchant_id, pk=pay_back_id)
    if row.state == "failed" or (row.state == "succeeded" and notice.result is not Result.NOT_RETURNED):
        return False
    if notice.result is Result.RETURNED and (notice.amount, notice.currency) != (row.amount, row.currency):
        open_case(pay_in, PaymentCase.Kind.RETURN_DIFFERS, notice, expected=row.amount, by=by, at=at)
        return False
    if notice.result is Result.RETURNED:
        change(row, state=after(PAY_BACK, row.state, "succeed"), transaction=notice.transaction[:80], settled_at=at, next_at=None)
        _record(row, "succeeded", by, transaction=notice.transaction)
        _tell(row, "payments.pay_back.sent", "sent", at, transaction=notice.transaction)
        return True
    if notice.result is Result.NOT_RETURNED:
        _come_back(pay_in, row, notice.detail or "declined", by, at)
        return True
    return False


def _come_back(pay_in: PayIn, row: PayBack, reason: str, by: Actor, at: datetime) -> None:
    """The money is in the wallet again."""
    change(row, state=after(PAY_BACK, row.state, "fail"), remark=reason[:300], settled_at=at, next_at=None)
    change(pay_in, returned_amount=pay_in.returned_amount - row.amount)
    credit_wallet(
        merchant_id=row.merchant_id, amount=row.amount, currency=row.currency, key=f"pay_back:{row.pk}:failed", kind=CAME_BACK,
        at=at, by=by,
    )  # fmt: skip
    _record(row, "failed", by, reason=reason)
    _tell(row, "payments.pay_back.failed", "failed", at, reason=reason)


def settle_by_hand(
    *, merchant_id: int, pay_back_id: int, bank_reference: str = "", reason: str = "", by: Actor, at: datetime
) -> bool:
    """Staff sent a bank transfer (`bank_reference`), or cannot send it (`reason`). Doing it again changes nothing.

    Or they asked the company about one that it gave no end to. Raises NotFound; NotPossible for what the company settles itself.
    """
    with scope(merchant_id, durable=True):
        found = access_pay_back(organization_id=merchant_id, pk=pay_back_id)
        if found.state not in UNSETTLED:
            return False
        if not is_left_to_people(found):
            raise NotPossible(_("The payment company settles this one itself."))
        pay_in = PayIn.objects.select_for_update().get(merchant_id=merchant_id, pk=found.pay_in_id)
        result = Result.RETURNED if bank_reference else Result.NOT_RETURNED
        event = f"hand:{found.pk}"
        said = Notice(event, found.request_id, result, bank_reference.strip()[:80], found.amount, found.currency, at, reason)
        return book_return(pay_in, found.pk, said, by=by, at=at)


def _record(row: PayBack, what: str, by: Actor, **facts: object) -> None:
    about = {"pay_back_id": row.pk, "reference": row.request_id, **facts}
    record(merchant_id=row.merchant_id, by=by, action=f"payments.pay_back.{what}", facts=about)


def _tell(row: PayBack, kind: str, key: str, at: datetime, **facts: str) -> None:
    tell(
        organization_id=row.merchant_id, kind=kind, facts={"amount": both.money(row.amount, row.currency), **facts},
        url=f"/money/back/{row.pk}/", effect_key=f"pay_back:{row.pk}:{key}", at=at,
    )  # fmt: skip
