"""A provider's answer to an invitation: yes, or no without a price."""

from datetime import datetime

from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.hiring.hours import business_minutes
from orders.hiring.models import Invitation
from orders.hiring.notices import told
from orders.hiring.operations.common import Dealing, dealing, move_invitation, noted, require_bid, talk
from orders.hiring.policies import invitation_acts, require_act
from orders.hiring.queries import free_days
from providers.moderation.workdays import MARKET_ZONE
from providers.scorecards.kinds import EventKind
from providers.scorecards.operations import record_event

#: Why providers say no; told to the merchant, and counted nowhere.
DECLINE_REASONS = ("no_capacity", "not_our_field", "budget", "dates", "other")


def accept_invitation(*, provider_id: int, invitation_id: int, by: Actor, at: datetime) -> Invitation:
    """Take part: a proposal follows until the last day for answers. NotPossible, ProviderBlocked, NotFound."""
    with dealing(organization_id=provider_id, invitation_id=invitation_id) as found:
        lead = found.invitation
        require_act(invitation_acts(lead, at), "accept")
        require_bid(provider_id, lead.category.slug, at)
        move_invitation(lead, "accept", at, answered_at=at, answer_minutes=count_answer(found, at))
        talk(found, by, at)
        noted(provider_id, by, "lead.accepted", {"lead": lead.pk, "title": lead.title})
        told(
            found.merchant_id, "need.answered", found.facts(lead.quote_until), url=found.need_url,
            key=f"lead:{lead.pk}:accepted", at=at,
        )  # fmt: skip
        return lead


def decline_invitation(
    *, provider_id: int, invitation_id: int, reason: str, note: str = "", by: Actor, at: datetime
) -> Invitation:
    """Not interested. Nothing is counted: neither the score nor the response time changes (D4). NotPossible, NotFound."""
    with dealing(organization_id=provider_id, invitation_id=invitation_id) as found:
        lead = found.invitation
        require_act(invitation_acts(lead, at), "decline")
        why = reason if reason in DECLINE_REASONS else "other"
        answered = lead.answered_at or at
        move_invitation(lead, "decline", at, answered_at=answered, decline_reason=why, note=note.strip()[:500])
        noted(provider_id, by, "lead.declined", {"lead": lead.pk, "title": lead.title, "reason": why})
        told(
            found.merchant_id, "need.declined", found.facts(), url=found.need_url, key=f"lead:{lead.pk}:declined", at=at
        )  # fmt: skip
        return lead


def count_answer(found: Dealing, at: datetime) -> int | None:
    """Stop the response clock of an invitation: its business minutes, noted for the score. None where no clock ran."""
    lead = found.invitation
    if lead.origin == "applied":
        return None
    first, last = lead.sent_at.astimezone(MARKET_ZONE).date(), at.astimezone(MARKET_ZONE).date()
    minutes = business_minutes(lead.sent_at, at, free_days(first, last))
    with scope(lead.provider_id):
        record_event(
            provider_id=lead.provider_id, kind=EventKind.ANSWERED, at=at, value=minutes, subject=("lead", lead.pk),
            key=answer_key(lead), label=lead.title, party_id=lead.merchant_id,
        )  # fmt: skip
    return minutes


def answer_key(lead: Invitation) -> str:
    """What makes the answer to a lead count once."""
    return f"lead:{lead.pk}:answered"
