"""Recording what was done, inside the transaction that does it."""

from typing import Any

from marketplace.audit.models import AuditEvent
from marketplace.tenancy.actor import Actor


def record(*, merchant_id: int, by: Actor, action: str, facts: dict[str, Any]) -> None:
    """Append one audit row in the caller's transaction and scope."""
    AuditEvent.objects.create(merchant_id=merchant_id, action=action, actor=by.label, user_id=by.user_id, facts=facts)
