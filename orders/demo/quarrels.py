"""Disputes of the demo: what the parties and the market's staff do in them. Shares are the provider's part in 1/10,000."""

from typing import TYPE_CHECKING

from marketplace.tenancy.scope import scope
from orders.demo.acts import WHOLE, Act, Step, current, order_of
from orders.disputes import operations
from orders.disputes.models import Dispute, DisputeStep

if TYPE_CHECKING:
    from orders.demo.telling import Deal


def _dispute(deal: "Deal") -> Dispute | None:
    order = deal.order()
    with scope(deal.merchant.id):
        return Dispute.objects.filter(merchant_id=deal.merchant.id, order_id=order.pk if order else 0).first()


def _found(deal: "Deal") -> Dispute:
    found = _dispute(deal)
    if found is None:
        raise LookupError(f"{deal.row['name']}: nothing is disputed")
    return found


def _happened(deal: "Deal", *acts: str) -> bool:
    dispute = _dispute(deal)
    if dispute is None:
        return False
    with scope(deal.merchant.id):
        return DisputeStep.objects.filter(merchant_id=deal.merchant.id, dispute_id=dispute.pk, act__in=acts).exists()


def _open(deal: "Deal", step: Step) -> None:
    side, milestone = deal.side(step["side"]), current(deal, "delivered", "accepted")
    operations.open_dispute(
        organization_id=side.id, milestone_id=milestone.pk, reason=step["reason"], statement=step["text"],
        to_provider=milestone.amount * step["share"] // WHOLE, by=side.by, at=deal.moment(step),
    )  # fmt: skip


def _act(name: str, deal: "Deal", step: Step) -> None:
    side, dispute = deal.side(step["side"]), _found(deal)
    share = dispute.at_stake * step["share"] // WHOLE if "share" in step else None
    operations.act_in_dispute(
        organization_id=side.id, dispute_id=dispute.pk, act=name, text=step.get("text", ""), to_provider=share, by=side.by,
        at=deal.moment(step),
    )  # fmt: skip


def _staff(deal: "Deal", step: Step) -> dict[str, object]:
    dispute = _found(deal)
    return {
        "merchant_id": deal.merchant.id, "dispute_id": dispute.pk, "to_provider": dispute.at_stake * step["share"] // WHOLE,
        "text": step["text"], "by": deal.staff, "at": deal.moment(step),
    }  # fmt: skip


def disputes_settled(deal: "Deal") -> bool:
    """Whether the contract's dispute, if it has one, has ended."""
    dispute = _dispute(deal)
    return dispute is None or dispute.state in ("settled", "withdrawn")


ACTS: dict[str, Act] = {
    "dispute": Act(lambda deal, _n, _step: order_of(deal).pk > 0 and _dispute(deal) is not None, _open),
    "answer_dispute": Act(lambda deal, _n, _step: _happened(deal, "answer"), lambda deal, step: _act("answer", deal, step)),
    "decline_ruling": Act(lambda deal, _n, _step: _happened(deal, "decline"), lambda deal, step: _act("decline", deal, step)),
    "propose_ruling": Act(
        lambda deal, _n, _step: _happened(deal, "propose"),
        lambda deal, step: operations.propose(**_staff(deal, step)),  # type: ignore[arg-type]
    ),
    "rule": Act(
        lambda deal, _n, _step: _happened(deal, "rule"),
        lambda deal, step: operations.rule(**_staff(deal, step)),  # type: ignore[arg-type]
    ),
}
