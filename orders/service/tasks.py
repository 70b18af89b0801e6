"""Shells around one domain call each: ids in, nothing else. Doing one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from marketplace.tenancy.actor import BEAT
from orders.service.operations.timing import sweep


@shared_task(name="service.timers.swept")
def sweep_timers() -> int:
    """Do what time brings about: reminders, lateness, acceptance by itself, invoices, ends."""
    return sweep(by=BEAT, at=timezone.now())
