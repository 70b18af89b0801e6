"""Shells around one domain call each. Doing one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from marketplace.tenancy.actor import BEAT
from providers.profiles.operations import refresh_public
from providers.profiles.queries.stale import stale_providers


@shared_task(name="profiles.capacity.swept")
def sweep_capacity() -> int:
    """Nudge every provider whose pause has begun or ended since its public row was written."""
    due = stale_providers(timezone.now().date())
    for provider_id in due:
        refresh.delay(merchant_id=provider_id)
    return len(due)


@shared_task(name="profiles.public.refreshed")
def refresh(*, merchant_id: int) -> bool:
    """Write one provider's public row anew; `merchant_id` is its organization."""
    return refresh_public(provider_id=merchant_id, by=BEAT, at=timezone.now())
