"""Shells around one domain call each: ids in, nothing else. Doing one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from marketplace.tenancy.actor import BEAT
from providers.onboarding import queries
from providers.onboarding.facts import today
from providers.onboarding.operations.expiring import check_dates


@shared_task(name="onboarding.dates.checked")
def check_all_dates() -> int:
    """Warn about papers that end soon, and close what has ended."""
    now = timezone.now()
    due = queries.providers_with_dates(today(now))
    return sum(check_dates(provider_id=provider_id, by=BEAT, at=now) for provider_id in due)
