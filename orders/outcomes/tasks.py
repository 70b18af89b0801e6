"""Shells around one domain call each. Doing one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from marketplace.tenancy.actor import BEAT
from orders.outcomes.operations import sweep_merchant
from orders.outcomes.queries import merchants_measuring


@shared_task(name="outcomes.measuring.swept")
def sweep() -> int:
    """Nudge every merchant with a running outcome."""
    found = merchants_measuring()
    for merchant_id in found:
        sweep_one.delay(merchant_id=merchant_id)
    return len(found)


@shared_task(name="outcomes.merchant.swept")
def sweep_one(*, merchant_id: int) -> int:
    """Count one merchant's running outcomes and settle those that are due."""
    return sweep_merchant(merchant_id=merchant_id, by=BEAT, at=timezone.now())
