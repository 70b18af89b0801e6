"""When a contract comes to its end: everything is closed, or nothing more will come."""

from collections.abc import Callable
from datetime import datetime

from marketplace.kernel.transitions import after
from marketplace.tenancy.actor import Actor
from orders.escrow.operations import close_deal
from orders.service.events import happened
from orders.service.models import HandoverItem
from orders.service.operations.closing import cancel_planned
from orders.service.operations.common import Case, change, parties, say, told
from orders.service.queries import handover_of
from orders.service.states import ENDED, HELD, ORDER_TABLE

LastFee = Callable[[Case, Actor, datetime], None]
_last_fees: list[LastFee] = []


def conclude(case: Case, by: Actor, at: datetime) -> bool:
    """End the order when nothing of it is open any more; whether it did. On a locked order."""
    order = case.order
    if order.state in ENDED or order.state not in ("active", "paused"):
        return False
    is_over = order.ends_at is not None and order.ends_at <= at
    planned = [milestone for milestone in case.milestones if milestone.state == "planned"]
    if any(milestone.state in HELD for milestone in case.milestones) or _is_owed(case):
        return False
    if not is_over and (planned or case.terms.is_recurring):
        return False
    if has_last_fee(case, by, at):
        return False
    for milestone in planned:
        cancel_planned(case, milestone, by, at)
    end(case, _act(case), by, at)
    return True


def has_last_fee(case: Case, by: Actor, at: datetime) -> bool:
    """Let fees be charged that the end makes due, such as a measured outcome; whether one is to be paid. On a locked order."""
    for settle in _last_fees:
        settle(case, by, at)
    return _is_owed(case)


def register_last_fee(settle: LastFee) -> None:
    """Be asked before a contract ends whether there is a fee to charge; while one is unpaid the contract does not end.

    Called with the locked case, in the merchant's scope. Registering twice changes nothing.
    """
    if settle not in _last_fees:
        _last_fees.append(settle)


def _is_owed(case: Case) -> bool:
    """Whether a fee is still to be paid in, or a share of sales to be computed: a contract does not end before."""
    if any(milestone.kind == "variable" and milestone.state == "planned" for milestone in case.milestones):
        return True
    recurring = case.terms.recurring
    shares = recurring is not None and recurring.commission is not None
    return shares and any(
        milestone.kind == "period" and milestone.state in ("accepted", "split") and not milestone.basis.get("share_counted")
        for milestone in case.milestones
    )


def _act(case: Case) -> str:
    """A contract that was served to its end is completed; one that somebody ended, or that paid nothing, is terminated."""
    was_paid = any(milestone.to_provider for milestone in case.milestones)
    return "complete" if was_paid and not case.order.notice_by else "terminate"


def end(case: Case, act: str, by: Actor, at: datetime, reason: str = "") -> None:
    """Bring the order into one of its last states, and start the handover."""
    order = case.order
    state = after(ORDER_TABLE, order.state, act)
    change(
        order, state=state, closed_at=at, paused_at=None, paused_by="", ends_at=min(order.ends_at or at, at),
        end_reason=reason[:500] or order.end_reason,
    )  # fmt: skip
    if order.started_at is not None:
        hand_over_list(case)
    close_deal(deal=case.deal, at=at, by=by)
    told(case, f"contract.{state}", by, reason=reason)
    say(case, f"contract.{state}", "merchant", "provider", at=at, key=state, reason=reason or "–")
    happened("completed" if state == "completed" else "cancelled" if state == "cancelled" else "terminated", order, None, by, at)


def hand_over_list(case: Case) -> None:
    """The checklist of the contract, once."""
    if handover_of(case.order).exists():
        return
    HandoverItem.objects.bulk_create(
        HandoverItem(**parties(case.order), order=case.order, position=number, text=row.text, side=row.side)
        for number, row in enumerate(case.terms.handover, 1)
    )
