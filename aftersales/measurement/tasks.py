"""Shells around one domain call each: ids in, nothing else. Doing one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from aftersales.measurement import keeping


@shared_task(name="measurement.report.refreshed")
def refresh(*, merchant_id: int, experiment_id: int) -> bool:
    """Add up a report that is too large for a page."""
    return keeping.refresh(merchant_id=merchant_id, experiment_id=experiment_id, at=timezone.now())
