"""What the market's staff do: propose, rule, and decide an appeal, in the merchant's scope."""

from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.disputes.errors import OwnRuling
from orders.disputes.models import Dispute
from orders.disputes.operations.common import locked, move, said, settle, share
from orders.disputes.policies import has_won
from orders.escrow.models import Deal
from orders.escrow.operations import return_charge

MARKET = "market"


def propose(*, merchant_id: int, dispute_id: int, to_provider: int, text: str, by: Actor, at: datetime) -> Dispute:
    """Put a share on the table that both may accept within two days. Raises NotFound, NotPossible, BadAmount, NothingSaid."""
    with scope(merchant_id, durable=True):
        dispute, words = locked(merchant_id, dispute_id), said(text)
        chosen = share(dispute, to_provider)
        move(dispute, "propose", side=MARKET, by=by, at=at, text=words, proposal_to_provider=chosen, proposal_text=words)
        return dispute


def rule(*, merchant_id: int, dispute_id: int, to_provider: int, text: str, by: Actor, at: datetime) -> Dispute:
    """Decide; it is carried out when nobody appeals within three days."""
    with scope(merchant_id, durable=True):
        dispute, words = locked(merchant_id, dispute_id), said(text)
        chosen = share(dispute, to_provider)
        move(
            dispute, "rule", side=MARKET, by=by, at=at, text=words, ruled_to_provider=chosen, ruling_text=words,
            ruled_by_id=by.user_id,
        )  # fmt: skip
        return dispute


def decide_appeal(*, merchant_id: int, dispute_id: int, to_provider: int, text: str, by: Actor, at: datetime) -> Dispute:
    """Decide again, by somebody else; it is final and carried out at once. Who wins gets the fee back. Raises OwnRuling."""
    with scope(merchant_id, durable=True):
        dispute, words = locked(merchant_id, dispute_id), said(text)
        if dispute.ruled_by_id is not None and dispute.ruled_by_id == by.user_id:
            raise OwnRuling(_("You ruled on this dispute. A colleague decides the appeal."))
        chosen = share(dispute, to_provider)
        won = has_won(dispute, chosen)
        settle(dispute, "decide", chosen, "appeal", side=MARKET, by=by, at=at, text=words, decision_text=words, appeal_won=won)
        if won:
            give_fee_back(dispute, by, at)
        return dispute


def give_fee_back(dispute: Dispute, by: Actor, at: datetime) -> None:
    """Return what the appeal cost, once."""
    deal = Deal.objects.get(merchant_id=dispute.merchant_id, order_id=dispute.order_id)
    side, key = dispute.appeal_side, f"dispute:{dispute.pk}:appeal"
    return_charge(deal=deal, side=side, key=key, amount=dispute.appeal_fee, at=at, by=by)  # type: ignore[arg-type]
