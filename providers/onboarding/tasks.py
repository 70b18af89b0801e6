"""Shells around one domain call each: ids in, nothing else. Doing one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from marketplace.tenancy.actor import BEAT
from providers.onboarding import queries
from providers.onboarding.facts import today
from providers.onboarding.operations import exiting, exporting
from providers.onboarding.operations.expiring import check_dates


@shared_task(name="onboarding.dates.checked")
def check_all_dates() -> int:
    """Warn about papers that end soon, close what has ended, forget old exports."""
    now = timezone.now()
    for provider_id in queries.providers_with_old_exports(now - exporting.KEPT_FOR):
        exporting.forget_old_exports(provider_id=provider_id, by=BEAT, at=now)
    due = queries.providers_with_dates(today(now))
    return sum(check_dates(provider_id=provider_id, by=BEAT, at=now) for provider_id in due)


@shared_task(name="onboarding.exits.swept")
def let_go() -> int:
    """Let companies go whose last job, dispute or transfer is closed; nudge exports nobody has begun."""
    now = timezone.now()
    for provider_id, export_id in queries.waiting_exports():
        export.delay(merchant_id=provider_id, export_id=export_id)
    return sum(exiting.leave_if_free(provider_id=provider_id, by=BEAT, at=now) for provider_id in queries.providers_leaving())


@shared_task(name="onboarding.export.made")
def export(*, merchant_id: int, export_id: int) -> bool:
    """Make one export. `merchant_id` is the provider's organization, as in every task."""
    return exporting.make_export(provider_id=merchant_id, export_id=export_id, by=BEAT, at=timezone.now())
