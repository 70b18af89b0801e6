"""An offer becomes a contract to sign: the merchant accepts it, or the provider agrees to the counter-offer."""

from datetime import datetime

from marketplace.accounts.models import Organization
from marketplace.kernel.errors import NotFound
from marketplace.tenancy.actor import Actor
from orders.hiring.contracts import terms_of
from orders.hiring.errors import ProviderBlocked
from orders.hiring.models import Proposal, ProposalVersion
from orders.hiring.notices import told
from orders.hiring.operations.common import Dealing, dealing, move_brief, move_invitation, move_proposal, noted
from orders.hiring.operations.ending import end_dealings
from orders.hiring.operations.proposing import require_seen
from orders.hiring.policies import proposal_acts, require_act
from orders.hiring.quotes import Quote
from orders.service.errors import GateClosed
from orders.service.operations.drafting import Source, draft_order


def accept_proposal(*, merchant_id: int, invitation_id: int, seen: int, by: Actor, at: datetime) -> Proposal:
    """Take the provider's offer. The need is filled, the others are told, a contract waits for both signatures.

    `seen` is the version that was read. Changed, NotPossible, ProviderBlocked, BadTerms, NotFound. One need becomes one
    contract, whoever presses first.
    """
    with dealing(organization_id=merchant_id, invitation_id=invitation_id) as found:
        proposal = _close(found, "merchant", "accept", seen, by, at)
        noted(merchant_id, by, "proposal.accepted", _facts(found, proposal))
        told(
            found.provider_id, "proposal.accepted", found.facts(), url=found.lead_url,
            key=f"proposal:{proposal.pk}:accepted", at=at,
        )  # fmt: skip
        return proposal


def agree_to_counter(*, provider_id: int, invitation_id: int, seen: int, by: Actor, at: datetime) -> Proposal:
    """Agree to the merchant's counter-offer; otherwise the same as `accept_proposal`."""
    with dealing(organization_id=provider_id, invitation_id=invitation_id) as found:
        proposal = _close(found, "provider", "agree", seen, by, at)
        noted(provider_id, by, "proposal.agreed", _facts(found, proposal))
        told(
            found.merchant_id, "proposal.agreed", found.facts(), url=f"/hiring/needs/proposals/{proposal.pk}/",
            key=f"proposal:{proposal.pk}:accepted", at=at,
        )  # fmt: skip
        return proposal


def _close(found: Dealing, side: str, act: str, seen: int, by: Actor, at: datetime) -> Proposal:
    proposal, lead, brief = found.proposal, found.invitation, found.brief
    if proposal is None or (side == "merchant" and proposal.opens_at > at):
        raise NotFound(f"proposal of invitation {lead.pk}")
    require_act(proposal_acts(proposal, side=side, at=at), act)
    require_seen(proposal, seen)
    move_brief(brief, "fill", at, ended_at=at)
    order_id = _draft(found, proposal, by, at)
    move_proposal(proposal, act, at, order_id=order_id)
    name = str(Organization.objects.values_list("name", flat=True).get(pk=found.merchant_id))
    move_invitation(lead, "hire", at, merchant_name=name)
    end_dealings(brief, at=at, besides=lead.pk)
    return proposal


def _draft(found: Dealing, proposal: Proposal, by: Actor, at: datetime) -> int:
    version = ProposalVersion.objects.get(merchant_id=found.merchant_id, proposal_id=proposal.pk, number=proposal.number)
    category = found.invitation.category
    terms = terms_of(
        Quote.from_json(version.quote), title=found.invitation.title, category=category.slug,
        auto_accept_days=category.auto_accept_days,
    )  # fmt: skip
    try:
        order = draft_order(
            merchant_id=found.merchant_id, provider_id=found.provider_id, terms=terms, source=Source("proposal", proposal.pk),
            by=by, at=at,
        )  # fmt: skip
    except GateClosed as error:
        raise ProviderBlocked(str(error), error.reasons) from error
    return int(order.pk)


def _facts(found: Dealing, proposal: Proposal) -> dict[str, object]:
    return {
        "proposal": proposal.pk, "title": found.invitation.title, "version": proposal.number, "amount": proposal.total,
        "currency": proposal.currency, "order": proposal.order_id,
    }  # fmt: skip
