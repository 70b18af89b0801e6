"""Payments of one merchant: one that waits, one that arrived and partly went back, one that does not fit."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.payments.models import (
    GatewayNotice,
    PayBack,
    PayInProof,
    PayInProofChunk,
    PaymentCase,
    SandboxCharge,
)
from orders.payments.operations import start_pay_in

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)


def fill(merchant: Any, provider: Any) -> dict[str, int]:
    name = merchant.slug.upper()
    common = {"merchant_id": merchant.id, "currency": "CNY", "at": NOW, "by": CLI}
    waiting = start_pay_in(amount=70_000, gateway="sandbox", memo=f"{name} June", **common)
    arrived = start_pay_in(amount=50_000, gateway="sandbox", memo=f"{name} May", **common)
    with scope(merchant.id):
        proof = PayInProof.objects.create(
            merchant_id=merchant.id, pay_in=waiting, uid=uuid4(), name=f"{name}.pdf", content_type="application/pdf", size=1,
            sha256="0" * 64, uploaded_at=NOW, uploaded_by=CLI.label,
        )  # fmt: skip
        PayInProofChunk.objects.create(merchant_id=merchant.id, proof=proof, number=0, sealed=b"x")
        GatewayNotice.objects.create(
            merchant_id=merchant.id, gateway="sandbox", event_id=f"evt_{name}", reference=arrived.reference, result="other",
            outcome="ignored", received_at=NOW,
        )  # fmt: skip
        PaymentCase.objects.create(
            merchant_id=merchant.id, pay_in=waiting, kind="amount_differs", expected_amount=70_000, amount=69_000, currency="CNY",
            transaction=f"{name}-1", opened_at=NOW,
        )  # fmt: skip
        PayBack.objects.create(
            merchant_id=merchant.id, pay_in=arrived, request_id=f"SR{merchant.id:010d}", key="fill", amount=1_000, currency="CNY",
            created_at=NOW, created_by=CLI.label,
        )  # fmt: skip
        SandboxCharge.objects.create(merchant_id=merchant.id, reference=waiting.reference, amount=70_000, currency="CNY")
    return {"pay_in": waiting.pk, "arrived_pay_in": arrived.pk, "pay_in_proof": proof.pk}
