"""Short ways to say what happened on the way to a contract: a need, invitations, offers."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from marketplace.tenancy.actor import Actor, person
from marketplace.tenancy.scope import scope
from orders.hiring.models import Brief, Invitation, Proposal
from orders.hiring.needs import Need
from orders.hiring.operations import accepting, answering, inviting, proposing, writing
from orders.hiring.quotes import Item, Quote
from tests import cast
from tests.providers.listings.stories import verify
from tests.providers.pages.stall import offer_listing, open_stall

AT = datetime(2026, 3, 6, 2, tzinfo=UTC)  # ten in the morning of a Friday in Shanghai
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NEED = Need(
    title="Run acme's shop", category="store-operation", text="Everything a shop needs, every day of the week.",
    budget_max=900_000, budget_unit="month", platforms=("jd",), industries=("furniture",),
)  # fmt: skip
QUOTE = Quote("fixed", "CNY", "Running the shop for a month", (Item("The shop", 1, 700_000),))
CHEAPER = replace(QUOTE, items=(Item("The shop", 1, 600_000),))

#: What an act is given unless a test says otherwise.
DEFAULTS: dict[str, dict[str, Any]] = {
    "counter_proposal": {"quote": CHEAPER},
    "revise_proposal": {"quote": CHEAPER},
    "decline_proposal": {"reason": "price"},
}


def owner(of: cast.Merchant | cast.Provider) -> Actor:
    return person(of.owner.pk)


def ready(provider: cast.Provider) -> cast.Provider:
    """Verified, with a public page and a published service."""
    verify(provider)
    open_stall(provider)
    offer_listing(provider)
    return provider


def published(merchant: cast.Merchant, *, mode: str = "invited", at: datetime = AT, **need: Any) -> Brief:
    brief = writing.start_brief(
        merchant_id=merchant.id, need=replace(NEED, **need), mode=mode, answer_days=7, by=owner(merchant), at=at
    )
    return writing.publish_brief(merchant_id=merchant.id, brief_id=brief.pk, by=owner(merchant), at=at)


def invited(merchant: cast.Merchant, provider: cast.Provider, brief: Brief, at: datetime = AT) -> Invitation:
    (lead,) = inviting.invite(merchant_id=merchant.id, brief_id=brief.pk, provider_ids=[provider.id], by=owner(merchant), at=at)
    return lead


def submitted(provider: cast.Provider, lead: Invitation, quote: Quote = QUOTE, at: datetime = AT) -> Proposal:
    return proposing.submit_proposal(
        provider_id=provider.id, invitation_id=lead.pk, quote=quote, note="Gladly", by=owner(provider), at=at
    )


@dataclass
class Deal:
    """A need of acme's with the studio's proposal, and every act either side has."""

    merchant: cast.Merchant
    provider: cast.Provider
    brief: Brief
    lead: Invitation

    @classmethod
    def quoted(cls, merchant: cast.Merchant, provider: cast.Provider, *, mode: str = "invited") -> "Deal":
        brief = published(merchant, mode=mode)
        lead = invited(merchant, provider, brief)
        submitted(provider, lead)
        return cls(merchant, provider, brief, lead)

    @property
    def proposal(self) -> Proposal:
        with scope(self.merchant.id):
            return Proposal.objects.get(merchant_id=self.merchant.id, invitation_id=self.lead.pk)

    @property
    def state(self) -> tuple[str, str, str]:
        """Of need, invitation and proposal."""
        with scope(self.merchant.id):
            brief = Brief.objects.get(merchant_id=self.merchant.id, pk=self.brief.pk)
            lead = Invitation.objects.get(merchant_id=self.merchant.id, pk=self.lead.pk)
        return brief.state, lead.state, self.proposal.state

    def act(self, name: str, at: datetime = AT + HOUR, **facts: Any) -> Proposal:
        """One act of the side it belongs to, on the newest version unless `seen` says otherwise."""
        function = getattr(accepting, name, None) or getattr(proposing, name)
        merchants = name in ("accept_proposal", "counter_proposal", "decline_proposal")
        who: Any = self.merchant if merchants else self.provider
        common: dict[str, Any] = {"merchant_id" if merchants else "provider_id": who.id, "invitation_id": self.lead.pk}
        if name not in ("decline_proposal", "withdraw_proposal"):
            common["seen"] = facts.pop("seen", None) or self.proposal.number
        return function(**common, **{**DEFAULTS.get(name, {}), **facts}, by=owner(who), at=at)


def decline(provider: cast.Provider, lead: Invitation, at: datetime = AT + HOUR) -> Invitation:
    return answering.decline_invitation(
        provider_id=provider.id, invitation_id=lead.pk, reason="budget", by=owner(provider), at=at
    )
