"""Proposals: sent, changed, countered, turned down, withdrawn. Each offer is a version; the newest counts, for seven days."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound
from marketplace.kernel.transitions import after
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.hiring.errors import Changed, Incomplete, NotPossible, TooMany
from orders.hiring.limits import APPLICATIONS, PROPOSAL_DAYS
from orders.hiring.models import Brief, Invitation, Mode, Proposal, ProposalVersion
from orders.hiring.notices import told
from orders.hiring.operations.answering import count_answer
from orders.hiring.operations.common import Dealing, dealing, move_invitation, move_proposal, noted, require_bid, talk
from orders.hiring.policies import invitation_acts, proposal_acts, require_act
from orders.hiring.queries import access_brief, access_public_brief, applications_since, invitation_for, need_of
from orders.hiring.quotes import Quote, cleaned, problems
from orders.hiring.states import BRIEF_TABLE
from orders.rooms.contacts import mask
from providers.listings.shape import clean_text
from providers.profiles.models import PublicProvider
from providers.scorecards.models import PublicScore

#: Why merchants say no to a proposal; told to the provider.
REFUSE_REASONS = ("price", "scope", "dates", "other_chosen", "other")


def submit_proposal(*, provider_id: int, invitation_id: int, quote: Quote, note: str = "", by: Actor, at: datetime) -> Proposal:
    """Answer an invitation with an offer, also without having said yes before. Incomplete, NotPossible, ProviderBlocked."""
    tidy = _sound(quote)
    with dealing(organization_id=provider_id, invitation_id=invitation_id) as found:
        lead = found.invitation
        require_act(invitation_acts(lead, at), "quote")
        _require_currency(found.brief, tidy)
        require_bid(provider_id, lead.category.slug, at)
        answered: dict[str, Any] = {}
        if lead.state == "sent":
            answered = {"answered_at": at, "answer_minutes": count_answer(found, at)}
        move_invitation(lead, "quote", at, **answered)
        return _first(found, tidy, note, by, at)


def apply(*, provider_id: int, brief_id: int, quote: Quote, note: str = "", by: Actor, at: datetime) -> Proposal:
    """Answer an open need with an offer. Counts towards the month's answers.

    Incomplete, TooMany, NotPossible (there are dealings already, or time is over), ProviderBlocked, NotFound.
    """
    tidy = _sound(quote)
    with scope(provider_id, durable=True):
        public = access_public_brief(brief_id)
        _require_allowance(provider_id, at)
        if invitation_for(provider_id=provider_id, brief_id=brief_id) is not None:
            raise NotPossible(_("You have answered this need already. Go on in your leads."))
        require_bid(provider_id, public.category.slug, at)
        seller = PublicProvider.objects.filter(provider_id=provider_id).first()
        with scope(public.merchant_id):
            brief = access_brief(merchant_id=public.merchant_id, pk=brief_id, lock=True)
            after(BRIEF_TABLE, brief.state, "answer")
            if brief.mode != Mode.OPEN:
                raise NotFound(f"need {brief_id}")
            if brief.answers_until is None or brief.answers_until <= at:
                raise NotPossible(_("The time for answers is over."))
            _require_currency(brief, tidy)
            lead = Invitation.objects.create(
                merchant_id=brief.merchant_id, provider_id=provider_id, brief=brief, origin="applied", state="quoted",
                category_id=brief.category_id, title=brief.title, document=need_of(brief).to_json(),
                provider_name_zh=seller.name_zh if seller else "", provider_name_en=seller.name_en if seller else "",
                sent_at=at, answered_at=at, answer_due_at=brief.answers_until, quote_until=brief.answers_until, updated_at=at,
            )  # fmt: skip
            return _first(Dealing(brief, lead, None), tidy, note, by, at)


def _require_allowance(provider_id: int, at: datetime) -> None:
    """Raises TooMany. One provider's answers go one after the other, so that two at once do not count as one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('hiring.applications', %s))", [provider_id])
    level = PublicScore.objects.filter(provider_id=provider_id).values_list("level", flat=True).first() or 1
    if applications_since(provider_id, at) >= APPLICATIONS[level]:
        raise TooMany(
            _("You have answered %(most)s open needs within thirty days, as many as your level allows. Invitations do not count.")
            % {"most": APPLICATIONS[level]}
        )


