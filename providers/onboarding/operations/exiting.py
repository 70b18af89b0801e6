"""Leaving the market: asking, staying after all, having left, and getting the deposit back 30 days later (A8)."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.transitions import NotPossible, after
from marketplace.outbox import both
from marketplace.outbox.people import Fact, tell
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.onboarding.changes import announce
from providers.onboarding.deposits import CURRENCY, deposit_of
from providers.onboarding.facts import today
from providers.onboarding.leaving import blockers, say_left
from providers.onboarding.models import Exit
from providers.onboarding.operations.deposit import pay_back
from providers.onboarding.operations.locking import change, locked_application
from providers.onboarding.states import EXIT

REFUND_AFTER = timedelta(days=30)


class TooEarly(UserError):
    """The deposit is not due yet."""


def request_exit(*, provider_id: int, reason: str, by: Actor, at: datetime) -> Exit:
    """Ask to leave. New business stops at once; the company leaves as soon as nothing is open. Raises NotPossible."""
    with scope(provider_id, durable=True):
        locked_application(provider_id, at)
        if _open(provider_id) is not None:
            raise NotPossible(_("You asked to leave already."))
        row = Exit.objects.create(
            provider_id=provider_id, reason=reason.strip()[:500], requested_at=at, requested_by=by.label, currency=CURRENCY
        )
        record(merchant_id=provider_id, by=by, action="providers.exit.requested", facts={"reason": row.reason})
        if not blockers(provider_id, at):
            _leave(row, by, at)
        announce(provider_id, at)
        return row


def withdraw_exit(*, provider_id: int, by: Actor, at: datetime) -> None:
    """Stay after all. Raises NotPossible once the company has left."""
    with scope(provider_id, durable=True):
        locked_application(provider_id, at)
        row = _required(provider_id)
        change(row, state=after(EXIT, row.state, "withdraw"))
        record(merchant_id=provider_id, by=by, action="providers.exit.withdrawn", facts={})
        announce(provider_id, at)


def leave_if_free(*, provider_id: int, by: Actor, at: datetime) -> bool:
    """Let a company that asked go, when nothing is open any more; whether it left. Doing it twice changes nothing."""
    with scope(provider_id, durable=True):
        locked_application(provider_id, at)
        row = _open(provider_id)
        if row is None or row.state != "requested" or blockers(provider_id, at):
            return False
        _leave(row, by, at)
        announce(provider_id, at)
        return True


def _leave(row: Exit, by: Actor, at: datetime) -> None:
    due = today(at) + REFUND_AFTER
    change(row, state=after(EXIT, row.state, "leave"), left_at=at, refund_due_on=due)
    say_left(row.provider_id, at)
    held = deposit_of(row.provider_id, at).held
    facts = {"deposit": held, "refund_due_on": due.isoformat()}
    record(merchant_id=row.provider_id, by=by, action="providers.exit.left", facts=facts)
    told: dict[str, Fact] = {"amount": both.money(held, CURRENCY), "until": due.isoformat()}
    tell(
        organization_id=row.provider_id, kind="providers.exit.left", facts=told, url="/desk/exit/",
        effect_key=f"exit:{row.pk}:left", at=at,
    )  # fmt: skip


def refund_deposit(*, provider_id: int, bank_reference: str, by: Actor, at: datetime) -> Exit:
    """Staff paid the whole deposit back, 30 days after the exit or later. Repeating it changes nothing.

    Raises TooEarly, NotFound without an exit, NotPossible.
    """
    with scope(provider_id, durable=True):
        locked_application(provider_id, at)
        row, reference = _required(provider_id), bank_reference.strip()[:64]
        if row.state == "refunded" and row.bank_reference == reference:
            return row
        state = after(EXIT, row.state, "refund")
        if row.refund_due_on is None or today(at) < row.refund_due_on:
            raise TooEarly(_("The deposit is due on %(day)s, not before.") % {"day": row.refund_due_on})
        if not reference:
            raise NotPossible(_("Enter the bank's reference of the transfer."))
        held = deposit_of(provider_id, at).held
        if held:
            pay_back(provider_id, key=f"exit:{row.pk}:paid_back", amount=held, at=at)
        change(row, state=state, refund_amount=held, bank_reference=reference, refunded_at=at)
        _say_refunded(row, held, by, at)
        return row


def _say_refunded(row: Exit, held: int, by: Actor, at: datetime) -> None:
    facts = {"amount": held, "reference": row.bank_reference}
    record(merchant_id=row.provider_id, by=by, action="providers.exit.refunded", facts=facts)
    told: dict[str, Fact] = {"amount": both.money(held, CURRENCY), "reference": row.bank_reference}
    tell(
        organization_id=row.provider_id, kind="providers.exit.refunded", facts=told, url="/desk/exit/",
        effect_key=f"exit:{row.pk}:refunded", at=at,
    )  # fmt: skip


def _open(provider_id: int) -> Exit | None:
    return Exit.objects.filter(provider_id=provider_id).exclude(state="withdrawn").first()


def _required(provider_id: int) -> Exit:
    found = _open(provider_id)
    if found is None:
        raise NotFound("This company did not ask to leave.")
    return found
