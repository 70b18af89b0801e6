"""What the operations of payments share."""

import secrets
from datetime import datetime
from typing import Any

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound
from marketplace.kernel.transitions import after
from marketplace.outbox import both
from marketplace.outbox.people import tell
from marketplace.tenancy.actor import Actor
from orders.payments.models import PayIn
from orders.payments.states import PAY_IN, Use

#: The ledger's kind of money that arrived.
PAID_IN = "paid_in"

#: Nothing that is mistaken for another letter when people type it into their bank's form.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_reference(prefix: str) -> str:
    """A random number people can type: 12 characters, 49 bits."""
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(10))


def change(row: Any, **values: Any) -> None:
    """Set and save these columns."""
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))


def locked_pay_in(merchant_id: int, pay_in_id: int) -> PayIn:
    """The payment, locked. Raises NotFound."""
    found = PayIn.objects.select_for_update().filter(merchant_id=merchant_id, pk=pay_in_id).first()
    if found is None:
        raise NotFound("There is no such payment.")
    return found


def note(row: PayIn, what: str, by: Actor, **facts: object) -> None:
    """Append to the audit."""
    about = {"pay_in_id": row.pk, "reference": row.reference, **facts}
    record(merchant_id=row.merchant_id, by=by, action=f"payments.pay_in.{what}", facts=about)


def tell_payer(row: PayIn, kind: str, key: str, at: datetime, **facts: str) -> None:
    """Tell the merchant's people, once per `key`."""
    amount = both.money(row.paid_amount or row.amount, row.currency)
    tell(
        organization_id=row.merchant_id, kind=kind, facts={"amount": amount, "reference": row.reference, **facts},
        url=f"/money/in/{row.pk}/", effect_key=f"pay_in:{row.pk}:{key}", at=at,
    )  # fmt: skip


def pay_in_key(pay_in_id: int) -> str:
    """The ledger's key of money that arrived."""
    return f"pay_in:{pay_in_id}"


def succeed(row: PayIn, *, amount: int, transaction_id: str, payer: str, at: datetime, use: str = Use.WAITING) -> None:
    """Write down that the money is here. Raises IntegrityError when the transaction paid for something else already."""
    change(
        row, state=after(PAY_IN, row.state, "succeed"), paid_amount=amount, transaction=transaction_id[:80], payer=payer[:120],
        settled_at=at, use=use, remark="",
    )  # fmt: skip
