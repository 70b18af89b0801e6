"""Shells around one domain call each; sweeps say which provider, never how much. Doing one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from marketplace.kernel.transitions import NotPossible
from marketplace.tenancy.actor import BEAT
from orders.escrow.errors import NotEnoughEarned
from orders.payouts import queries
from orders.payouts.accounts import ZONE
from orders.payouts.operations import batches, comparing, owing, stating
from orders.payouts.rules import BATCH_WEEKDAY, smallest_payout
from orders.payouts.statements import bounds, month_before


@shared_task(name="payouts.week.drafted")
def draft_week() -> int:
    """On Mondays, begin the week's batches unless there were some, and have every provider added who is due; how many."""
    now = timezone.now()
    if now.astimezone(ZONE).weekday() != BATCH_WEEKDAY:
        return 0
    due: set[int] = set()
    for currency in queries.currencies_due():
        providers = queries.providers_with_earnings(currency, smallest_payout(currency))
        if providers and not queries.had_batch(batches.week_of(now), currency):
            batches.begin_batch(currency=currency, by=BEAT, at=now)
            due.update(providers)
    for provider_id in sorted(due):
        add_to_week.delay(merchant_id=provider_id)
    return len(due)


@shared_task(name="payouts.payout.added")
def add_to_week(*, merchant_id: int) -> int:
    """Put what is due to one provider into the week's drafts. `merchant_id` is the provider's organization."""
    try:
        return batches.add_due(provider_id=merchant_id, by=BEAT, at=timezone.now())
    except (NotPossible, NotEnoughEarned):
        return 0  # approved, or spent by a refund, at this moment; the next sweep looks again


@shared_task(name="payouts.statements.swept")
def sweep_statements() -> int:
    """Have statements made of the month that is over, for whoever has none yet; how many providers."""
    month = month_before(timezone.now())
    due = sorted({provider_id for provider_id, _currency in queries.providers_without_statement(month, *bounds(month))})
    for provider_id in due:
        make_statements.delay(merchant_id=provider_id)
    return len(due)


@shared_task(name="payouts.statements.made")
def make_statements(*, merchant_id: int) -> int:
    """One provider's statements of the month that is over; how many there are. `merchant_id` is the provider's organization."""
    now = timezone.now()
    return stating.make_statements(provider_id=merchant_id, month=month_before(now), by=BEAT, at=now)


@shared_task(name="payouts.debts.swept")
def sweep_debts() -> int:
    """Have everybody judged who owes anything or whose listings are hidden for it; how many."""
    found = queries.providers_to_judge()
    for provider_id in found:
        judge_debts.delay(merchant_id=provider_id)
    return len(found)


@shared_task(name="payouts.debt.judged")
def judge_debts(*, merchant_id: int) -> int:
    """Hide or show one provider's listings as its debts ask for. `merchant_id` is the provider's organization."""
    return owing.judge_debts(provider_id=merchant_id, by=BEAT, at=timezone.now())


@shared_task(name="payouts.books.compared")
def compare_books() -> int:
    """Compare ledger and records; staff see the differences. Sends no other tasks, so it returns 0."""
    comparing.compare_books(at=timezone.now())
    return 0
