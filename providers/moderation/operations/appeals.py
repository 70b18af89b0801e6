"""Appealing, withdrawing an appeal, and what a decision on one does. Locks: the appeal first, its review second."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.moderation import states
from providers.moderation.appealable import AppealSubject, appealable_named
from providers.moderation.errors import AlreadyAsked, AlreadyDecided, OwnRuling, TooLate
from providers.moderation.models import Appeal
from providers.moderation.notices import tell_appeal
from providers.moderation.operations.reviews import open_review, withdraw_review

LONGEST = 4000


def open_appeal(*, provider_id: int, against: str, subject_id: int, text: str, by: Actor, at: datetime) -> Appeal:
    """Appeal once against a ruling or a number, within its days. Raises NotFound, TooLate, AlreadyAsked, UserError."""
    appealable = appealable_named(against)
    _check(text)
    with scope(provider_id, durable=True):
        subject = appealable.subject(provider_id, subject_id)
        if at > subject.happened_at + timedelta(days=appealable.days):
            raise TooLate(_("The %(days)d days for an appeal are over.") % {"days": appealable.days})
        appeal = _create(provider_id, against, subject_id, subject, text, by, at)
        open_review(provider_id=provider_id, kind="appeal", subject_id=appeal.pk, title=appeal.title, by=by, at=at)
        record(merchant_id=provider_id, by=by, action="moderation.appeal.opened", facts=_about(appeal))
        return appeal


def _check(text: str) -> None:
    if not text.strip():
        raise UserError(_("Say why the decision should be looked at again."))
    if len(text) > LONGEST:
        raise UserError(_("The text is too long: at most %(most)d characters.") % {"most": LONGEST})


def _create(
    provider_id: int, against: str, subject_id: int, subject: AppealSubject, text: str, by: Actor, at: datetime
) -> Appeal:
    try:
        with transaction.atomic():
            return Appeal.objects.create(
                provider_id=provider_id, against=against, subject_id=subject_id, title=subject.title[:200], text=text.strip(),
                state="open", opened_at=at, opened_by=by.label,
            )  # fmt: skip
    except IntegrityError as error:
        raise AlreadyAsked(_("There is an appeal against this already; each can be appealed once.")) from error


def withdraw_appeal(*, provider_id: int, appeal_id: int, by: Actor, at: datetime) -> None:
    """Take an appeal back while nobody decided it. Raises NotFound, AlreadyDecided."""
    with scope(provider_id, durable=True):
        appeal = _locked(provider_id, appeal_id)
        _move(appeal, "withdrawn", at=at)
        withdraw_review(provider_id=provider_id, kind="appeal", subject_id=appeal_id, by=by, at=at)
        record(merchant_id=provider_id, by=by, action="moderation.appeal.withdrawn", facts=_about(appeal))


def decide_appeal(
    provider_id: int, subject_id: int, verdict: str, reasons: Sequence[str], note: str, by: Actor, at: datetime
) -> None:
    """The handler of the review kind `appeal`: upheld undoes what was appealed against."""
    appeal = _locked(provider_id, subject_id)
    appealable = appealable_named(appeal.against)
    subject = appealable.subject(provider_id, appeal.subject_id)
    _refuse_own_ruling(subject, by)
    state = "upheld" if verdict == states.APPROVED else "denied"
    _move(appeal, state, at=at, answer=note)
    if state == "upheld":
        appealable.uphold(provider_id, appeal.subject_id, by, at)
    record(merchant_id=provider_id, by=by, action=f"moderation.appeal.{state}", facts={**_about(appeal), "note": note})
    tell_appeal(appeal, reasons, note, at)


def _refuse_own_ruling(subject: AppealSubject, by: Actor) -> None:
    """Four eyes, wherever there are four: a market with a single member of staff would never answer an appeal otherwise."""
    if subject.decided_by != by.label or by.user_id is None:
        return
    if User.objects.filter(is_staff=True, is_active=True).exclude(pk=by.user_id).exists():
        raise OwnRuling(_("You made this ruling. A colleague decides the appeal."))


def _locked(provider_id: int, appeal_id: int) -> Appeal:
    appeal = Appeal.objects.select_for_update().filter(provider_id=provider_id, pk=appeal_id).first()
    if appeal is None:
        raise NotFound(_("There is no such appeal."))
    return appeal


def _move(appeal: Appeal, state: str, *, at: datetime, answer: str = "") -> None:
    if not states.may_become(states.APPEAL, appeal.state, state):
        raise AlreadyDecided(_("This appeal is closed: %(state)s.") % {"state": appeal.get_state_display()})
    appeal.state, appeal.decided_at, appeal.answer = state, at, answer
    appeal.save(update_fields=["state", "decided_at", "answer"])


def _about(appeal: Appeal) -> dict[str, object]:
    return {
        "appeal_id": appeal.pk, "against": appeal.against, "subject_id": appeal.subject_id, "title": appeal.title,
    }  # fmt: skip
