"""Shells around one domain call each. Doing one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from marketplace.tenancy.actor import BEAT
from orders.disputes.operations import advance_dispute
from orders.disputes.queries import due


@shared_task(name="disputes.clock.swept")
def sweep_disputes() -> int:
    """Nudge every dispute whose time is over."""
    found = due(timezone.now())
    for merchant_id, dispute_id in found:
        advance.delay(merchant_id=merchant_id, dispute_id=dispute_id)
    return len(found)


@shared_task(name="disputes.dispute.advanced")
def advance(*, merchant_id: int, dispute_id: int) -> bool:
    """Do what time brings about in one dispute."""
    return advance_dispute(merchant_id=merchant_id, dispute_id=dispute_id, by=BEAT, at=timezone.now())
