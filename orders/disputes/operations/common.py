"""Locking a dispute, moving it on, writing the step down, and telling both sides."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.transitions import after
from marketplace.outbox import both
from marketplace.outbox.people import tell
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.disputes.errors import BadAmount, NothingSaid
from orders.disputes.models import Dispute, DisputeStep
from orders.disputes.policies import is_upheld
from orders.disputes.queries import access_dispute
from orders.disputes.states import ANSWER_WORKING_DAYS, DISPUTE_TABLE, LASTS
from orders.rooms.operations import note
from orders.rooms.registry import Subject
from orders.service.operations import settle_milestone, thaw_milestone
from orders.service.queries import access_order
from providers.moderation.queries.calendar import working_days_later
from providers.scorecards.kinds import EventKind
from providers.scorecards.operations import record_event

PAGES = {"merchant": "/disputes/{}/", "provider": "/desk/disputes/{}/"}
LONGEST = 5_000


def locked(organization_id: int, dispute_id: int) -> Dispute:
    """The dispute, locked after its order; in the scope of one of its parties. Raises NotFound."""
    seen = access_dispute(organization_id=organization_id, pk=dispute_id)
    order = access_order(organization_id=organization_id, pk=seen.order_id, locked=True)
    dispute = access_dispute(organization_id=organization_id, pk=dispute_id, lock=True)
    dispute.order = order
    return dispute


def said(text: str) -> str:
    """A statement, which must say something."""
    clean = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not clean:
        raise NothingSaid(_("Say why: the other side and the market have to understand it."))
    return clean[:LONGEST]


def share(dispute: Dispute, to_provider: int) -> int:
    if not 0 <= to_provider <= dispute.at_stake:
        raise BadAmount(_("The provider's share lies between nothing and what is at stake."))
    return to_provider


def due(state: str, at: datetime, cap_at: datetime) -> datetime | None:
    """Until when a state lasts; never beyond the cap."""
    if state == "opened":
        return min(working_days_later(at, ANSWER_WORKING_DAYS), cap_at)
    return min(at + LASTS[state], cap_at) if state in LASTS else None


def move(dispute: Dispute, act: str, *, side: str, by: Actor, at: datetime, text: str = "", **values: Any) -> None:
    """Take the step the table allows: state, clock, history, audit, and a word to both sides. Raises NotPossible.

    A step within a state leaves its clock as it is.
    """
    before = dispute.state
    state = after(DISPUTE_TABLE, before, act)
    changed = {"state": state, **values}
    if state != before:
        changed["due_at"] = due(state, at, dispute.cap_at)
    if state in ("settled", "withdrawn"):
        changed["closed_at"] = at
    for name, value in changed.items():
        setattr(dispute, name, value)
    dispute.save(update_fields=list(changed))
    shares = [name for name in values if name.endswith("to_provider") and values[name] is not None]
    tell_step(dispute, act, side=side, by=by, at=at, text=text, to_provider=values[shares[-1]] if shares else None)


def tell_step(dispute: Dispute, act: str, *, side: str, by: Actor, at: datetime, text: str, to_provider: int | None) -> None:
    """History, audit, a line in the conversation, and a letter to who did not do it."""
    step = DisputeStep.objects.create(
        merchant_id=dispute.merchant_id, provider_id=dispute.provider_id, dispute=dispute, act=act, side=side, by=by.label,
        text=text, to_provider=to_provider, state=dispute.state, at=at,
    )  # fmt: skip
    owner = dispute.party(side) if side in ("merchant", "provider") else dispute.merchant_id
    facts = {"dispute": dispute.number, "act": act, "state": dispute.state, "to_provider": to_provider}
    facts["currency"] = dispute.currency
    with scope(owner):
        record(merchant_id=owner, by=by, action="orders.dispute.moved", facts=facts)
    note(
        merchant_id=dispute.merchant_id, provider_id=dispute.provider_id, subject=Subject("order", dispute.order_id),
        code=f"disputes.{dispute.state}", facts={"number": dispute.number}, side=side or "market", key=f"dispute:{step.pk}",
        by=by, at=at,
    )  # fmt: skip
    for reader in ("merchant", "provider"):
        if reader != side:
            _tell(dispute, step, reader, at)


def _tell(dispute: Dispute, step: DisputeStep, reader: str, at: datetime) -> None:
    organization_id = dispute.party(reader)
    until = both.moment(dispute.due_at) if dispute.due_at else ""
    with scope(organization_id):
        tell(
            organization_id=organization_id,
            kind=f"disputes.{dispute.state}",
            facts={"number": dispute.number, "title": dispute.order.title, "until": until},
            url=PAGES[reader].format(dispute.pk),
            effect_key=f"dispute:{dispute.pk}:{step.pk}",
            at=at,
        )


def settle(
    dispute: Dispute,
    act: str,
    to_provider: int,
    outcome: str,
    *,
    side: str,
    by: Actor,
    at: datetime,
    text: str = "",
    **values: Any,
) -> None:
    """The dispute ends with this share: the money moves, and a decision counts towards the provider's score."""
    move(dispute, act, side=side, by=by, at=at, text=text, outcome=outcome, **{**values, "final_to_provider": to_provider})
    settle_milestone(
        merchant_id=dispute.merchant_id, order_id=dispute.order_id, milestone_id=dispute.milestone_id, to_provider=to_provider,
        ruling=dispute.number, by=by, at=at,
    )  # fmt: skip
    if outcome in ("silence", "ruling", "appeal"):
        _count(dispute, to_provider, at)


def _count(dispute: Dispute, to_provider: int, at: datetime) -> None:
    with scope(dispute.provider_id):
        record_event(
            provider_id=dispute.provider_id, kind=EventKind.RULED, at=at, value=int(is_upheld(dispute, to_provider)),
            subject=("dispute", dispute.pk), key=f"dispute:{dispute.pk}", label=f"{dispute.number} {dispute.order.title}",
            party_id=dispute.merchant_id,
        )  # fmt: skip


def give_up(dispute: Dispute, *, side: str, by: Actor, at: datetime, text: str) -> None:
    """The claimant takes the dispute back: the milestone goes on as it was."""
    move(dispute, "withdraw", side=side, by=by, at=at, text=text)
    thaw_milestone(merchant_id=dispute.merchant_id, order_id=dispute.order_id, milestone_id=dispute.milestone_id, by=by, at=at)
