"""The merchant's own people and their notices."""

from datetime import datetime

from marketplace.outbox.models import Notice
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope


def read_notices(*, merchant_id: int, by: Actor, at: datetime, notice_id: int | None = None) -> int:
    """Mark one notice, or all, as read for everybody in the organization; how many were unread."""
    with scope(merchant_id, durable=True):
        unread = Notice.objects.filter(merchant_id=merchant_id, recipient_id__isnull=True, read_at__isnull=True)
        if notice_id is not None:
            unread = unread.filter(pk=notice_id)
        return unread.update(read_at=at, read_by=by.label)
