"""Shells around one domain call each. Doing one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from orders.invoices.operations.reminding import remind


@shared_task(name="invoices.reminders.swept")
def sweep_reminders() -> int:
    """Remind issuers of what is due, and tell both sides of what is late."""
    return remind(at=timezone.now())
