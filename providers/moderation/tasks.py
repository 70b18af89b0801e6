"""Shells around one domain call each. Doing one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from marketplace.tenancy.actor import BEAT
from providers.moderation.operations import refresh_standing
from providers.moderation.queries.due import providers_to_refresh


@shared_task(name="moderation.standing.swept")
def sweep_standings() -> int:
    """Nudge every provider whose hiding or pausing is over, or whose old points stopped counting."""
    due = providers_to_refresh(timezone.now())
    for provider_id in due:
        refresh.delay(merchant_id=provider_id)
    return len(due)


@shared_task(name="moderation.standing.refreshed")
def refresh(*, merchant_id: int) -> int:
    """Bring one provider's standing up to date; `merchant_id` is its organization."""
    return refresh_standing(provider_id=merchant_id, by=BEAT, at=timezone.now())
