"""What time does: unanswered invitations lapse, proposals run out, needs nobody was chosen for close. Twice is once."""

from datetime import datetime

from marketplace.audit.operations import record
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.hiring.models import Brief, Invitation, Proposal, PublicBrief
from orders.hiring.notices import told
from orders.hiring.operations.answering import count_answer
from orders.hiring.operations.common import locked, move_brief, move_invitation
from orders.hiring.operations.ending import end_dealings
from orders.hiring.states import OPEN_PROPOSALS, PROPOSAL_TABLE

#: At most so many rows of a kind in one transaction; the next sweep takes the rest.
BATCH = 200


def sweep_merchant(*, merchant_id: int, by: Actor, at: datetime) -> int:
    """Do for one merchant what is due; how many things happened. Three transactions, each taking its locks in the one order."""
    with scope(merchant_id, durable=True):
        PublicBrief.objects.filter(merchant_id=merchant_id, answers_until__lte=at).delete()
        lapsed = _lapse(merchant_id, at)
    with scope(merchant_id, durable=True):
        expired = _run_out(merchant_id, at)
    with scope(merchant_id, durable=True):
        return lapsed + expired + _close(merchant_id, by, at)


def _lapse(merchant_id: int, at: datetime) -> int:
    """Silence counts as an answer of the time that passed: saying no is always better than saying nothing."""
    due = Invitation.objects.filter(merchant_id=merchant_id, state="sent", answer_due_at__lte=at).order_by("brief_id", "pk")
    count = 0
    for brief_id, invitation_id in due.values_list("brief_id", "pk")[:BATCH]:
        found = locked(merchant_id, brief_id, invitation_id)
        if found.invitation.state == "sent":
            move_invitation(found.invitation, "lapse", at, answer_minutes=count_answer(found, at))
            count += 1
    return count


def _run_out(merchant_id: int, at: datetime) -> int:
    """One statement, whatever their number; the providers are told."""
    due = Proposal.objects.filter(merchant_id=merchant_id, state__in=OPEN_PROPOSALS, expires_at__lte=at)
    chosen = list(due.select_for_update(of=("self",)).select_related("invitation").order_by("pk")[:BATCH])
    Proposal.objects.filter(merchant_id=merchant_id, pk__in=[each.pk for each in chosen]).update(
        state=PROPOSAL_TABLE["submitted", "expire"], updated_at=at
    )
    for proposal in chosen:
        lead = proposal.invitation
        told(
            proposal.provider_id, "proposal.expired", {"title": lead.title}, url=f"/desk/leads/{lead.pk}/",
            key=f"proposal:{proposal.pk}:{proposal.number}:expired", at=at,
        )  # fmt: skip
    return len(chosen)


def _close(merchant_id: int, by: Actor, at: datetime) -> int:
    due = Brief.objects.select_for_update().filter(merchant_id=merchant_id, state="published", choose_until__lte=at)
    chosen = list(due.order_by("pk")[:BATCH])
    for brief in chosen:
        move_brief(brief, "close", at, ended_at=at)
        end_dealings(brief, at=at)
        record(merchant_id=merchant_id, by=by, action="orders.need.closed", facts={"need": brief.pk, "title": brief.title})
        told(
            merchant_id, "need.closed", {"title": brief.title}, url=f"/hiring/needs/{brief.pk}/",
            key=f"need:{brief.pk}:closed", at=at,
        )  # fmt: skip
    return len(chosen)
