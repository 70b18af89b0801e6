"""Shells around one domain call each. Doing one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from marketplace.kernel.transitions import NotPossible
from marketplace.tenancy.actor import BEAT
from orders.payouts import queries
from orders.payouts.accounts import ZONE
from orders.payouts.operations import batches, stating
from orders.payouts.rules import BATCH_WEEKDAY
from orders.payouts.statements import bounds, month_before


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


@shared_task(name="payouts.statements.made")
def make_statements() -> int:
    """Statements of the month that is over, for whoever has none yet; how many were made."""
    now = timezone.now()
    month = month_before(now)
    made = 0
    for provider_id, currency in queries.providers_without_statement(month, *bounds(month)):
        made += stating.make_statement(provider_id=provider_id, month=month, currency=currency, by=BEAT, at=now) is not None
    return made
