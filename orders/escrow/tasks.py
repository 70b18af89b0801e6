"""Shells around one domain call each."""

from celery import shared_task
from django.utils import timezone

from orders.escrow.operations import mature


@shared_task(name="escrow.releases.matured")
def mature_releases() -> int:
    """Make available what has waited long enough."""
    return mature(as_of=timezone.now())
