"""Shells around one domain call each. Doing one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from marketplace.tenancy.actor import BEAT
from orders.hiring.operations.expiring import sweep_merchant
from orders.hiring.queries import merchants_due


@shared_task(name="hiring.due.swept")
def sweep() -> int:
    """Nudge every merchant who has an invitation to lapse, a proposal that ran out or a need to close."""
    due = merchants_due(timezone.now())
    for merchant_id in due:
        sweep_one.delay(merchant_id=merchant_id)
    return len(due)


@shared_task(name="hiring.merchant.swept")
def sweep_one(*, merchant_id: int) -> int:
    """Do what is due for one merchant."""
    return sweep_merchant(merchant_id=merchant_id, by=BEAT, at=timezone.now())
