"""What the state of a conversation and its decisions allows, apart from who may (rights are judged by the pages' doors)."""

from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotAllowed
from marketplace.kernel.transitions import allows
from orders.rooms.models import Conversation, Decision, Side
from orders.rooms.states import ACTS, DECISION_TABLE


def side_of(conversation: Conversation, organization_id: int) -> str:
    """On which side an organization stands; it is one of the two parties (see `access_conversation`)."""
    return str(Side.MERCHANT if organization_id == conversation.merchant_id else Side.PROVIDER)


def answers(decision: Decision, side: str) -> tuple[str, ...]:
    """What this side can do with a decision now: the other one answers, its own it withdraws."""
    own = ("withdraw",) if decision.side == side else ("acknowledge", "decline")
    return tuple(act for act in ACTS if act in own and allows(DECISION_TABLE, decision.state, act))


def require_answer(decision: Decision, side: str, act: str) -> None:
    """Raise NotAllowed where a side answers itself, or withdraws what the other one wrote."""
    if (act == "withdraw") != (decision.side == side):
        raise NotAllowed(_("A decision is answered by the other side, and withdrawn by who wrote it."))
