"""Maker-checker: what one person asks for, another one decides.

What an approval does is registered per kind, because the rooms that own policies lie above this one. System actors (command line,
beat) never decide; what they ask for any person with the right may decide.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from aftersales.guards.holds.operations import AlreadyDecided, NeedsSecondPerson, lock_held, pay, refuse
from aftersales.guards.models import Approval
from aftersales.guards.queries import guard_settings
from aftersales.models import Claim
from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope

Act = Callable[[Approval, Actor, datetime], None]


class ApprovalExpired(UserError):
    """It was asked for too long ago."""


@dataclass(frozen=True)
class Effect:
    """What happens, inside the deciding transaction, when a request is approved or rejected."""

    approve: Act
    reject: Act


def _nothing(_approval: Approval, _by: Actor, _at: datetime) -> None:
    """A rejected change simply does not happen."""


EFFECTS: dict[str, Effect] = {}


def register_effect(kind: str, approve: Act, reject: Act = _nothing) -> None:
    """What an approval of this kind does; from `AppConfig.ready()`."""
    EFFECTS[kind] = Effect(approve, reject)


def ask(
    *,
    merchant_id: int,
    kind: str,
    payload: dict[str, Any],
    by: Actor,
    at: datetime,
    program: str = "",
    subject_id: int = 0,
    amount: int | None = None,
    currency: str = "",
) -> Approval:
    """Ask for a change; an earlier request about the same thing is cancelled. Needs the merchant's scope and a transaction."""
    same = {"merchant_id": merchant_id, "kind": kind, "program": program, "subject_id": subject_id, "currency": currency}
    older = Approval.objects.filter(**same, state=Approval.State.WAITING)
    older.update(state=Approval.State.CANCELLED, decided_at=at, decided_by=by.label, reason="")
    expires = at + timedelta(days=guard_settings(merchant_id).approval_days)
    asked = Approval.objects.create(
        **same, amount=amount, payload=payload, requested_by=by.label, requested_at=at, expires_at=expires
    )
    _record(asked, by, "asked")
    return asked


def decide(*, merchant_id: int, approval_id: int, approve: bool, reason: str, by: Actor, at: datetime) -> Approval:
    """Approve or reject, once. Raises NotFound, AlreadyDecided, ApprovalExpired and NeedsSecondPerson."""
    with scope(merchant_id, durable=True):
        found = _lock(merchant_id, approval_id)
        if found.expires_at <= at:
            raise ApprovalExpired(_("This request has expired; ask again."))
        if approve and found.requested_by == by.label and not guard_settings(merchant_id).may_decide_alone:
            raise NeedsSecondPerson(_("You asked for this yourself: another person decides."))
        _close(found, Approval.State.APPROVED if approve else Approval.State.REJECTED, reason, by, at)
        effect = EFFECTS[found.kind]
        (effect.approve if approve else effect.reject)(found, by, at)
        return found


def cancel(*, merchant_id: int, approval_id: int, by: Actor, at: datetime) -> Approval:
    """Take one's own request back. Raises NotFound and AlreadyDecided; somebody else's request is rejected, not cancelled."""
    with scope(merchant_id, durable=True):
        found = _lock(merchant_id, approval_id)
        if found.requested_by != by.label:
            raise NeedsSecondPerson(_("Only the person who asked can take this back."))
        _close(found, Approval.State.CANCELLED, "", by, at)
        EFFECTS[found.kind].reject(found, by, at)
        return found


def expire(*, merchant_id: int, by: Actor, at: datetime) -> int:
    """Close what nobody decided in time. Claims stay held, for a person to decide among the holds."""
    with scope(merchant_id, durable=True):
        late = Approval.objects.filter(merchant_id=merchant_id, state=Approval.State.WAITING, expires_at__lte=at)
        count = late.update(state=Approval.State.EXPIRED, decided_at=at, decided_by=by.label)
        if count:
            record(merchant_id=merchant_id, by=by, action="guards.approval.expired", facts={"count": count})
        return count


def _lock(merchant_id: int, approval_id: int) -> Approval:
    found = Approval.objects.select_for_update().filter(merchant_id=merchant_id, pk=approval_id).first()
    if found is None:
        raise NotFound("There is no such request.")
    if found.state != Approval.State.WAITING:
        raise AlreadyDecided(_("This request was decided already."))
    return found


def _close(found: Approval, state: str, reason: str, by: Actor, at: datetime) -> None:
    found.state, found.decided_by, found.decided_at, found.reason = state, by.label, at, reason
    found.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    _record(found, by, state)


def _record(found: Approval, by: Actor, act: str) -> None:
    facts = {"approval": found.pk, "kind": found.kind, "program": found.program, "subject": found.subject_id}
    facts |= {"amount": found.amount, "currency": found.currency, "asked_by": found.requested_by, "reason": found.reason}
    record(merchant_id=found.merchant_id, by=by, action=f"guards.approval.{act}", facts=facts)


def _claims_of(found: Approval) -> list[Claim]:
    """The held claims a request is about: its one, or all of its run that wait for it."""
    if found.kind == Approval.Kind.PAYOUT:
        return lock_held(found.merchant_id, [found.subject_id])
    waiting = Claim.objects.filter(
        merchant_id=found.merchant_id, run_id=found.subject_id, currency=found.currency, state="held", reason="APPROVAL"
    )
    return lock_held(found.merchant_id, list(waiting.values_list("pk", flat=True)))


def pay_approved(found: Approval, _by: Actor, at: datetime) -> None:
    """Pay the claims a request is about, as far as the budgets allow; the others stay held for the budget."""
    pay(found.merchant_id, _claims_of(found), at=at, force=False)


def refuse_rejected(found: Approval, _by: Actor, _at: datetime) -> None:
    """Refuse the claims a request is about."""
    refuse(found.merchant_id, _claims_of(found))
