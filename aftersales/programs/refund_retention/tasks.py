"""Shells around one domain call each: ids in, nothing else. Doing one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from aftersales.payouts.telling import settle_and_tell
from aftersales.programs.refund_retention import queries
from aftersales.programs.refund_retention.operations import work
from marketplace.tenancy.actor import BEAT


@shared_task(name="aftersales.refund_retention.advanced")
def advance(*, merchant_id: int) -> None:
    """Move one merchant's cases on; decide what waits and pay what is due."""
    moved = work(merchant_id=merchant_id, by=BEAT, at=timezone.now())
    if moved["runs"]:
        settle_and_tell(merchant_id=merchant_id, at=timezone.now())


@shared_task(name="aftersales.refund_retention.swept")
def sweep() -> int:
    """Nudge every merchant that has the program."""
    merchants = queries.merchants_with_work()
    for merchant_id in merchants:
        advance.delay(merchant_id=merchant_id)
    return len(merchants)
