"""What state and clock allow, and who acts next until when. Who may is a matter of `marketplace.accounts.roles`.

Pages show a button exactly when the operation behind it would go through; both ask here.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.kernel.transitions import NotPossible, allows
from orders.hiring.limits import MOST_VERSIONS
from orders.hiring.models import Brief, Invitation, Proposal
from orders.hiring.states import BRIEF_TABLE, INVITATION_TABLE, OPEN_PROPOSALS, PROPOSAL_TABLE, SIDES


@dataclass(frozen=True, slots=True)
class NextStep:
    """Who has to act (merchant, provider, market or nobody), what they do, and until when."""

    side: str
    act: str
    due_at: datetime | None = None


def effective_state(proposal: Proposal, at: datetime) -> str:
    """The state, or "expired" when time has run out and the sweep has not passed yet."""
    if proposal.state in OPEN_PROPOSALS and proposal.expires_at <= at:
        return "expired"
    return str(proposal.state)


def is_sealed(proposal: Proposal) -> bool:
    """Whether it is one of several that are opened together."""
    return proposal.opens_at > proposal.created_at


def brief_acts(brief: Brief, at: datetime) -> frozenset[str]:
    """What a merchant can do with a need now: edit, publish, cancel, invite, copy."""
    acts = {act for act in ("edit", "publish", "cancel", "invite") if allows(BRIEF_TABLE, brief.state, act)}
    if brief.answers_until is not None and brief.answers_until <= at:
        acts.discard("invite")
    return frozenset(acts | {"copy"})


def invitation_acts(invitation: Invitation, at: datetime) -> frozenset[str]:
    """What a provider can do with a lead now: accept, decline, quote, refute."""
    acts = {act for act in ("accept", "decline", "quote") if allows(INVITATION_TABLE, invitation.state, act)}
    if invitation.state == "quoted":
        acts.discard("decline")  # a proposal is withdrawn, which says the same
    if invitation.state == "sent" and invitation.answer_due_at <= at:
        acts = set()
    if invitation.quote_until <= at:
        acts &= {"decline"}
    if may_refute(invitation):
        acts.add("refute")
    return frozenset(acts)


def may_refute(invitation: Invitation) -> bool:
    """A bad lead is refuted once, until the provider is hired or turned it down as not interesting."""
    return invitation.refutation == "" and invitation.state not in ("hired", "quoted")


def proposal_acts(proposal: Proposal, *, side: str, at: datetime) -> frozenset[str]:
    """What a side ("merchant" or "provider") can do with a proposal now, see `states.SIDES`."""
    state = effective_state(proposal, at)
    acts = {act for act, who in SIDES.items() if who == side and allows(PROPOSAL_TABLE, state, act)}
    if side == "merchant" and proposal.opens_at > at:
        return frozenset()
    if state != "countered" and is_sealed(proposal) and proposal.opens_at <= at:
        acts.discard("revise")  # what was sealed is opened for everybody at once, and stays as it is until the merchant answers
    if proposal.number >= MOST_VERSIONS:
        acts -= {"revise", "counter"}
    return frozenset(acts)


def require_act(acts: frozenset[str], act: str) -> None:
    """Raises NotPossible unless the act is among those allowed now."""
    if act not in acts:
        raise NotPossible(_("This cannot be done any more; the page showed an older state. Look at it again."))


def next_for_brief(brief: Brief, *, proposals: int, invited: int, at: datetime) -> NextStep:
    """`proposals`: open and readable ones; `invited`: live invitations."""
    if brief.state == "draft":
        return NextStep("merchant", "publish")
    if brief.state != "published":
        return NextStep("nobody", brief.state)
    takes_answers = brief.answers_until is not None and brief.answers_until > at
    if proposals:
        return NextStep("merchant", "choose", brief.choose_until)
    if not takes_answers:
        return NextStep("merchant", "write_anew", brief.choose_until)
    if invited or brief.mode == "open":
        return NextStep("provider", "answer", brief.answers_until)
    return NextStep("merchant", "invite", brief.answers_until)


def next_for_lead(invitation: Invitation, proposal: Proposal | None, at: datetime) -> NextStep:
    """The same for the dealings with one provider."""
    if proposal is not None and invitation.state == "quoted":
        state = effective_state(proposal, at)
        if state == "submitted":
            return NextStep("merchant", "read" if proposal.opens_at > at else "decide", proposal.expires_at)
        if state == "countered":
            return NextStep("provider", "answer_counter", proposal.expires_at)
        return NextStep("provider", "renew", invitation.quote_until)
    if invitation.state == "sent" and invitation.answer_due_at > at:
        return NextStep("provider", "say_yes_or_no", invitation.answer_due_at)
    if invitation.state == "accepted" and invitation.quote_until > at:
        return NextStep("provider", "quote", invitation.quote_until)
    return NextStep("nobody", invitation.state)
