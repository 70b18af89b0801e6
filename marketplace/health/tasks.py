"""Celery shells of this app."""

from celery import shared_task

from marketplace.health import operations
from marketplace.health.models import SCHEDULED


@shared_task(name="marketplace.health.beaten")
def beaten() -> None:
    """Show that beat, broker and a worker's pool work together."""
    operations.beat(name=SCHEDULED)
