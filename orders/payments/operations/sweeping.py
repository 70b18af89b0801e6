"""What is due by itself: lost callbacks are asked for, payments nobody paid expire, money that arrived is used.

A payment of a company is only given up after the company was asked: its callback may be the one that was lost.
"""

from datetime import datetime, timedelta

from marketplace.kernel.errors import UserError
from marketplace.kernel.transitions import after
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.payments.gateways import gateway_named
from orders.payments.gateways.protocol import Known, Notice, Result
from orders.payments.models import PayIn, PaymentCase
from orders.payments.operations.common import change, locked_pay_in, note, tell_payer
from orders.payments.operations.returning import OFFLINE, send_due
from orders.payments.operations.settling import receive, use_money
from orders.payments.states import OPEN, PAY_IN, CaseState, PayInState, Use

#: How long a callback may take before it is asked for.
PATIENCE = timedelta(minutes=2)
ASK_AGAIN = timedelta(minutes=5)


def sweep(*, merchant_id: int, at: datetime, by: Actor) -> int:
    """Everything that is due for one merchant; how many payments changed. Doing it again changes nothing."""
    changed = sum(use_money(merchant_id=merchant_id, pay_in_id=pk, at=at, by=by) for pk in _unused(merchant_id))
    changed += sum(_look_up(row, at, by) for row in _to_look_up(merchant_id, at))
    return changed + sum(_expire(merchant_id, pk, at, by) for pk in _overdue(merchant_id, at))


def _unused(merchant_id: int) -> list[int]:
    with scope(merchant_id, read_only=True):
        found = PayIn.objects.filter(merchant_id=merchant_id, state=PayInState.SUCCEEDED, use=Use.WAITING)
        return list(found.order_by("id").values_list("pk", flat=True))


def _to_look_up(merchant_id: int, at: datetime) -> list[PayIn]:
    """Claimed by moving `asked_at` on, so that two workers do not ask for the same ones."""
    with scope(merchant_id, durable=True):
        due = PayIn.objects.select_for_update(skip_locked=True).filter(
            merchant_id=merchant_id, state__in=OPEN, created_at__lte=at - PATIENCE
        )
        rows = [row for row in due.exclude(gateway__in=OFFLINE).order_by("id") if _may_ask(row, at)]
        for row in rows:
            change(row, asked_at=at)
        return rows


def _may_ask(row: PayIn, at: datetime) -> bool:
    return row.asked_at is None or row.asked_at <= at - ASK_AGAIN


def ask_now(*, merchant_id: int, pay_in_id: int, at: datetime, by: Actor) -> bool:
    """Ask the company about one payment at once (the payer came back from its page); whether something changed."""
    with scope(merchant_id, read_only=True):
        row = PayIn.objects.filter(merchant_id=merchant_id, pk=pay_in_id, state__in=OPEN).exclude(gateway__in=OFFLINE).first()
    return row is not None and _look_up(row, at, by)


def _look_up(row: PayIn, at: datetime, by: Actor) -> bool:
    try:
        said = ask(row, at)
    except UserError:  # no answer, or a gateway that was switched off since
        return False
    if said.result in (Result.PENDING, Result.ABSENT):
        return False
    outcome = receive(gateway=row.gateway, notice=said, at=at, by=by)
    return outcome in ("settled", "failed", "different")


def ask(row: PayIn, at: datetime) -> Notice:
    """What the company knows of a payment. Raises GatewayTimeout, NotFound when the gateway was switched off."""
    known = Known(row.reference, row.session, row.currency, at, row.merchant_id)
    return gateway_named(row.gateway).lookup(known)


def _overdue(merchant_id: int, at: datetime) -> list[int]:
    """Whose time is over, and who have been asked about since."""
    with scope(merchant_id, read_only=True):
        found = PayIn.objects.filter(merchant_id=merchant_id, state__in=OPEN, expires_at__lte=at)
        return [row.pk for row in found.order_by("id") if row.gateway in OFFLINE or _was_asked(row)]


def _was_asked(row: PayIn) -> bool:
    return row.asked_at is not None and row.asked_at >= row.expires_at


def _expire(merchant_id: int, pay_in_id: int, at: datetime, by: Actor) -> bool:
    with scope(merchant_id, durable=True):
        row = locked_pay_in(merchant_id, pay_in_id)
        looked_into = PaymentCase.objects.filter(merchant_id=merchant_id, pay_in=row, state=CaseState.OPEN).exists()
        if row.state not in OPEN or row.expires_at > at or looked_into:
            return False
        change(row, state=after(PAY_IN, row.state, "expire"), remark="no_money")
        note(row, "expired", by)
        tell_payer(row, "payments.pay_in.expired", "expired", at)
        return True


def send_pay_backs(*, merchant_id: int, at: datetime, by: Actor) -> int:
    """Send or look up what is due to go back."""
    return send_due(merchant_id=merchant_id, at=at, by=by)