def _first(found: Dealing, quote: Quote, note: str, by: Actor, at: datetime) -> Proposal:
    brief, lead = found.brief, found.invitation
    assert brief.answers_until is not None  # noqa: S101  it is published
    opens = brief.answers_until if brief.mode == Mode.SEALED else at
    proposal = Proposal.objects.create(
        merchant_id=lead.merchant_id, provider_id=lead.provider_id, invitation=lead, model=quote.model, currency=quote.currency,
        total=quote.total, expires_at=_valid_until(brief, max(opens, at)), opens_at=opens, created_at=at, updated_at=at,
    )  # fmt: skip
    _keep(proposal, "provider", quote, note, by, at)
    talk(found, by, at)
    noted(lead.provider_id, by, "proposal.sent", _facts(proposal, lead))
    sealed = opens > at
    told(
        found.merchant_id, "proposal.sealed" if sealed else "proposal.received",
        found.facts(opens if sealed else proposal.expires_at), url=found.need_url,
        key=f"proposal:{proposal.pk}:1", at=at,
    )  # fmt: skip
    return proposal


def revise_proposal(
    *, provider_id: int, invitation_id: int, quote: Quote, note: str = "", seen: int, by: Actor, at: datetime
) -> Proposal:
    """Another offer of the provider's: better, or in answer to a counter-offer. `seen` is the version the page showed.

    Incomplete, Changed, NotPossible, ProviderBlocked, NotFound.
    """
    tidy = _sound(quote)
    with dealing(organization_id=provider_id, invitation_id=invitation_id) as found:
        proposal = _negotiable(found, "provider", "revise", seen, at)
        _require_currency(found.brief, tidy)
        require_bid(provider_id, found.invitation.category.slug, at)
        _offer(found, proposal, "revise", "provider", tidy, note, by, at)
        if proposal.opens_at <= at:
            told(
                found.merchant_id, "proposal.revised", found.facts(proposal.expires_at),
                url=f"/hiring/needs/proposals/{proposal.pk}/", key=f"proposal:{proposal.pk}:{proposal.number}", at=at,
            )  # fmt: skip
        return proposal


def counter_proposal(
    *, merchant_id: int, invitation_id: int, quote: Quote, note: str = "", seen: int, by: Actor, at: datetime
) -> Proposal:
    """A counter-offer of the merchant's. Incomplete, Changed, NotPossible, NotFound."""
    tidy = _sound(quote)
    with dealing(organization_id=merchant_id, invitation_id=invitation_id) as found:
        proposal = _negotiable(found, "merchant", "counter", seen, at)
        _require_currency(found.brief, tidy)
        _offer(found, proposal, "counter", "merchant", tidy, note, by, at)
        told(
            found.provider_id, "proposal.countered", found.facts(proposal.expires_at), url=found.lead_url,
            key=f"proposal:{proposal.pk}:{proposal.number}", at=at,
        )  # fmt: skip
        return proposal


def decline_proposal(*, merchant_id: int, invitation_id: int, reason: str, note: str = "", by: Actor, at: datetime) -> Proposal:
    """Turn a proposal down. NotPossible, NotFound."""
    with dealing(organization_id=merchant_id, invitation_id=invitation_id) as found:
        proposal = _negotiable(found, "merchant", "decline", None, at)
        why = reason if reason in REFUSE_REASONS else "other"
        move_proposal(proposal, "decline", at, decline_reason=why)
        move_invitation(found.invitation, "pass", at, note=note.strip()[:500])
        noted(merchant_id, by, "proposal.declined", {**_facts(proposal, found.invitation), "reason": why})
        told(
            found.provider_id, "proposal.declined", found.facts(), url=found.lead_url,
            key=f"proposal:{proposal.pk}:declined", at=at,
        )  # fmt: skip
        return proposal


