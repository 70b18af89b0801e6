"""Requests with words, labels on them, and a training that has ended."""

from datetime import datetime

from aftersales.programs.refund_retention.intents.models import IntentLabel, IntentTraining
from aftersales.programs.refund_retention.intents.operations import FEWEST_LABELS
from marketplace.tenancy.scope import scope
from orders.store.models import RefundRequest
from tests import cast


def fill(merchant: cast.Merchant, *, at: datetime) -> dict[str, int]:
    """Ids of a worded request, its label and the training; there are labels enough for another one."""
    with scope(merchant.id):
        like = RefundRequest.objects.filter(merchant_id=merchant.id).earliest("id")
        requests = [
            RefundRequest.objects.create(
                merchant_id=merchant.id, shop_id=like.shop_id, sku_id=like.sku_id, external_ref=f"{merchant.slug}-T{number}",
                line_no=1, row_no=0, quantity=1, unit_amount=100, currency=like.currency, requested_at=at, state="unmatched",
                buyer_text=f"{merchant.slug} 尺码偏大 {number}", outcome="refunded",
            )
            for number in range(FEWEST_LABELS + 1)
        ]  # fmt: skip
        labels = [
            IntentLabel.objects.create(
                merchant_id=merchant.id, request=request, intent="size", guess="size", created_by="test", created_at=at
            )
            for request in requests
        ]
        training = IntentTraining.objects.create(
            merchant_id=merchant.id, version=1, state="replaced", created_by="test", created_at=at
        )
    return {"worded_request": requests[0].pk, "intent_label": labels[0].pk, "training": training.pk}
