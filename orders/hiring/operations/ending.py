"""What follows for the others when a need is filled, closed or withdrawn: set-based, and everybody is told once."""

from datetime import datetime

from orders.hiring.models import Brief, Invitation, Proposal
from orders.hiring.notices import told
from orders.hiring.states import INVITATION_TABLE, LIVE, PROPOSAL_TABLE


def end_dealings(brief: Brief, *, at: datetime, besides: int | None = None) -> int:
    """Close every invitation and proposal that is still alive, but that of the invitation `besides`; how many invitations.

    The need is locked, in the merchant's scope.
    """
    alive = (
        Invitation.objects.select_for_update()
        .filter(merchant_id=brief.merchant_id, brief_id=brief.pk, state__in=LIVE)
        .exclude(pk=besides or 0)
        .order_by("pk")
    )
    ended = list(alive)
    ids = [invitation.pk for invitation in ended]
    droppable = [state for state, act in PROPOSAL_TABLE if act == "drop"]
    proposals = Proposal.objects.filter(merchant_id=brief.merchant_id, invitation_id__in=ids, state__in=droppable)
    proposals.update(state=PROPOSAL_TABLE["submitted", "drop"], updated_at=at)
    Invitation.objects.filter(merchant_id=brief.merchant_id, pk__in=ids).update(
        state=INVITATION_TABLE["sent", "close"], updated_at=at
    )
    for invitation in ended:
        told(
            invitation.provider_id, "lead.closed", {"title": invitation.title}, url=f"/desk/leads/{invitation.pk}/",
            key=f"lead:{invitation.pk}:closed", at=at,
        )  # fmt: skip
    return len(ids)