def withdraw_proposal(*, provider_id: int, invitation_id: int, by: Actor, at: datetime) -> Proposal:
    """Take a proposal back, and with it the part in the need. NotPossible, NotFound."""
    with dealing(organization_id=provider_id, invitation_id=invitation_id) as found:
        proposal = _negotiable(found, "provider", "withdraw", None, at)
        move_proposal(proposal, "withdraw", at)
        move_invitation(found.invitation, "decline", at)
        noted(provider_id, by, "proposal.withdrawn", _facts(proposal, found.invitation))
        told(
            found.merchant_id, "proposal.withdrawn", found.facts(), url=found.need_url,
            key=f"proposal:{proposal.pk}:withdrawn", at=at,
        )  # fmt: skip
        return proposal


def _negotiable(found: Dealing, side: str, act: str, seen: int | None, at: datetime) -> Proposal:
    proposal = found.proposal
    if proposal is None or (side == "merchant" and proposal.opens_at > at):
        raise NotFound(f"proposal of invitation {found.invitation.pk}")
    require_act(proposal_acts(proposal, side=side, at=at), act)
    require_seen(proposal, seen)
    return proposal


def require_seen(proposal: Proposal, seen: int | None) -> None:
    """Raises Changed when a newer offer came since the page was shown."""
    if seen is not None and seen != proposal.number:
        raise Changed(_("The offer has changed meanwhile. Read the newest version first."))


def _offer(
    found: Dealing, proposal: Proposal, act: str, side: str, quote: Quote, note: str, by: Actor, at: datetime
) -> None:  # fmt: skip
    if proposal.state in ("submitted", "countered") and proposal.expires_at <= at:
        move_proposal(proposal, "expire", at)
    move_proposal(
        proposal, act, at, number=proposal.number + 1, model=quote.model, total=quote.total,
        expires_at=_valid_until(found.brief, max(proposal.opens_at, at)),
    )  # fmt: skip
    _keep(proposal, side, quote, note, by, at)
    organization = found.provider_id if side == "provider" else found.merchant_id
    noted(
        organization, by, "proposal.changed" if side == "provider" else "proposal.countered", _facts(proposal, found.invitation)
    )


def _keep(proposal: Proposal, side: str, quote: Quote, note: str, by: Actor, at: datetime) -> None:
    ProposalVersion.objects.create(
        merchant_id=proposal.merchant_id, provider_id=proposal.provider_id, proposal=proposal, number=proposal.number, side=side,
        quote=quote.to_json(), total=quote.total, note=mask(clean_text(note)[:2_000]).text, made_by=by.label, made_at=at,
    )  # fmt: skip


def _facts(proposal: Proposal, lead: Invitation) -> dict[str, Any]:
    return {
        "proposal": proposal.pk, "title": lead.title, "version": proposal.number, "amount": proposal.total,
        "currency": proposal.currency,
    }  # fmt: skip


def _valid_until(brief: Brief, start: datetime) -> datetime:
    assert brief.choose_until is not None  # noqa: S101  it is published
    return min(start + PROPOSAL_DAYS, brief.choose_until)


def _sound(quote: Quote) -> Quote:
    tidy = cleaned(quote)
    found = problems(tidy)
    if found:
        raise Incomplete(_("The offer is not complete."), found)
    return replace(tidy, scope=mask(tidy.scope).text)  # no contacts before there is a contract


def _require_currency(brief: Brief, quote: Quote) -> None:
    """Everybody quotes in the need's currency, so that offers can be compared."""
    if quote.currency != brief.currency:
        raise Incomplete(_("The offer is not complete."), [_("Quote in %(currency)s.") % {"currency": brief.currency}])
