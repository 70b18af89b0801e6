"""Shells around one domain call each: ids in, nothing else. Doing one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from marketplace.accounts.operations import letters, purging


@shared_task(name="accounts.letters.delivered")
def deliver(*, letter_id: int) -> bool:
    """One letter about somebody's own account."""
    return letters.deliver_letter(letter_id=letter_id, at=timezone.now())


@shared_task(name="accounts.letters.swept")
def sweep() -> int:
    """What nobody was nudged for, what failed, what a dead worker held."""
    return letters.sweep_letters(at=timezone.now())


@shared_task(name="accounts.signups.purged")
def purge() -> int:
    """Sign-ups that were never confirmed, and letters of long ago."""
    at = timezone.now()
    return purging.purge_sign_ups(at=at) + purging.purge_letters(at=at)
