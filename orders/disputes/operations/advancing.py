"""What time does to disputes: silence loses, talking ends, proposals lapse, rulings become final, thirty days end all."""

from datetime import datetime

from marketplace.kernel.errors import NotFound
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.disputes.models import Dispute
from orders.disputes.operations.common import locked, move, settle
from orders.disputes.operations.deciding import give_fee_back
from orders.disputes.policies import capped
from orders.disputes.queries import due
from orders.disputes.states import CLOSED, LAPSES


def sweep(*, by: Actor, at: datetime) -> int:
    """Advance everything that is due; how many there were. Doing it twice changes nothing."""
    return sum(advance_dispute(merchant_id=merchant_id, dispute_id=pk, by=by, at=at) for merchant_id, pk in due(at))


def advance_dispute(*, merchant_id: int, dispute_id: int, by: Actor, at: datetime) -> bool:
    """Do what time brings about in one dispute, if it is still due. Raises NotFound."""
    with scope(merchant_id, durable=True):
        dispute = locked(merchant_id, dispute_id)
        if dispute.merchant_id != merchant_id:
            raise NotFound("Time acts in the merchant's scope.")
        if dispute.state in CLOSED or dispute.due_at is None:
            return False
        if dispute.cap_at <= at:
            _end(dispute, by, at)
            return True
        if dispute.state in LAPSES and dispute.due_at <= at:
            _lapse(dispute, by, at)
            return True
        return False


def _end(dispute: Dispute, by: Actor, at: datetime) -> None:
    """Thirty days are over. An appeal the market did not decide costs nothing."""
    undecided = dispute.state == "appealed"
    outcome = _ruled_outcome(dispute) if dispute.ruled_to_provider is not None else "cap"
    settle(dispute, "cap", capped(dispute), outcome, side="", by=by, at=at)
    if undecided:
        give_fee_back(dispute, by, at)


def _lapse(dispute: Dispute, by: Actor, at: datetime) -> None:
    if dispute.state == "opened":  # silence loses; it may still be appealed
        move(dispute, "lapse", side="", by=by, at=at, ruled_to_provider=dispute.asked_to_provider)
    elif dispute.state == "ruled":
        settle(dispute, "lapse", dispute.ruled_to_provider or 0, _ruled_outcome(dispute), side="", by=by, at=at)
    else:
        move(dispute, "lapse", side="", by=by, at=at)


def _ruled_outcome(dispute: Dispute) -> str:
    return "ruling" if dispute.ruled_by_id is not None else "silence"
