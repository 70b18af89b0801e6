"""What every act of hiring does: lock in order, move by the table, keep an audit of either side."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.transitions import after
from marketplace.outbox import both
from marketplace.outbox.people import Fact
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.hiring.errors import ProviderBlocked
from orders.hiring.models import Brief, Invitation, Proposal, PublicBrief
from orders.hiring.queries import access_brief, access_invitation
from orders.hiring.states import BRIEF_TABLE, INVITATION_TABLE, PROPOSAL_TABLE
from orders.rooms.operations.talking import open_conversation
from orders.rooms.registry import Subject
from providers.onboarding.gate import may


@dataclass(frozen=True)
class Dealing:
    """A need, a provider's part in it and its proposal, all locked. Changes are written in the merchant's scope."""

    brief: Brief
    invitation: Invitation
    proposal: Proposal | None

    @property
    def merchant_id(self) -> int:
        return self.invitation.merchant_id

    @property
    def provider_id(self) -> int:
        return self.invitation.provider_id

    @property
    def lead_url(self) -> str:
        return f"/desk/leads/{self.invitation.pk}/"

    @property
    def need_url(self) -> str:
        return f"/hiring/needs/{self.brief.pk}/"

    def facts(self, until: datetime | None = None) -> dict[str, Fact]:
        """What notices about it say."""
        zh, en = self.invitation.provider_name_zh, self.invitation.provider_name_en
        found: dict[str, Fact] = {"title": self.invitation.title, "provider": {"zh": zh or en, "en": en or zh}}
        return found if until is None else {**found, "until": both.moment(until)}


@contextmanager
def dealing(*, organization_id: int, invitation_id: int) -> Iterator[Dealing]:
    """Lock everything about an invitation for one of its parties. Opens the transaction and the merchant's scope. NotFound."""
    with scope(organization_id, durable=True):
        found = access_invitation(organization_id=organization_id, pk=invitation_id)
        with scope(found.merchant_id):
            yield locked(found.merchant_id, found.brief_id, found.pk)


def locked(merchant_id: int, brief_id: int, invitation_id: int) -> Dealing:
    """Need, invitation and proposal, locked in this order; in the merchant's scope."""
    brief = access_brief(merchant_id=merchant_id, pk=brief_id, lock=True)
    invitation = access_invitation(organization_id=merchant_id, pk=invitation_id, lock=True)
    proposal = (
        Proposal.objects.select_for_update().filter(merchant_id=merchant_id, invitation_id=invitation.pk).order_by("pk").first()
    )
    return Dealing(brief, invitation, proposal)


def move_brief(brief: Brief, act: str, at: datetime, **changes: Any) -> None:
    """By the table; an open need that takes no answers any more leaves the public. NotPossible."""
    brief.state = after(BRIEF_TABLE, brief.state, act)
    _write(brief, at, changes)
    if brief.state != "published":
        PublicBrief.objects.filter(merchant_id=brief.merchant_id, brief_id=brief.pk).delete()


def move_invitation(invitation: Invitation, act: str, at: datetime, **changes: Any) -> None:
    """By the table. NotPossible."""
    invitation.state = after(INVITATION_TABLE, invitation.state, act)
    _write(invitation, at, changes)


def move_proposal(proposal: Proposal, act: str, at: datetime, **changes: Any) -> None:
    """By the table. NotPossible."""
    proposal.state = after(PROPOSAL_TABLE, proposal.state, act)
    _write(proposal, at, changes)


def _write(row: Any, at: datetime, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(row, name, value)
    row.updated_at = at
    row.save(update_fields=["state", "updated_at", *changes])


def talk(found: Dealing, by: Actor, at: datetime) -> None:
    """From here on the two can talk about the need. Not while the merchant's name is hidden: a conversation shows both names."""
    if found.invitation.origin != "applied":
        open_conversation(
            merchant_id=found.merchant_id, provider_id=found.provider_id, subject=Subject("brief", found.brief.pk),
            title=found.brief.title, by=by, at=at,
        )  # fmt: skip


def noted(organization_id: int, by: Actor, action: str, facts: dict[str, Any]) -> None:
    """An audit row with the organization whose member acted."""
    with scope(organization_id):
        record(merchant_id=organization_id, by=by, action=f"orders.{action}", facts=facts)


def require_bid(provider_id: int, category: str, at: datetime) -> None:
    """Raises ProviderBlocked with every reason why the provider may not answer needs of this category now."""
    verdict = may(provider_id, "bid", category, at=at)
    if not verdict.allowed:
        raise ProviderBlocked(_("You cannot answer needs in this category now."), verdict.reasons)
