"""Shells around one domain call each."""

from celery import shared_task
from django.utils import timezone

from orders.escrow.nightly import check_books
from orders.escrow.operations import mature


@shared_task(name="escrow.releases.matured")
def mature_releases() -> int:
    """Make available what has waited long enough."""
    return mature(as_of=timezone.now())


@shared_task(name="escrow.books.checked")
def check_the_books() -> int:
    """Once a night: recalculate ledger and escrow; what does not add up waits in staff's inbox. How many findings."""
    return check_books(at=timezone.now())
