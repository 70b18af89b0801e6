"""Who acts next, what he has to do, and until when: pure rules over an order and its parts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from orders.service.models import ContractVersion, HandoverItem, Milestone, ServiceOrder, SplitProposal
from orders.service.policies import is_on_trial
from orders.service.queries.orders import handover_of, milestones_of, versions_of
from orders.service.states import ENDED, HELD
from orders.service.terms import Side

Act = Literal[
    "",
    "accept",
    "fund",
    "deliver",
    "redeliver",
    "review",
    "answer_split",
    "decide_trial",
    "resume",
    "rule",
    "hand_over",
    "confirm",
    "measure",
    "divide",
]
#: What only has to be waited for: said when nothing else is to be done.
PASSIVE = frozenset({"measure"})
#: A draft nobody signs, and a signed contract nobody pays, end after so many days.
UNSIGNED, UNFUNDED = timedelta(days=7), timedelta(days=7)
LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class NextStep:
    """`actor` is merchant, provider, market or nobody; `due_at` None: no deadline."""

    actor: Literal["merchant", "provider", "market", "nobody"] = "nobody"
    act: Act = ""
    due_at: datetime | None = None
    milestone_id: int | None = None


def next_step(order: ServiceOrder) -> NextStep:
    """Read from the database; needs the scope of a party."""
    milestones = list(milestones_of(order))
    splits = SplitProposal.objects.filter(merchant_id=order.merchant_id, milestone__in=milestones, state="open")
    offered = versions_of(order).filter(number=order.offered_version).first() if order.offered_version else None
    return judged(order, milestones, offered=offered, splits=list(splits), handover=list(handover_of(order)))


def judged(
    order: ServiceOrder,
    milestones: Sequence[Milestone],
    *,
    offered: ContractVersion | None,
    splits: Sequence[SplitProposal],
    handover: Sequence[HandoverItem],
) -> NextStep:
    """The most urgent of everything that waits: by deadline, then what has none; what needs nobody comes last."""
    waiting = list(_waiting(order, milestones, offered, splits, handover))
    return min(waiting, key=lambda step: (step.act in PASSIVE, step.due_at or LAST), default=NextStep())


def _waiting(
    order: ServiceOrder,
    milestones: Sequence[Milestone],
    offered: ContractVersion | None,
    splits: Sequence[SplitProposal],
    handover: Sequence[HandoverItem],
) -> Iterator[NextStep]:
    if order.state in ENDED:
        yield from (NextStep("market", "rule", None, row.pk) for row in milestones if row.state == "disputed")
        yield from _handing_over(order, handover)
        return
    if offered is not None and order.offered_version != order.signed_version:
        yield NextStep(_signs(offered), "accept", offered.created_at + UNSIGNED)
    if order.state == "drafted":
        return
    for milestone in milestones:
        yield from _of_milestone(order, milestone)
    yield from (NextStep(_other(split.proposed_by), "answer_split", None, split.milestone_id) for split in splits)
    if order.state == "paused" and order.paused_by:
        yield NextStep("merchant" if order.paused_by == "merchant" else "provider", "resume")
    elif (planned := _to_fund(milestones)) is not None:
        yield NextStep("merchant", "fund", funding_due(order, planned, milestones), planned.pk)
    if is_on_trial(order):
        yield NextStep("merchant", "decide_trial", order.trial_ends_at)
    if order.notice_by:
        yield from _handing_over(order, handover)


def _of_milestone(order: ServiceOrder, milestone: Milestone) -> Iterator[NextStep]:
    if milestone.state == "disputed":
        yield NextStep("market", "rule", None, milestone.pk)
    elif milestone.state == "delivered":
        yield NextStep("merchant", "review", milestone.auto_accept_at, milestone.pk)
    elif milestone.state == "funded" and milestone.measured_until is not None:
        yield NextStep("nobody", "measure", milestone.measured_until, milestone.pk)
    elif milestone.state == "funded" and milestone.is_measured:
        yield NextStep("merchant", "divide", None, milestone.pk)
    elif order.state == "active" and milestone.state == "funded":
        yield NextStep("provider", "deliver", milestone.due_at, milestone.pk)
    elif order.state == "active" and milestone.state == "changes_requested":
        yield NextStep("provider", "redeliver", milestone.due_at, milestone.pk)


def _to_fund(milestones: Sequence[Milestone]) -> Milestone | None:
    """The next one to be paid in: periods and fees as they come, stages when nothing else is under way."""
    planned = [milestone for milestone in milestones if milestone.state == "planned"]
    invoice = next((milestone for milestone in planned if milestone.kind != "stage"), None)
    if invoice is not None or not planned:
        return invoice
    under_way = any(milestone.state in HELD and not milestone.is_measured for milestone in milestones)
    return None if under_way else planned[0]


def funding_due(order: ServiceOrder, planned: Milestone, milestones: Sequence[Milestone]) -> datetime | None:
    """Until when a milestone should be funded: a week after the signing, after the one before it, or as its invoice says."""
    if planned.due_at is not None and planned.kind != "stage" and order.state != "signed":
        return planned.due_at
    closed = [milestone.closed_at for milestone in milestones if milestone.closed_at is not None]
    since = max(closed, default=order.signed_at)
    return since + UNFUNDED if since is not None else None


def _signs(offered: ContractVersion) -> Side:
    """Who has not accepted yet; the merchant first, because nothing happens without him."""
    return "merchant" if offered.merchant_accepted_at is None else "provider"


def _other(side: str) -> Side:
    return "provider" if side == "merchant" else "merchant"


def _handing_over(order: ServiceOrder, handover: Sequence[HandoverItem]) -> Iterator[NextStep]:
    for item in handover:
        if item.done_at is None:
            yield NextStep("merchant" if item.side == "merchant" else "provider", "hand_over", order.ends_at)
        elif item.confirmed_at is None:
            yield NextStep(_other(item.side), "confirm", None)
