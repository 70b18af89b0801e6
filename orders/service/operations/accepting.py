"""How a milestone ends by agreement: accepted, given back, or split. Every end moves its money once, under one key."""

from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.kernel.transitions import NotPossible
from marketplace.outbox import both
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.escrow.operations import Preview, preview_release, release
from orders.service.errors import BadAmounts, NotYourTurn
from orders.service.events import happened
from orders.service.models import Milestone, ServiceOrder, SplitProposal
from orders.service.operations.closing import carry_over, close, closed
from orders.service.operations.common import Case, change, deal_of, drop_splits, locked, parties, say, settled, told
from orders.service.operations.concluding import conclude
from orders.service.operations.recurring import invoice_excess, uncounted_rest
from orders.service.policies import require_milestone
from orders.service.queries import open_split


def preview(order: ServiceOrder, to_provider: int, at: datetime) -> Preview:
    """What a release of so much would come to after fees; both sides see it before they confirm."""
    return preview_release(deal_of(order), to_provider, at)


def accept_milestone(*, organization_id: int, order_id: int, milestone_id: int, by: Actor, at: datetime) -> Milestone:
    """Accept what was delivered and release its money. Accepting twice changes nothing. Raises NotPossible, NotYourTurn."""
    with scope(organization_id, durable=True):
        case = locked(organization_id, order_id)
        milestone = case.milestone(milestone_id)
        if case.side == "merchant" and milestone.state == "accepted":
            return milestone
        require_milestone(case.order, milestone, case.acting, "accept")
        accepted(case, milestone, by, at)
        settled(case, at)
        say(case, "milestone.accepted", at=at, key=f"m{milestone.pk}:accepted", milestone=milestone)
    return milestone


def accepted(case: Case, milestone: Milestone, by: Actor, at: datetime) -> None:
    """The money of a delivered milestone goes to the provider; of a counted one, what was confirmed. On a locked order."""
    rest = uncounted_rest(case, milestone)
    confirmed = milestone.amount - rest
    if rest and confirmed and carry_over(case, milestone, rest, by, at):
        key = milestone.hold_key
        release(deal=case.deal, hold_key=key, key=f"{key}:closed", amount=confirmed, at=at, by=by)
        closed(case, milestone, "accepted", confirmed, by, at)
    else:
        close(case, milestone, "accepted" if confirmed else "refunded", confirmed, by, at)
    invoice_excess(case, milestone, by, at)
    happened("accepted", case.order, milestone, by, at)
    conclude(case, by, at)


def refund_milestone(*, organization_id: int, order_id: int, milestone_id: int, by: Actor, at: datetime) -> Milestone:
    """The provider gives a milestone's money back. Twice is once. Raises NotPossible, NotYourTurn."""
    with scope(organization_id, durable=True):
        case = locked(organization_id, order_id)
        milestone = case.milestone(milestone_id)
        if case.side == "provider" and milestone.state == "refunded":
            return milestone
        require_milestone(case.order, milestone, case.acting, "refund")
        close(case, milestone, "refunded", 0, by, at)
        conclude(case, by, at)
        settled(case, at)
        say(case, "milestone.refunded", at=at, key=f"m{milestone.pk}:refunded", milestone=milestone)
    return milestone


def propose_split(
    *, organization_id: int, order_id: int, milestone_id: int, to_provider: int, note: str = "", by: Actor, at: datetime
) -> SplitProposal:
    """Offer to close a milestone with so much (minor units) for the provider and the rest for the merchant.

    It takes the place of an offer that was open, whoever made it. Raises BadAmounts, NotPossible.
    """
    with scope(organization_id, durable=True):
        case = locked(organization_id, order_id)
        milestone = case.milestone(milestone_id)
        require_milestone(case.order, milestone, case.acting, "split")
        if not 0 <= to_provider <= milestone.amount:
            raise BadAmounts(_("More cannot be shared out than is held."))
        drop_splits(case, [milestone], by, at)
        row = SplitProposal.objects.create(
            **parties(milestone), milestone=milestone, proposed_by=case.acting, to_provider=to_provider,
            to_merchant=milestone.amount - to_provider, note=note.strip(), created_at=at, created_by=by.label,
        )  # fmt: skip
        told(case, "split.proposed", by, milestone, to_provider=to_provider, to_merchant=row.to_merchant)
        settled(case, at)
        say(case, "split.proposed", at=at, key=f"s{row.pk}", milestone=milestone, share=_share(case, row))
    return row


def agree_split(*, organization_id: int, order_id: int, milestone_id: int, split_id: int, by: Actor, at: datetime) -> Milestone:
    """Agree to the other side's offer: the money moves now. Raises NotYourTurn for one's own, NotPossible for a stale one."""
    with scope(organization_id, durable=True):
        case, milestone, row = _open(organization_id, order_id, milestone_id, split_id)
        if row.proposed_by == case.acting:
            raise NotYourTurn(_("This is your own offer; the other side answers it."))
        require_milestone(case.order, milestone, case.acting, "split")
        change(row, state=SplitProposal.State.AGREED, decided_at=at, decided_by=by.label)
        close(case, milestone, "refunded" if row.to_provider == 0 else "split", row.to_provider, by, at)
        conclude(case, by, at)
        settled(case, at)
        say(case, "split.agreed", at=at, key=f"s{row.pk}:agreed", milestone=milestone, share=_share(case, row))
    return milestone


def decline_split(
    *, organization_id: int, order_id: int, milestone_id: int, split_id: int, by: Actor, at: datetime
) -> SplitProposal:
    """Say no to the other side's offer, or take one's own back."""
    with scope(organization_id, durable=True):
        case, milestone, row = _open(organization_id, order_id, milestone_id, split_id)
        is_own = row.proposed_by == case.acting
        change(row, state="dropped" if is_own else "declined", decided_at=at, decided_by=by.label)
        told(case, "split.withdrawn" if is_own else "split.declined", by, milestone)
        settled(case, at)
        if not is_own:
            say(case, "split.declined", at=at, key=f"s{row.pk}:declined", milestone=milestone, share=_share(case, row))
    return row


def _open(organization_id: int, order_id: int, milestone_id: int, split_id: int) -> tuple[Case, Milestone, SplitProposal]:
    case = locked(organization_id, order_id)
    milestone = case.milestone(milestone_id)
    row = open_split(milestone)
    if row is None or row.pk != split_id:
        raise NotPossible(_("This offer is no longer open. Look at the milestone again."))
    return case, milestone, row


def _share(case: Case, row: SplitProposal) -> dict[str, str]:
    found = both.money(row.to_provider, case.order.currency)
    return dict(found) if isinstance(found, dict) else {"zh": str(found), "en": str(found)}
