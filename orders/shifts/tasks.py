"""Shells around one domain call each. Doing one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from marketplace.tenancy.actor import BEAT
from orders.shifts.operations import accept_silent


@shared_task(name="shifts.weeks.swept")
def sweep() -> int:
    """Accept the weeks nobody objected to in time."""
    return accept_silent(by=BEAT, at=timezone.now())
