"""Shells around one domain call each. Doing one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from marketplace.kernel.transitions import NotPossible
from marketplace.tenancy.actor import BEAT
from orders.payouts import queries
from orders.payouts.accounts import ZONE
from orders.payouts.operations import batches
from orders.payouts.rules import BATCH_WEEKDAY


@shared_task(name="payouts.week.drafted")
def draft_week() -> int:
    """On Mondays, draw up the week's batch of every currency, unless there was one; how many are drafts now."""
    now = timezone.now()
    if now.astimezone(ZONE).weekday() != BATCH_WEEKDAY:
        return 0
    drafted = 0
    for currency in queries.currencies_due():
        if queries.had_batch(batches.week_of(now), currency):
            continue
        try:
            batches.draft_batch(currency=currency, by=BEAT, at=now)
        except NotPossible:
            continue  # somebody approved it between looking and drawing up
        drafted += 1
    return drafted
