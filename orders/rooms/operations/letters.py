"""Telling people what they have not read for a while: once for each time they fell behind."""

from datetime import datetime, timedelta

from marketplace.accounts.models import Organization
from marketplace.outbox.people import tell
from marketplace.tenancy.scope import scope
from orders.rooms.models import Conversation
from orders.rooms.notices import UNREAD
from orders.rooms.queries import untold

#: Somebody who is at his desk sees the badge; everybody else gets a letter.
PATIENCE = timedelta(minutes=15)


def tell_unread(*, organization_id: int, at: datetime) -> int:
    """Tell an organization's people of every conversation that waited for PATIENCE; how many. Twice changes nothing."""
    with scope(organization_id, durable=True):
        kind = Organization.objects.filter(pk=organization_id).values_list("kind", flat=True).first()
        if kind is None:
            return 0
        due = list(untold(organization_id, kind, at - PATIENCE))
        for conversation in due:
            _tell(conversation, organization_id, kind, at)
        return len(due)


def _tell(conversation: Conversation, organization_id: int, kind: str, at: datetime) -> None:
    since = getattr(conversation, f"{kind}_waits_at")
    other = conversation.provider_name if kind == "merchant" else conversation.merchant_name
    prefix = "/talks/" if kind == "merchant" else "/desk/talks/"
    tell(
        organization_id=organization_id,
        kind=UNREAD,
        facts={"other": other, "title": conversation.title, "text": conversation.last_text},
        url=f"{prefix}{conversation.pk}/",
        effect_key=f"talk:{conversation.pk}:{kind}:{since.isoformat()}",
        at=at,
    )
    setattr(conversation, f"{kind}_told_at", at)
    conversation.save(update_fields=[f"{kind}_told_at"])
