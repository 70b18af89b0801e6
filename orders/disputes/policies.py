"""What the state of a dispute allows to whom, and until when one may be opened. Pure: nothing reads the clock or the database."""

from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.kernel.money import exponent
from marketplace.kernel.transitions import allows
from orders.disputes.errors import NotYourTurn
from orders.disputes.models import Dispute
from orders.disputes.states import ACTS_NEXT, DISPUTE_TABLE, MAY_OPEN_FOR, PARTY_ACTS
from orders.service.models import Milestone

#: F9: the first ruling is free; an appeal costs this many major units, given back when it is won.
APPEAL_FEE = 200


def appeal_fee(currency: str) -> int:
    """In minor units."""
    return int(APPEAL_FEE * 10 ** exponent(currency))


def open_until(milestone: Milestone) -> datetime | None:
    """Until when a dispute about a milestone may be opened; None where its state allows none.

    While a delivery waits to be accepted, as long as it waits; at least seven days from the delivery, or from the acceptance.
    """
    if milestone.state in ("delivered", "changes_requested") and milestone.delivered_at is not None:
        return max(milestone.delivered_at + MAY_OPEN_FOR, milestone.auto_accept_at or milestone.delivered_at)
    if milestone.state == "accepted" and milestone.closed_at is not None and milestone.to_provider:
        return milestone.closed_at + MAY_OPEN_FOR
    return None


def may_open(milestone: Milestone, at: datetime) -> bool:
    """Also, without a term, where figures cannot be trusted: no rule moves that money."""
    if milestone.state == "funded" and milestone.is_measured and milestone.measured_until is None:
        return True
    until = open_until(milestone)
    return until is not None and at <= until


def at_stake(milestone: Milestone) -> int:
    """What can be shared out: the price that is held, or what was released."""
    return int(milestone.to_provider or 0) if milestone.state == "accepted" else milestone.amount


def is_turn(dispute: Dispute, side: str, act: str) -> bool:
    """Whether an act is this side's at all, whatever the state; none of them is the market's."""
    if side not in ("merchant", "provider"):
        return False
    if act == "answer":
        return side == dispute.respondent
    if act == "withdraw":
        return side == dispute.claimant
    if act == "agree":
        return side != (dispute.offer_side or dispute.claimant)
    if act == "accept":
        return getattr(dispute, f"{side}_accepted_at") is None
    return act in PARTY_ACTS


def require_turn(dispute: Dispute, side: str, act: str) -> None:
    """Raises NotYourTurn."""
    if not is_turn(dispute, side, act):
        raise NotYourTurn(_("Only the other side can do this."))


def possible(dispute: Dispute, side: str) -> frozenset[str]:
    """Everything a side can do now."""
    has_offer = dispute.state == "opened" or dispute.offer_to_provider is not None
    return frozenset(
        act
        for act in PARTY_ACTS
        if allows(DISPUTE_TABLE, dispute.state, act) and is_turn(dispute, side, act) and (act != "agree" or has_offer)
    )


def acts_next(dispute: Dispute) -> str:
    """Who acts next: "merchant", "provider", "both", "market", or "" when it is closed."""
    who = ACTS_NEXT.get(dispute.state, "")
    if who == "respondent":
        return dispute.respondent
    if dispute.state == "proposed" and (dispute.merchant_accepted_at or dispute.provider_accepted_at):
        return "merchant" if dispute.merchant_accepted_at is None else "provider"
    return who


def is_upheld(dispute: Dispute, to_provider: int) -> bool:
    """Whether a decision goes against the provider: it is nearer to what the merchant wanted."""
    return abs(to_provider - dispute.position("merchant")) < abs(dispute.position("provider") - to_provider)


def has_won(dispute: Dispute, to_provider: int) -> bool:
    """Whether an appeal was worth it: the decision is better for who appealed than the ruling was."""
    ruled = dispute.ruled_to_provider or 0
    return to_provider > ruled if dispute.appeal_side == "provider" else to_provider < ruled


def capped(dispute: Dispute) -> int:
    """What counts when thirty days are over: the ruling, else the market's proposal, else the middle of what both want."""
    for decided in (dispute.ruled_to_provider, dispute.proposal_to_provider):
        if decided is not None:
            return decided
    return (dispute.position("merchant") + dispute.position("provider")) // 2
