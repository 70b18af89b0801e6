"""Answering a decision of the other side, or withdrawing one's own."""

from datetime import datetime

from marketplace.accounts.models import User
from marketplace.audit.operations import record
from marketplace.kernel.transitions import after
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.rooms.models import Decision
from orders.rooms.policies import require_answer
from orders.rooms.queries import access_conversation, access_decision
from orders.rooms.states import DECISION_TABLE


def answer_decision(*, organization_id: int, decision_id: int, act: str, by: Actor, at: datetime) -> Decision:
    """`acknowledge`, `decline` (the other side) or `withdraw` (one's own). Raises NotFound, NotAllowed, NotPossible."""
    with scope(organization_id, durable=True):
        seen = access_decision(organization_id=organization_id, pk=decision_id)
        conversation = access_conversation(organization_id=organization_id, pk=seen.conversation_id, lock=True)
        decision = access_decision(organization_id=organization_id, pk=decision_id, lock=True)
        side = "merchant" if organization_id == decision.merchant_id else "provider"
        require_answer(decision, side, act)
        decision.state = after(DECISION_TABLE, decision.state, act)
        decision.closed_at = at
        decision.closed_by = User.objects.filter(pk=by.user_id or 0).values_list("name", flat=True).first() or ""
        decision.save(update_fields=["state", "closed_at", "closed_by"])
        conversation.revision += 1
        conversation.save(update_fields=["revision"])
        facts = {"talk": conversation.pk, "number": decision.message.number, "new": decision.state}
        record(merchant_id=organization_id, by=by, action="orders.decision.answered", facts=facts)
        return decision
