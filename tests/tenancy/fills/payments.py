"""Payments of one merchant: waiting, lost, arrived and partly sent back, a bank transfer with a paper, one that does not fit."""

from datetime import timedelta
from typing import Any

from django.test import override_settings
from django.utils import timezone

from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.payments.gateways.sandbox import client
from orders.payments.models import PayIn, PaymentCase
from orders.payments.operations.callbacks import take_callback
from orders.payments.operations.proving import add_proof
from orders.payments.operations.returning import request_pay_back
from orders.payments.operations.starting import open_pay_in, start_pay_in
from providers.onboarding.papers import checked
from tests.providers.onboarding import papers

BANK = {"holder": "Market Ltd", "bank": "A bank", "account": "6222000011112222"}


def fill(merchant: Any, provider: Any) -> dict[str, Any]:
    """Of today: a payment that expired yesterday could not be paid any more."""
    name, now = merchant.slug.upper(), timezone.now()

    def begun(what: str, amount: int, gateway: str = "sandbox", *, opened: bool = True) -> PayIn:
        row = start_pay_in(
            merchant_id=merchant.id, amount=amount, currency="CNY", gateway=gateway, memo=f"{name} {what}", at=now, by=CLI
        )
        return open_pay_in(merchant_id=merchant.id, pay_in_id=row.pk, at=now, by=CLI) if opened else row

    def decided(row: PayIn) -> list[tuple[dict[str, str], bytes]]:
        return client.decide(merchant_id=merchant.id, reference=row.reference, pay=True, at=now)

    waiting, spare, created = begun("1", 70_000), begun("2", 80_000), begun("3", 90_000, opened=False)
    paid, arrived = begun("4", 30_000), begun("5", 50_000)
    decided(paid)  # its callback is lost
    for headers, body in decided(arrived):
        take_callback(gateway="sandbox", headers=headers, body=body, at=now)
    with override_settings(PAY_IN_BANK=BANK):
        transfer = begun("6", 60_000, "bank")
        paper = checked(papers.pdf(name), name=f"{name}.pdf")
        proof = add_proof(merchant_id=merchant.id, pay_in_id=transfer.pk, paper=paper, at=now, by=CLI)
    with scope(merchant.id):
        PaymentCase.objects.create(
            merchant_id=merchant.id, pay_in=transfer, kind="amount_differs", expected_amount=60_000, amount=59_000,
            currency="CNY", transaction=f"{name}-1", opened_at=now - timedelta(hours=1),
        )  # fmt: skip
    (back,) = request_pay_back(merchant_id=merchant.id, amount=1_000, currency="CNY", key=f"fill {name}", at=now, by=CLI)
    return {
        "pay_in": waiting.pk, "pay_in_reference": waiting.reference, "spare_pay_in": spare.pk, "created_pay_in": created.pk,
        "paid_pay_in": paid.pk, "arrived_pay_in": arrived.pk, "bank_pay_in": transfer.pk, "pay_in_proof": proof.pk,
        "pay_back": back.pk,
    }  # fmt: skip
