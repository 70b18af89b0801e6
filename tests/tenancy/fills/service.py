"""A contract with a row in every table of service orders."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.escrow import operations as escrow
from orders.service.models import (
    ChangeRequest,
    ContractVersion,
    Delivery,
    DeliveryChunk,
    DeliveryComment,
    DeliveryFile,
    HandoverItem,
    Milestone,
    ServiceOrder,
    SplitProposal,
    Timer,
)
from orders.service.operations.common import change
from orders.service.terms import MilestoneTerms, Terms, contract_hash, to_json
from tests import cast

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)


def fill(merchant: cast.Merchant, provider: cast.Provider) -> dict[str, int]:
    """Active, with a delivered milestone and a planned one, every side having done everything once."""
    parties = {"merchant_id": merchant.id, "provider_id": provider.id}
    name, by = f"{merchant.slug} and {provider.slug}", {"created_at": NOW, "created_by": merchant.slug}
    stages = (MilestoneTerms(f"{name} first", 100_00, 14), MilestoneTerms(f"{name} second", 200_00, 14))
    terms = Terms(name, "store-operation", "milestone", "CNY", scope=name, milestones=stages)
    with scope(merchant.id):
        order = ServiceOrder.objects.create(
            **parties, number=f"{merchant.slug}-1", title=name, category=terms.category, model=terms.model, currency="CNY",
            total_minor=terms.total_minor, merchant_name=merchant.slug, provider_name=provider.slug,
            source_kind="listing", offered_version=1, created_at=NOW, updated_at=NOW,
        )  # fmt: skip
        deal = escrow.open_deal(
            **parties, order_id=order.pk, number=order.number, title=name, category=order.category, currency="CNY", at=NOW, by=CLI
        )
        signed = {"state": "active", "deal_id": deal.pk, "signed_version": 1, "signed_at": NOW, "started_at": NOW}
        waits = {"next_actor": "merchant", "next_act": "review", "next_due_at": NOW + timedelta(days=7)}
        change(order, **signed, **waits)
        version = ContractVersion.objects.create(
            **parties, **by, order=order, number=1, terms=to_json(terms), template="general/1",
            hash=contract_hash(terms, "general/1"), proposed_by="merchant", merchant_accepted_at=NOW, provider_accepted_at=NOW,
        )  # fmt: skip
        rows = [
            Milestone.objects.create(**parties, order=order, position=number, name=stage.name, amount=stage.amount_minor, **state)
            for number, (stage, state) in enumerate(
                zip(
                    stages,
                    (
                        {"state": "delivered", "funded_at": NOW, "delivered_at": NOW, "auto_accept_at": NOW + timedelta(days=7)},
                        {"state": "planned"},
                    ),
                    strict=True,
                ),
                1,
            )
        ]
        escrow.credit_wallet(
            merchant_id=merchant.id, amount=1_000_00, currency="CNY", key="service", kind="paid_in", at=NOW, by=CLI
        )  # fmt: skip
        escrow.hold(deal=deal, key=rows[0].hold_key, amount=rows[0].amount, at=NOW, by=CLI, title=rows[0].name)
        delivery = Delivery.objects.create(**parties, **by, milestone=rows[0], number=1, note=name)
        file = DeliveryFile.objects.create(
            **parties, delivery=delivery, uid=uuid4(), name=f"{name}.pdf", content_type="application/pdf", size=1, sha256="0" * 64
        )
        DeliveryChunk.objects.create(**parties, file=file, number=0, sealed=b"x")
        comment = DeliveryComment.objects.create(**parties, **by, delivery=delivery, side="merchant", text=name)
        ChangeRequest.objects.create(**parties, **by, milestone=rows[0], delivery=delivery, number=1, text=name)
        split = SplitProposal.objects.create(
            **parties, **by, milestone=rows[0], proposed_by="provider", to_provider=50_00, to_merchant=50_00, note=name
        )
        item = HandoverItem.objects.create(**parties, order=order, position=1, text=name, side="provider")
        Timer.objects.create(**parties, order=order, milestone=rows[0], kind="auto_accept", due_at=NOW + timedelta(days=3650))
    return {
        "service_order": order.pk,
        "contract_version": version.pk,
        "service_milestone": rows[0].pk,
        "planned_milestone": rows[1].pk,
        "service_delivery": delivery.pk,
        "delivery_file": file.pk,
        "delivery_comment": comment.pk,
        "service_split": split.pk,
        "handover_item": item.pk,
    }
