"""Shells around one domain call each. Doing one twice changes nothing."""

from celery import shared_task
from django.utils import timezone

from orders.rooms.operations.letters import PATIENCE, tell_unread
from orders.rooms.queries import organizations_to_tell


@shared_task(name="rooms.letters.swept")
def sweep_letters() -> int:
    """Nudge every organization with something unread for a while."""
    due = organizations_to_tell(timezone.now() - PATIENCE)
    for organization_id in due:
        tell_organization.delay(merchant_id=organization_id)
    return len(due)


@shared_task(name="rooms.letters.written")
def tell_organization(*, merchant_id: int) -> int:
    """Tell one organization; `merchant_id` is its number, whatever its kind."""
    return tell_unread(organization_id=merchant_id, at=timezone.now())
