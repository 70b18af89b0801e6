"""Shells around one domain call each. Doing one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from marketplace.tenancy.actor import BEAT
from providers.scorecards import operations, queries


@shared_task(name="scorecards.month.swept")
def sweep_month() -> int:
    """Calculate this month's cards where they are missing, and nudge every provider with one that has no effect yet."""
    now = timezone.now()
    operations.recalculate(month=now.date().replace(day=1), by=BEAT, at=now)
    return _nudge({provider_id for provider_id, _card in queries.unpublished()})


@shared_task(name="scorecards.levels.swept")
def sweep_levels() -> int:
    """Nudge every provider whose demotion is due, or who may have been idle for too long."""
    now = timezone.now()
    return _nudge({*queries.due_demotions(now.date()), *(provider_id for provider_id, _at in queries.idle_candidates(now))})


def _nudge(provider_ids: set[int]) -> int:
    for provider_id in sorted(provider_ids):
        settle.delay(merchant_id=provider_id)
    return len(provider_ids)


@shared_task(name="scorecards.provider.settled")
def settle(*, merchant_id: int) -> int:
    """Bring one provider's level up to date; `merchant_id` is its organization."""
    return operations.settle_provider(provider_id=merchant_id, by=BEAT, at=timezone.now())
