"""What disputes do to a milestone: freeze it, let it go on as it was, or settle it by a ruling."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from marketplace.kernel.transitions import after
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.escrow.operations import reverse
from orders.service.errors import BadAmounts
from orders.service.models import Milestone
from orders.service.operations.closing import Ending, close, closed
from orders.service.operations.common import Case, change, drop_splits, locked, locked_by_time, settled, told
from orders.service.operations.concluding import conclude
from orders.service.states import MILESTONE_TABLE

#: Who acts next after a dispute was taken back has at least this long.
BREATH = timedelta(days=3)


def freeze_milestone(*, organization_id: int, order_id: int, milestone_id: int, by: Actor, at: datetime) -> Milestone:
    """Stop a milestone and its clocks while a dispute is open; money stays where it is. Either side's; raises NotPossible."""
    with scope(organization_id):
        case = locked(organization_id, order_id)
        milestone = case.milestone(milestone_id)
        state = after(MILESTONE_TABLE, milestone.state, "freeze")
        change(milestone, frozen_from=milestone.state, state=state)
        drop_splits(case, [milestone], by, at)
        told(case, "milestone.frozen", by, milestone)
        settled(case, at)
    return milestone


def thaw_milestone(*, merchant_id: int, order_id: int, milestone_id: int, by: Actor, at: datetime) -> Milestone:
    """The dispute was taken back: the milestone is what it was, and whoever acts next has at least three days."""
    with scope(merchant_id):
        case = locked_by_time(merchant_id, order_id)
        milestone = case.milestone(milestone_id)
        before = milestone.frozen_from
        state = after(MILESTONE_TABLE, milestone.state, f"thaw_{before}")
        soonest = at + BREATH
        later = {name: max(value, soonest) for name in ("due_at", "auto_accept_at") if (value := getattr(milestone, name))}
        change(milestone, state=state, frozen_from="", **later)
        told(case, "milestone.thawed", by, milestone)
        conclude(case, by, at)
        settled(case, at)
    return milestone


def settle_milestone(
    *, merchant_id: int, order_id: int, milestone_id: int, to_provider: int, ruling: str, by: Actor, at: datetime
) -> Milestone:
    """Carry a ruling (or the parties' agreement in a dispute) out: so much of the milestone's price stays with the provider.

    What was released already is taken back as far as the ruling asks for. Takes part in the caller's transaction.
    Raises BadAmounts, NotPossible.
    """
    with scope(merchant_id):
        case = locked_by_time(merchant_id, order_id)
        milestone = case.milestone(milestone_id)
        ending = _ending(milestone, to_provider)
        after(MILESTONE_TABLE, milestone.state, f"settle_{ending}")
        if milestone.frozen_from == "accepted":
            _take_back(case, milestone, ending, to_provider, ruling, by, at)
        else:
            close(case, milestone, ending, to_provider, by, at)
        told(case, "milestone.settled", by, milestone, ruling=ruling, to_provider=to_provider)
        conclude(case, by, at)
        settled(case, at)
    return milestone


def _ending(milestone: Milestone, to_provider: int) -> Ending:
    if to_provider == 0:
        return "refunded"
    paid = milestone.to_provider if milestone.frozen_from == "accepted" else milestone.amount
    return "accepted" if to_provider == paid else "split"


def _take_back(case: Case, milestone: Milestone, ending: Ending, to_provider: int, ruling: str, by: Actor, at: datetime) -> None:
    back = (milestone.to_provider or 0) - to_provider
    if not 0 <= to_provider <= (milestone.to_provider or 0):
        raise BadAmounts(_("A ruling cannot give more than was paid."))
    if back:
        key = milestone.hold_key
        reverse(deal=case.deal, release_key=f"{key}:closed", key=f"{key}:ruled", amount=back, ruling=ruling, at=at, by=by)
    closed(case, milestone, ending, to_provider, by, at)
