"""What the parties of the demo's contracts do. Each kind of step has two functions: whether it was done, and doing it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marketplace.accounts.models import Membership
from marketplace.tenancy.scope import scope
from orders.outcomes.clause import KIND, OutcomeClause
from orders.outcomes.offering import place_of, with_clause
from orders.service import operations
from orders.service.models import ChangeRequest, Delivery, Milestone, ServiceOrder, SplitProposal
from orders.service.operations.buying import Choice
from orders.service.queries import version_of

if TYPE_CHECKING:
    from orders.demo.telling import Deal

Step = dict[str, Any]
WHOLE = 10_000


@dataclass(frozen=True)
class Act:
    """`is_done(deal, n, step)`: whether the n-th step of this kind (from 0) was done; `do` does it."""

    is_done: Callable[["Deal", int, Step], bool]
    do: Callable[["Deal", Step], object]


def owner_of(organization_id: int) -> int:
    """The user who founded a company; needs its scope."""
    found = Membership.objects.filter(organization_id=organization_id, role="owner").order_by("pk")
    return int(found.values_list("user_id", flat=True)[0])


def order_of(deal: "Deal") -> ServiceOrder:
    """The contract as it is now. Raises LookupError before it was drawn up."""
    found = deal.order()
    if found is None:
        raise LookupError(deal.row["name"])
    return found


def milestones_of(deal: "Deal") -> list[Milestone]:
    with scope(deal.merchant.id):
        found = Milestone.objects.filter(merchant_id=deal.merchant.id, order_id=order_of(deal).pk)
        return list(found.order_by("position"))


def current(deal: "Deal", *states: str) -> Milestone:
    """The first milestone in one of these states."""
    found = next((each for each in milestones_of(deal) if each.state in states), None)
    if found is None:
        raise LookupError(f"{deal.row['name']}: no milestone is {' or '.join(states)}")
    return found


def _count(deal: "Deal", model: type[Delivery] | type[ChangeRequest] | type[SplitProposal]) -> int:
    order = deal.order()
    with scope(deal.merchant.id):
        of_order = Milestone.objects.filter(merchant_id=deal.merchant.id, order_id=order.pk if order else 0)
        return model.objects.filter(
            merchant_id=deal.merchant.id, milestone_id__in=list(of_order.values_list("pk", flat=True))
        ).count()


def _buy(deal: "Deal", step: Step) -> None:
    choice = Choice(package=deal.row["package"], months=deal.row.get("months", 1), quantity=deal.row.get("quantity", 1))
    operations.buy_package(
        merchant_id=deal.merchant.id, listing_id=deal.listing.listing_id, choice=choice, by=deal.merchant.by, at=deal.moment(step)
    )


def _offer_outcome(deal: "Deal", step: Step) -> None:
    """The terms on offer with the step's clause, as a page of either console offers them."""
    order, side = order_of(deal), deal.side(step["side"])
    with scope(deal.merchant.id):
        version = version_of(order, order.offered_version)
    clause = OutcomeClause(milestone=place_of(version.agreed), **step["clause"])
    operations.revise_contract(
        organization_id=side.id, order_id=order.pk, terms=with_clause(version.agreed, clause), base_hash=version.hash,
        note=step["note"], by=side.by, at=deal.moment(step),
    )  # fmt: skip


def _has_outcome(deal: "Deal") -> bool:
    order = order_of(deal)
    with scope(deal.merchant.id):
        return KIND in version_of(order, order.offered_version).agreed.clauses


def _sign(deal: "Deal", step: Step) -> None:
    """The provider first, then the merchant."""
    order = order_of(deal)
    with scope(deal.merchant.id):
        version = version_of(order, order.offered_version)
    for side in (deal.provider, deal.merchant):
        operations.accept_contract(
            organization_id=side.id, order_id=order.pk, version_hash=version.hash, by=side.by, at=deal.moment(step)
        )


