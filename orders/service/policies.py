"""What the state of a contract allows, and which side's turn an act is. Who may at all is in `permissions`."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from marketplace.kernel.transitions import NotPossible, Table, after, allows
from orders.service.errors import NotYourTurn
from orders.service.models import Milestone, ServiceOrder
from orders.service.states import ENDED, MILESTONE_TABLE, ORDER_TABLE, WORKING
from orders.service.terms import Side

BOTH: frozenset[Side] = frozenset({"merchant", "provider"})
MERCHANT: frozenset[Side] = frozenset({"merchant"})
PROVIDER: frozenset[Side] = frozenset({"provider"})
#: Acts of people on the order; what time, the market and other acts bring about is not here.
ORDER_ACTS: dict[str, frozenset[Side]] = {
    "revise": BOTH,
    "accept": BOTH,
    "cancel": BOTH,
    "pause": MERCHANT,
    "resume": MERCHANT,
    "give_notice": BOTH,
    "withdraw_notice": BOTH,
    "continue_trial": MERCHANT,
    "end_trial": BOTH,
    "hand_over": BOTH,
    "cancel_late": MERCHANT,
}
MILESTONE_ACTS: dict[str, frozenset[Side]] = {
    "fund": MERCHANT,
    "deliver": PROVIDER,
    "accept": MERCHANT,
    "request_changes": MERCHANT,
    "extend_review": MERCHANT,
    "split": BOTH,
    "refund": PROVIDER,
}
#: In which states of the order its milestones may be worked on.
OPEN_FOR: dict[str, frozenset[str]] = {
    "fund": frozenset({"signed", "active", "paused"}),
    "deliver": frozenset({"active"}),
    # While the work rests, what is there may still be looked at, settled and given back.
    **dict.fromkeys(("accept", "request_changes", "extend_review", "split", "refund"), frozenset({"active", "paused"})),
}


def order_allows(order: ServiceOrder, act: str) -> bool:
    return allows(ORDER_TABLE, order.state, act)


def milestone_allows(order: ServiceOrder, milestone: Milestone, act: str) -> bool:
    return order.state in OPEN_FOR.get(act, frozenset({order.state})) and allows(MILESTONE_TABLE, milestone.state, act)


def require_side(acts: dict[str, frozenset[Side]], side: Side, act: str) -> None:
    """Raises NotYourTurn when the act belongs to the other side."""
    if side not in acts[act]:
        raise NotYourTurn(_("Only the other side can do this."))


def require_order(order: ServiceOrder, side: Side, act: str) -> str:
    """The state that follows. Raises NotYourTurn, NotPossible."""
    require_side(ORDER_ACTS, side, act)
    return after(ORDER_TABLE, order.state, act)


def require_milestone(order: ServiceOrder, milestone: Milestone, side: Side, act: str) -> str:
    """The state that follows. Raises NotYourTurn, NotPossible."""
    require_side(MILESTONE_ACTS, side, act)
    if not milestone_allows(order, milestone, act):
        raise NotPossible(_("This cannot be done any more; the page showed an older state. Look at it again."))
    return after(MILESTONE_TABLE, milestone.state, act)


def possible(order: ServiceOrder, side: Side) -> frozenset[str]:
    """Everything a side can do with the order now, as far as its state decides; for buttons."""
    return frozenset(act for act, sides in ORDER_ACTS.items() if side in sides and _fits(order, side, act))


def possible_with(order: ServiceOrder, milestone: Milestone, side: Side) -> frozenset[str]:
    """The same for a milestone."""
    return frozenset(
        act
        for act, sides in MILESTONE_ACTS.items()
        if side in sides
        and milestone_allows(order, milestone, act)
        and not (act == "extend_review" and milestone.is_extended)
        and not (act == "deliver" and milestone.is_measured)
    )


def _fits(order: ServiceOrder, side: Side, act: str) -> bool:
    """What the tables cannot say: notices and trials that are not there."""
    if not order_allows(order, act):
        return False
    if act == "withdraw_notice":
        return order.notice_by == side
    if act == "give_notice":
        return not order.notice_by
    if act in ("continue_trial", "end_trial"):
        return is_on_trial(order)
    return act != "resume" or order.paused_by == side


def is_on_trial(order: ServiceOrder) -> bool:
    return order.state == "active" and order.trial_ends_at is not None and order.trial_continued_at is None


def is_too_late(order: ServiceOrder, milestone: Milestone, late_days: int, at: datetime) -> bool:
    """Whether a milestone is so late that the merchant may cancel the contract. A pause stops the clock."""
    now = min(at, order.paused_at) if order.paused_at else at
    return milestone.state in WORKING and milestone.due_at is not None and now > milestone.due_at + timedelta(days=late_days)


def waits_for_a_word(milestone: Milestone) -> bool:
    """Whether something about a milestone has to be decided before the contract can be cancelled because of another."""
    return milestone.state in ("delivered", "disputed")


def is_ended(order: ServiceOrder) -> bool:
    return order.state in ENDED


def sources(table: Table, act: str) -> Iterator[str]:
    """The states an act is possible in."""
    return (state for state, known in table if known == act)
