"""Opening a dispute: the milestone stops where it is."""

from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.disputes.errors import AlreadyDisputed, BadAmount, TooLate
from orders.disputes.models import Dispute, Reason
from orders.disputes.operations.common import due, said, tell_step
from orders.disputes.policies import at_stake, may_open
from orders.disputes.queries import is_decided, open_dispute_of
from orders.disputes.states import CAP
from orders.service.operations import freeze_milestone
from orders.service.queries import access_milestone, access_order


def open_dispute(
    *, organization_id: int, milestone_id: int, reason: str, statement: str, to_provider: int, by: Actor, at: datetime
) -> Dispute:
    """Dispute a delivered or accepted milestone: `to_provider` (minor units) is what the claimant thinks is fair.

    Raises NotFound, TooLate, AlreadyDisputed, NothingSaid, BadAmount.
    """
    with scope(organization_id, durable=True):
        order, _seen = access_milestone(organization_id=organization_id, pk=milestone_id)
        order = access_order(organization_id=organization_id, pk=order.pk, locked=True)
        _order, milestone = access_milestone(organization_id=organization_id, pk=milestone_id)
        if open_dispute_of(milestone) is not None:
            raise AlreadyDisputed(_("There is an open dispute about this milestone already."))
        if is_decided(milestone):
            raise AlreadyDisputed(_("A dispute about this milestone was settled. That is final."))
        if not may_open(milestone, at):
            raise TooLate(_("A dispute is possible for seven days after a delivery or an acceptance; that time is over."))
        stake, text = at_stake(milestone), said(statement)
        if not 0 <= to_provider <= stake:
            raise BadAmount(_("The provider's share lies between nothing and what is at stake."))
        side = order.side_of(organization_id)
        dispute = Dispute.objects.create(
            merchant_id=order.merchant_id, provider_id=order.provider_id, order=order, milestone=milestone, claimant=side,
            reason=Reason(reason), statement=text, currency=order.currency, at_stake=stake, asked_to_provider=to_provider,
            opened_at=at, cap_at=at + CAP, due_at=due("opened", at, at + CAP),
        )  # fmt: skip
        freeze_milestone(organization_id=organization_id, order_id=order.pk, milestone_id=milestone_id, by=by, at=at)
        tell_step(dispute, "open", side=side, by=by, at=at, text=text, to_provider=to_provider)
        return dispute