def _fund(deal: "Deal", step: Step) -> None:
    planned, side = current(deal, "planned"), deal.merchant
    operations.fund_milestone(
        organization_id=side.id, order_id=planned.order_id, milestone_id=planned.pk, by=side.by, at=deal.moment(step)
    )


def _deliver(deal: "Deal", step: Step) -> None:
    milestone, side = current(deal, "funded", "changes_requested"), deal.provider
    operations.deliver(
        organization_id=side.id, order_id=milestone.order_id, milestone_id=milestone.pk, note=step["note"],
        quantity=step.get("quantity"), by=side.by, at=deal.moment(step),
    )  # fmt: skip


def _ask_for_changes(deal: "Deal", step: Step) -> None:
    milestone, side = current(deal, "delivered"), deal.merchant
    operations.request_changes(
        organization_id=side.id, order_id=milestone.order_id, milestone_id=milestone.pk, text=step["text"], by=side.by,
        at=deal.moment(step),
    )  # fmt: skip


def _accept(deal: "Deal", step: Step) -> None:
    milestone, side = current(deal, "delivered"), deal.merchant
    operations.accept_milestone(
        organization_id=side.id, order_id=milestone.order_id, milestone_id=milestone.pk, by=side.by, at=deal.moment(step)
    )


def _propose_split(deal: "Deal", step: Step) -> None:
    """`share` is the provider's part in 1/10,000."""
    milestone, side = current(deal, "delivered"), deal.side(step["side"])
    operations.propose_split(
        organization_id=side.id, order_id=milestone.order_id, milestone_id=milestone.pk, note=step["note"], by=side.by,
        at=deal.moment(step), to_provider=milestone.amount * step["share"] // WHOLE,
    )  # fmt: skip


def _agree_split(deal: "Deal", step: Step) -> None:
    side = deal.side(step["side"])
    with scope(deal.merchant.id):
        row = SplitProposal.objects.get(
            merchant_id=deal.merchant.id, milestone_id=current(deal, "delivered").pk, state=SplitProposal.State.OPEN
        )
    operations.agree_split(
        organization_id=side.id, order_id=order_of(deal).pk, milestone_id=row.milestone_id, split_id=row.pk, by=side.by,
        at=deal.moment(step),
    )  # fmt: skip


def _give_notice(deal: "Deal", step: Step) -> None:
    side = deal.side(step["side"])
    operations.give_notice(
        organization_id=side.id, order_id=order_of(deal).pk, reason=step["reason"], by=side.by, at=deal.moment(step)
    )


def _cancel(deal: "Deal", step: Step) -> None:
    side = deal.side(step["side"])
    operations.cancel_order(
        organization_id=side.id, order_id=order_of(deal).pk, reason=step["reason"], by=side.by, at=deal.moment(step)
    )


def _accepted(deal: "Deal", n: int) -> bool:
    return sum(each.state in ("accepted", "split", "disputed") for each in milestones_of(deal)) > n


ACTS: dict[str, Act] = {
    "buy": Act(lambda deal, _n, _step: deal.order() is not None, _buy),
    "offer_outcome": Act(lambda deal, _n, _step: _has_outcome(deal), _offer_outcome),
    "sign": Act(lambda deal, _n, _step: order_of(deal).signed_version > 0, _sign),
    "fund": Act(lambda deal, n, _step: sum(each.funded_at is not None for each in milestones_of(deal)) > n, _fund),
    "deliver": Act(lambda deal, n, _step: _count(deal, Delivery) > n, _deliver),
    "changes": Act(lambda deal, n, _step: _count(deal, ChangeRequest) > n, _ask_for_changes),
    "accept": Act(lambda deal, n, _step: _accepted(deal, n), _accept),
    "propose_split": Act(lambda deal, n, _step: _count(deal, SplitProposal) > n, _propose_split),
    "agree_split": Act(lambda deal, n, _step: _accepted(deal, n), _agree_split),
    "notice": Act(lambda deal, _n, _step: order_of(deal).notice_at is not None, _give_notice),
    "cancel": Act(lambda deal, _n, _step: order_of(deal).closed_at is not None, _cancel),
}
