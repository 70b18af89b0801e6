"""Short ways to say what happened to a contract: acme's with the studio, drafted, signed, funded, delivered …"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from marketplace.tenancy.actor import BEAT, Actor, person
from marketplace.tenancy.scope import scope
from orders.escrow.operations import credit_wallet
from orders.escrow.operations import wallet as balance
from orders.service import operations
from orders.service.models import ContractVersion, Milestone, ServiceOrder, Timer
from orders.service.queries import access_order, milestones_of, version_of
from orders.service.terms import (
    CommissionTerms,
    HandoverRow,
    MilestoneTerms,
    RecurringTerms,
    Terms,
    TrialTerms,
    UnitTerms,
)
from tests import cast
from tests.providers.listings.stories import verify

AT = datetime(2026, 3, 6, 4, tzinfo=UTC)  # noon in Shanghai
DAY = timedelta(days=1)
HANDOVER = (HandoverRow("The accounts", "provider"), HandoverRow("The access", "merchant"))
STAGES = Terms(
    "Two pages for the shop", "store-operation", "milestone", "CNY", scope="Two pages.", auto_accept_days=7, revisions=2,
    milestones=(MilestoneTerms("Sketch", 400_00, 14, None, "A sketch"), MilestoneTerms("Pages", 600_00, 14)), handover=HANDOVER,
)  # fmt: skip
FIXED = replace(STAGES, model="fixed", milestones=(MilestoneTerms("All of it", 1_000_00, 10),))
MONTHLY = Terms(
    "Running the shop", "store-operation", "retainer", "CNY", recurring=RecurringTerms(500_00, min_months=2), handover=HANDOVER
)
SHARE = replace(
    MONTHLY, model="retainer_commission",
    recurring=RecurringTerms(500_00, commission=CommissionTerms(rate=500, baseline_minor=0)),
)  # fmt: skip
TRIAL = replace(MONTHLY, trial=TrialTerms(14, 20))
SHIFTS = Terms(
    "Night shifts", "store-operation", "seat_shift", "CNY", recurring=RecurringTerms(0), units=UnitTerms("shift", 100_00, 10)
)
YEAR = replace(
    MONTHLY, model="subscription", recurring=RecurringTerms(1_200_00, period_minor=1_200_00, period_months=12, min_months=12)
)


@dataclass
class Story:
    """A contract, its parties, and a clock that only goes forward."""

    merchant: cast.Merchant
    provider: cast.Provider
    order_id: int
    at: datetime = AT

    def by(self, side: str) -> Actor:
        return person((self.merchant if side == "merchant" else self.provider).owner.pk)

    def id(self, side: str) -> int:
        return self.merchant.id if side == "merchant" else self.provider.id

    @property
    def order(self) -> ServiceOrder:
        with scope(self.merchant.id):
            return access_order(organization_id=self.merchant.id, pk=self.order_id)

    @property
    def milestones(self) -> list[Milestone]:
        with scope(self.merchant.id):
            return list(milestones_of(self.order))

    def milestone(self, position: int = 1) -> Milestone:
        return next(row for row in self.milestones if row.position == position)

    @property
    def offered(self) -> ContractVersion:
        with scope(self.merchant.id):
            return version_of(self.order, self.order.offered_version)

    def states(self) -> list[str]:
        return [row.state for row in self.milestones]

    def later(self, **span: float) -> "Story":
        self.at += timedelta(**span)
        return self

    def act(self, side: str, name: str, **facts: Any) -> Any:
        """One act of a side on the order."""
        function = getattr(operations, name)
        return function(organization_id=self.id(side), order_id=self.order_id, by=self.by(side), at=self.at, **facts)

    def do(self, side: str, name: str, position: int = 1, **facts: Any) -> Any:
        """One act of a side on a milestone."""
        return self.act(side, name, milestone_id=self.milestone(position).pk, **facts)

    def accept(self, side: str) -> Any:
        return self.act(side, "accept_contract", version_hash=self.offered.hash)

    def sign(self) -> "Story":
        self.accept("merchant")
        self.accept("provider")
        return self

    def pay(self, amount: int, key: str = "") -> "Story":
        pay_in(self.merchant, amount, key or f"in:{self.order_id}:{amount}:{self.at:%s}", self.at)
        return self

    def fund(self, position: int = 1) -> "Story":
        self.pay(self.milestone(position).amount, f"fund:{self.order_id}:{position}")
        self.do("merchant", "fund_milestone", position)
        return self

    def deliver(self, position: int = 1, **facts: Any) -> "Story":
        self.do("provider", "deliver", position, **{"note": "Here it is.", **facts})
        return self

    def sweep(self) -> int:
        return operations.sweep(by=BEAT, at=self.at)

    def wallet(self) -> int:
        with scope(self.merchant.id):
            return balance(self.merchant.id, self.order.currency)

    def timers(self) -> dict[str, datetime]:
        with scope(self.merchant.id):
            rows = Timer.objects.filter(merchant_id=self.merchant.id, order_id=self.order_id, state="waiting")
            return {row.kind: row.due_at for row in rows}

    def next(self) -> tuple[str, str]:
        order = self.order
        return order.next_actor, order.next_act


def pay_in(merchant: cast.Merchant, amount: int, key: str, at: datetime = AT, currency: str = "CNY") -> None:
    with scope(merchant.id):
        credit_wallet(merchant_id=merchant.id, amount=amount, currency=currency, key=key, kind="pay_in", at=at, by=BEAT)


def drafted(
    terms: Terms = STAGES, *, merchant: cast.Merchant | None = None, provider: cast.Provider | None = None, at: datetime = AT
) -> Story:
    """A contract on offer; the studio is verified, so that it may take orders."""
    acme, studio = merchant or cast.acme(), provider or cast.studio()
    verify(studio)
    source = operations.Source("proposal", 1)
    order = operations.draft_order(
        merchant_id=acme.id, provider_id=studio.id, terms=terms, source=source, by=person(acme.owner.pk), at=at
    )
    return Story(acme, studio, order.pk, at)


def signed(terms: Terms = STAGES, **parties: Any) -> Story:
    return drafted(terms, **parties).sign()


def funded(terms: Terms = STAGES, **parties: Any) -> Story:
    return signed(terms, **parties).fund()


def delivered(terms: Terms = STAGES, **parties: Any) -> Story:
    story = funded(terms, **parties)
    return story.deliver(quantity=terms.units.quantity) if terms.units else story.deliver()


def accepted(terms: Terms = STAGES, positions: Sequence[int] = (1,), **parties: Any) -> Story:
    story = signed(terms, **parties)
    for position in positions:
        story.fund(position).deliver(position).do("merchant", "accept_milestone", position)
    return story


__all__ = ["AT", "DAY", "Story", "accepted", "date", "delivered", "drafted", "funded", "pay_in", "signed"]
