"""What the two sides do: answer, offer, agree, take the market's proposal or not, appeal, take back."""

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.kernel.transitions import NotPossible, after
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from marketplace.ui import formats
from orders.disputes.errors import FeeNotCovered
from orders.disputes.models import Dispute
from orders.disputes.operations.common import give_up, locked, move, said, settle, share
from orders.disputes.policies import appeal_fee, require_turn
from orders.disputes.states import DISPUTE_TABLE
from orders.escrow.models import Deal
from orders.escrow.operations import NotEnoughInWallet, charge


def act_in_dispute(
    *, organization_id: int, dispute_id: int, act: str, text: str = "", to_provider: int | None = None, by: Actor, at: datetime
) -> Dispute:
    """One act of a party (see `states.PARTY_ACTS`); `to_provider` with an answer, an offer or an agreement.

    Raises NotFound, NotYourTurn, NotPossible, NothingSaid, BadAmount, FeeNotCovered.
    """
    with scope(organization_id, durable=True):
        dispute = locked(organization_id, dispute_id)
        if act not in ACTS:
            raise NotPossible(_("There is no such act."))
        side = "merchant" if organization_id == dispute.merchant_id else "provider"
        require_turn(dispute, side, act)
        after(DISPUTE_TABLE, dispute.state, act)
        ACTS[act](dispute, side, text, to_provider, by, at)
        return dispute


def _answer(dispute: Dispute, side: str, text: str, to_provider: int | None, by: Actor, at: datetime) -> None:
    words = said(text)
    chosen = share(dispute, to_provider if to_provider is not None else dispute.position(side))
    move(dispute, "answer", side=side, by=by, at=at, text=words, answer=words, answered_to_provider=chosen)


def _offer(dispute: Dispute, side: str, text: str, to_provider: int | None, by: Actor, at: datetime) -> None:
    chosen = share(dispute, -1 if to_provider is None else to_provider)
    move(dispute, "offer", side=side, by=by, at=at, text=text.strip(), offer_side=side, offer_to_provider=chosen)


def _agree(dispute: Dispute, side: str, text: str, to_provider: int | None, by: Actor, at: datetime) -> None:
    """To the offer on the table; before the answer, to what the claimant asks for. What was read is what counts."""
    offered = dispute.asked_to_provider if dispute.state == "opened" else dispute.offer_to_provider
    if offered is None:
        raise NotPossible(_("There is no offer to agree to."))
    if to_provider is not None and to_provider != offered:
        raise NotPossible(_("The offer has changed since this page was opened. Look at it again."))
    settle(dispute, "agree", offered, "agreed", side=side, by=by, at=at, text=text.strip())


def _escalate(dispute: Dispute, side: str, text: str, _share: int | None, by: Actor, at: datetime) -> None:
    move(dispute, "escalate", side=side, by=by, at=at, text=text.strip())


def _accept(dispute: Dispute, side: str, text: str, _share: int | None, by: Actor, at: datetime) -> None:
    other = "provider" if side == "merchant" else "merchant"
    accepted = {f"{side}_accepted_at": at}
    if getattr(dispute, f"{other}_accepted_at") is None:
        move(dispute, "accept", side=side, by=by, at=at, text=text.strip(), **accepted)
    else:
        proposed = dispute.proposal_to_provider or 0
        settle(dispute, "accept_too", proposed, "proposal", side=side, by=by, at=at, text=text.strip(), **accepted)


def _decline(dispute: Dispute, side: str, text: str, _share: int | None, by: Actor, at: datetime) -> None:
    move(dispute, "decline", side=side, by=by, at=at, text=text.strip())


def _appeal(dispute: Dispute, side: str, text: str, _share: int | None, by: Actor, at: datetime) -> None:
    """The first ruling is free; who appeals pays a fee, which comes back when he wins (F9)."""
    words, fee = said(text), appeal_fee(dispute.currency)
    move(dispute, "appeal", side=side, by=by, at=at, text=words, appeal_side=side, appeal_text=words, appeal_fee=fee)
    deal = Deal.objects.get(merchant_id=dispute.merchant_id, order_id=dispute.order_id)
    try:
        charge(deal=deal, side=side, key=f"dispute:{dispute.pk}:appeal", amount=fee, at=at, by=by)  # type: ignore[arg-type]
    except NotEnoughInWallet as error:
        missing = formats.money(error.missing, dispute.currency)
        raise FeeNotCovered(_("The appeal fee is not covered: pay %(missing)s in first.") % {"missing": missing}) from error


def _withdraw(dispute: Dispute, side: str, text: str, _share: int | None, by: Actor, at: datetime) -> None:
    give_up(dispute, side=side, by=by, at=at, text=text.strip())


Act = Callable[[Dispute, str, str, int | None, Actor, datetime], None]
ACTS: dict[str, Act] = {
    "answer": _answer,
    "offer": _offer,
    "agree": _agree,
    "escalate": _escalate,
    "accept": _accept,
    "decline": _decline,
    "appeal": _appeal,
    "withdraw": _withdraw,
}
