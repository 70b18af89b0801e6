"""The sandbox company: keeps its own books, in transactions of its own."""

from collections.abc import Mapping
from datetime import datetime

from django.urls import reverse

from marketplace.tenancy.scope import scope
from orders.payments.gateways.protocol import (
    GatewayRefused,
    GatewayTimeout,
    Known,
    Notice,
    Opened,
    Reply,
    Request,
    Result,
    Return,
)
from orders.payments.gateways.sandbox import callback, config
from orders.payments.models import SandboxCharge

STATES = {"open": Result.PENDING, "paid": Result.PAID, "refused": Result.FAILED}


class SandboxGateway:
    name, label, text, icon = config.NAME, config.LABEL, config.TEXT, config.ICON
    is_offline, minutes = False, config.MINUTES

    def currencies(self) -> tuple[str, ...]:
        from django.conf import settings

        return tuple(settings.PAYMENT_CURRENCIES)

    def open(self, request: Request) -> Opened:
        if config.faults().hits("refuse", request.reference):
            raise GatewayRefused("declined")
        if config.faults().hits("timeout", request.reference):
            raise GatewayTimeout("no answer from the sandbox")
        with scope(request.merchant_id):
            SandboxCharge.objects.get_or_create(
                merchant_id=request.merchant_id, reference=request.reference,
                defaults={"amount": request.amount, "currency": request.currency},
            )  # fmt: skip
        return Opened(url=reverse("money:sandbox", args=[request.reference]), session=f"sbx_{request.reference}")

    def read(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Notice:
        return callback.read(headers, body, at)

    def reply(self, *, accepted: bool) -> Reply:
        return Reply(200 if accepted else 500, "ok" if accepted else "later")

    def lookup(self, known: Known) -> Notice:
        with scope(known.merchant_id):
            found = SandboxCharge.objects.filter(merchant_id=known.merchant_id, reference=known.reference).first()
        return _notice(found) if found else Notice(f"lookup:{known.reference}", known.reference, Result.ABSENT)

    def send_back(self, wanted: Return) -> Notice:
        """Takes from its own books, once per request id; refuses more than it was paid."""
        if config.faults().hits("back_refuse", wanted.request_id):
            return _returned(wanted, Result.NOT_RETURNED, "account_closed")
        with scope(wanted.merchant_id):
            row = SandboxCharge.objects.select_for_update().get(merchant_id=wanted.merchant_id, reference=wanted.reference)
            if wanted.request_id not in row.returned:
                if row.state != "paid" or sum(row.returned.values()) + wanted.amount > row.amount:
                    return _returned(wanted, Result.NOT_RETURNED, "declined")
                row.returned[wanted.request_id] = wanted.amount
                row.save(update_fields=["returned"])
        if config.faults().hits("back_timeout", wanted.request_id):
            raise GatewayTimeout("no answer from the sandbox")
        return _returned(wanted, Result.RETURNED)

    def lookup_return(self, wanted: Return) -> Notice:
        with scope(wanted.merchant_id):
            row = SandboxCharge.objects.filter(merchant_id=wanted.merchant_id, reference=wanted.reference).first()
        done = row is not None and wanted.request_id in row.returned
        return _returned(wanted, Result.RETURNED if done else Result.ABSENT)


def _notice(row: SandboxCharge) -> Notice:
    """What the sandbox's books say about a charge; the same words each time."""
    result = STATES[row.state]
    transaction = f"sbx_{row.reference}_pay" if row.state == "paid" else ""
    less = row.state == "paid" and config.faults().hits("less", row.reference)
    return Notice(
        event_id=f"evt_{row.reference}_{row.state}", reference=row.reference, result=result, transaction=transaction,
        amount=row.amount - 1 if less else row.amount, currency=row.currency, occurred_at=row.paid_at,
        detail="declined" if row.state == "refused" else "",
    )  # fmt: skip


def _returned(wanted: Return, result: Result, detail: str = "") -> Notice:
    transaction = f"sbx_{wanted.request_id}_back" if result is Result.RETURNED else ""
    event = f"evt_{wanted.request_id}_{result}"
    return Notice(event, wanted.request_id, result, transaction, wanted.amount, wanted.currency, wanted.at, detail)


def decide(*, merchant_id: int, reference: str, pay: bool, at: datetime) -> list[tuple[dict[str, str], bytes]]:
    """The payer pays or refuses on the sandbox's page; returns the callbacks that leave, which may be none, one or two."""
    with scope(merchant_id, durable=True):
        row = SandboxCharge.objects.select_for_update().get(merchant_id=merchant_id, reference=reference)
        if row.state == "open":
            row.state, row.paid_at = ("paid", at) if pay else ("refused", None)
            row.save(update_fields=["state", "paid_at"])
    faults = config.faults()
    copies = 0 if faults.hits("lost", reference) else 2 if faults.hits("twice", reference) else 1
    return [callback.signed(_notice(row), at)] * copies


def gateway() -> SandboxGateway:
    return SandboxGateway()
