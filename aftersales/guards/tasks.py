"""Shells around one domain call each: ids in, nothing else. Doing one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from aftersales.guards.approvals.operations import expire
from aftersales.guards.approvals.queries import merchants_with_late_requests
from aftersales.guards.reconciliation import operations, queries
from marketplace.tenancy.actor import BEAT


@shared_task(name="guards.approvals.expired")
def expire_requests() -> int:
    """Close the requests nobody decided in time."""
    now = timezone.now()
    return sum(expire(merchant_id=merchant_id, by=BEAT, at=now) for merchant_id in merchants_with_late_requests(now))


@shared_task(name="guards.books.scheduled")
def open_comparisons() -> int:
    """Open today's comparison of every merchant that pays, and nudge those that did not finish."""
    for merchant_id in queries.merchants_with_payouts():
        operations.open_daily_run(merchant_id=merchant_id, by=BEAT, at=timezone.now())
    waiting = queries.unfinished_runs()
    for merchant_id, run_id in waiting:
        compare.delay(merchant_id=merchant_id, comparison_id=run_id)
    return len(waiting)


@shared_task(name="guards.books.compared")
def compare(*, merchant_id: int, comparison_id: int) -> None:
    """Carry out one comparison."""
    operations.run_daily(merchant_id=merchant_id, comparison_id=comparison_id, by=BEAT, at=timezone.now())
