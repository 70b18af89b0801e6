"""Locking an order with its milestones, and what every act ends with: audit, next step, timers, a word to the other side.

Lock policy: the order's row first, then its milestones in order of id, then whatever escrow locks. Everything below an order is
only touched while its row is held.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound
from marketplace.outbox import both
from marketplace.outbox.people import Fact, tell
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.escrow.models import Deal
from orders.service.models import ContractVersion, HandoverItem, Milestone, ServiceOrder, SplitProposal
from orders.service.queries import NextStep, access_order, handover_of, note_terms, signed_terms, version_of
from orders.service.queries.steps import judged
from orders.service.states import ENDED, HELD
from orders.service.terms import Side, Terms
from orders.service.timers import wanted, write


def deal_of(order: ServiceOrder) -> Deal:
    """The money side of a signed order."""
    return Deal.objects.get(merchant_id=order.merchant_id, order_id=order.pk)


PAGES = {"merchant": "/contracts/{}/", "provider": "/desk/jobs/{}/"}


@dataclass
class Case:
    """A locked order with its milestones, and the side that acts (None: time, or the market)."""

    order: ServiceOrder
    milestones: list[Milestone]
    side: Side | None = None
    _terms: Terms | None = field(default=None, repr=False)
    _versions: dict[int, ContractVersion] = field(default_factory=dict, repr=False)
    _deal: Deal | None = field(default=None, repr=False)

    def milestone(self, pk: int) -> Milestone:
        """Raises NotFound."""
        found = next((milestone for milestone in self.milestones if milestone.pk == pk), None)
        if found is None:
            raise NotFound(_("There is no such milestone."))
        return found

    @property
    def acting(self) -> Side:
        assert self.side is not None  # noqa: S101  acts of people only
        return self.side

    @property
    def terms(self) -> Terms:
        """The terms in force."""
        if self._terms is None:
            self._terms = signed_terms(self.order)
        return self._terms

    def forget_terms(self) -> None:
        self._terms = None

    def version(self, number: int) -> ContractVersion:
        """A version of the contract; the same object each time, as nobody else changes it while the order is locked.

        Raises NotFound.
        """
        if number not in self._versions:
            self._versions[number] = version_of(self.order, number)
        return self._versions[number]

    def remember(self, version: ContractVersion) -> None:
        """A version that was just written need not be read."""
        self._versions[version.number] = version
        note_terms(self.order, [version])

    @property
    def deal(self) -> Deal:
        """Which deal a signed order has. What it holds and has released is read anew by escrow, which locks it."""
        if self._deal is None:
            self._deal = deal_of(self.order)
        return self._deal

    @property
    def parties(self) -> dict[str, int]:
        return parties(self.order)


def parties(row: ServiceOrder | Milestone) -> dict[str, int]:
    """What every row below an order carries."""
    return {"merchant_id": row.merchant_id, "provider_id": row.provider_id}


def locked(organization_id: int, order_id: int) -> Case:
    """The order and its milestones, locked until the transaction ends. Raises NotFound."""
    order = access_order(organization_id=organization_id, pk=order_id, locked=True)
    return Case(order, _milestones(order), order.side_of(organization_id))


def locked_by_time(merchant_id: int, order_id: int) -> Case:
    """The same for what no party does itself; in the merchant's scope."""
    return Case(order := access_order(organization_id=merchant_id, pk=order_id, locked=True), _milestones(order))


def _milestones(order: ServiceOrder) -> list[Milestone]:
    rows = Milestone.objects.select_for_update().filter(merchant_id=order.merchant_id, order_id=order.pk).order_by("id")
    found = sorted(rows, key=lambda milestone: milestone.position)
    for milestone in found:
        milestone.order = order
    return found


def change(row: ServiceOrder | Milestone | ContractVersion | SplitProposal | HandoverItem, **values: Any) -> None:
    """Set and store some fields."""
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))


def told(case: Case, action: str, by: Actor, milestone: Milestone | None = None, **facts: Any) -> None:
    """The audit row of an act, with the organization that acts; of time and the market, with the merchant."""
    about: dict[str, Any] = {"order_id": case.order.pk, "number": case.order.number, "title": case.order.title}
    if milestone is not None:
        about |= {"milestone": milestone.position, "milestone_id": milestone.pk, "name": milestone.name}
    owner = case.order.party(case.side or "merchant")
    with scope(owner, savepoint=False):
        record(merchant_id=owner, by=by, action=f"orders.{action}", facts={**about, **facts})


def say(case: Case, kind: str, *sides: str, at: datetime, key: str, milestone: Milestone | None = None, **facts: Fact) -> None:
    """Tell the people of some sides (none named: the other side) what happened; once per `key`."""
    order = case.order
    for side in sides or ([_other(case.acting)]):
        other = order.provider_name if side == "merchant" else order.merchant_name
        words: dict[str, Fact] = {"title": order.title, "number": order.number, "other": other}
        if milestone is not None:
            words |= {"milestone": milestone.name, "amount": both.money(milestone.amount, order.currency)}
        with scope(order.party(side), savepoint=False):
            tell(
                organization_id=order.party(side), kind=f"orders.{kind}", facts={**words, **facts},
                effect_key=f"order:{order.pk}:{key}", at=at, url=PAGES[side].format(order.pk),
            )  # fmt: skip


def _other(side: Side) -> Side:
    return "provider" if side == "merchant" else "merchant"


def settled(case: Case, at: datetime) -> NextStep:
    """What every act ends with: who acts next is written to the order, and its timers follow from its state."""
    order = case.order
    offered = case.version(order.offered_version) if order.offered_version else None
    is_handed_over = order.state in ENDED or order.notice_by
    handover = list(handover_of(order)) if is_handed_over else []
    step = judged(order, case.milestones, offered=offered, splits=open_splits(case), handover=handover)
    change(order, next_actor=step.actor, next_act=step.act, next_due_at=step.due_at, updated_at=at)
    write(order, wanted(order, case.milestones, case.terms, offered=offered, at=at), at)
    return step


def open_splits(case: Case) -> list[SplitProposal]:
    """Offers to divide what is held; where nothing is held there are none, and nobody is asked."""
    ids = [milestone.pk for milestone in case.milestones if milestone.state in HELD]
    if not ids:
        return []
    return list(SplitProposal.objects.filter(merchant_id=case.order.merchant_id, milestone_id__in=ids, state="open"))


def drop_splits(case: Case, milestones: Iterable[Milestone], by: Actor, at: datetime) -> None:
    """Offers to split what has moved on mean nothing any more."""
    ids = [milestone.pk for milestone in milestones]
    found = SplitProposal.objects.filter(merchant_id=case.order.merchant_id, milestone_id__in=ids, state="open")
    found.update(state="dropped", decided_at=at, decided_by=by.label)
