"""What the pages of payments share."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from marketplace.accounts.roles import Permission
from marketplace.kernel.market import MARKET_ZONE
from marketplace.tenancy.actor import Actor, person
from orders.payments.gateways import gateway_named, label_of
from orders.payments.models import PayIn, PaymentCase
from orders.payments.operations.returning import OFFLINE

ZONE = MARKET_ZONE


def actor(request: HttpRequest) -> Actor:
    return person(request.user.pk)


def rights(request: HttpRequest) -> dict[str, bool]:
    """What the page may offer this reader."""
    return {"may_pay": Permission.PAY in request.rights, "may_export": Permission.EXPORT in request.rights}


@dataclass(frozen=True)
class Next:
    """Who acts next, what, and until when. `who` is "you", "us", "company" or "nobody"."""

    who: str
    title: str
    text: str = ""
    until: datetime | None = None


def next_of(row: PayIn, *, proofs: int, case: PaymentCase | None, at: datetime) -> Next:
    """What a payment waits for."""
    if case is not None:
        text = _("What arrived differs from what was expected. Nothing is credited before it is clear; usually one working day.")
        return Next("us", _("We are looking into this payment"), text)
    if row.state in ("created", "pending") and row.expires_at <= at:
        return Next("us", _("The time is over; we ask once more whether anything arrived"))
    if row.state == "created":
        return Next("you", _("Go on to the payment company"), _("Nothing has been charged yet."), row.expires_at)
    if row.state == "pending" and row.gateway in OFFLINE:
        return _bank(row, proofs)
    if row.state == "pending":
        text = _("This page changes by itself as soon as %(company)s tells us.") % {"company": label_of(row.gateway)}
        return Next("you", _("Pay at %(company)s") % {"company": label_of(row.gateway)}, text, row.expires_at)
    if row.state == "succeeded" and row.use == "waiting":
        return Next("us", _("The money is here and is being used for its purpose"))
    return Next("nobody", "")


def _bank(row: PayIn, proofs: int) -> Next:
    if proofs:
        text = _("We compare your paper with the bank's list, usually within one working day.")
        return Next("us", _("We confirm your transfer"), text, row.expires_at)
    text = _("Write the reference into the purpose of the transfer: it is how we find your money.")
    return Next("you", _("Transfer the money"), text, row.expires_at)


def is_switched_on(name: str) -> bool:
    """Whether a gateway can still be used."""
    return name in settings.PAYMENT_GATEWAYS


def company_of(row: PayIn) -> Any:
    """The gateway of a payment, None when it was switched off since."""
    return gateway_named(row.gateway) if is_switched_on(row.gateway) else None
