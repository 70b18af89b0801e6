"""A request with words, a label on another, and a training."""

from datetime import datetime

from aftersales.programs.refund_retention.intents.models import IntentLabel, IntentTraining
from marketplace.tenancy.scope import scope
from orders.store.models import RefundRequest
from tests import cast


def fill(merchant: cast.Merchant, *, at: datetime) -> dict[str, int]:
    """Ids of the worded request, the label and the training. The label's request is the worded one."""
    with scope(merchant.id):
        request = RefundRequest.objects.filter(merchant_id=merchant.id).earliest("id")
        RefundRequest.objects.filter(merchant_id=merchant.id, pk=request.pk).update(buyer_text=f"{merchant.slug} 尺码偏大")
        label = IntentLabel.objects.create(
            merchant_id=merchant.id, request=request, intent="size", guess="size", created_by="test", created_at=at
        )
        training = IntentTraining.objects.create(
            merchant_id=merchant.id, version=1, state="waiting", created_by="test", created_at=at
        )
    return {"worded_request": request.pk, "intent_label": label.pk, "training": training.pk}
