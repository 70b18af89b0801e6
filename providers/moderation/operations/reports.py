"""Telling staff about something, and what a decision on it does.

A report lives with the reporter's organization, its review with the provider it is about. The provider never learns who reported:
the review is opened in the system's name.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotAllowed, NotFound, UserError
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.moderation import states
from providers.moderation.errors import AlreadyAsked, AlreadyDecided
from providers.moderation.models import ReasonTemplate, Report
from providers.moderation.notices import tell_reporter
from providers.moderation.operations.reviews import open_review
from providers.moderation.reportable import ReportSubject, reportable_named

LONGEST = 4000
#: Reports of one organization in a day; more is not a report any more.
PER_DAY = 20
IN_CONFIDENCE = Actor("system:report")


def report(*, merchant_id: int, about_kind: str, slug: str, reason: str, text: str, by: Actor, at: datetime) -> Report:
    """Report something public to staff. `merchant_id` is the reporter's organization, `reason` a template's code of kind
    `reported`. Raises NotFound, AlreadyAsked, NotAllowed, UserError.
    """
    kind = reportable_named(about_kind)
    subject = kind.find(slug)
    if subject.provider_id == merchant_id and not kind.is_also_for_its_owner:
        raise NotAllowed(_("This is your own. Change or archive it instead."))
    _check(reason, text)
    with scope(merchant_id, durable=True):
        _refuse_flood(merchant_id, at)
        made = _create(merchant_id, about_kind, subject, reason, text, by, at)
        record(merchant_id=merchant_id, by=by, action="moderation.report.made", facts=_about(made))
        with scope(subject.provider_id):
            open_review(
                provider_id=subject.provider_id, kind="report", subject_id=made.pk, title=subject.title, by=IN_CONFIDENCE, at=at
            )
        return made


def _check(reason: str, text: str) -> None:
    if not ReasonTemplate.objects.filter(kind="reported", code=reason, is_active=True).exists():
        raise UserError(_("Choose what is wrong."))
    if not text.strip():
        raise UserError(_("Say what happened, so that somebody can look into it."))
    if len(text) > LONGEST:
        raise UserError(_("The text is too long: at most %(most)d characters.") % {"most": LONGEST})


def _refuse_flood(merchant_id: int, at: datetime) -> None:
    if Report.objects.filter(merchant_id=merchant_id, reported_at__gt=at - timedelta(days=1)).count() >= PER_DAY:
        raise NotAllowed(_("Too many reports today. Write to us if something urgent is missing."))


def _create(merchant_id: int, about_kind: str, subject: ReportSubject, reason: str, text: str, by: Actor, at: datetime) -> Report:
    try:
        with transaction.atomic():
            return Report.objects.create(
                merchant_id=merchant_id, about_kind=about_kind, about_id=subject.subject_id,
                about_provider_id=subject.provider_id, about_title=subject.title[:200], about_url=subject.url, reason=reason,
                text=text.strip(), state="open", reported_by_id=by.user_id or 0, reported_at=at,
            )  # fmt: skip
    except IntegrityError as error:
        raise AlreadyAsked(_("You reported this already. We are looking into it.")) from error


def reporter_of(report_id: int) -> int:
    """The organization that made a report about the provider in scope, through a look-up that returns nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT moderation_reporter(%s)", [report_id])
        (found,) = cursor.fetchone()
    if found is None:
        raise NotFound(_("There is no such report."))
    return int(found)


def decide_report(
    provider_id: int, subject_id: int, verdict: str, reasons: Sequence[str], note: str, by: Actor, at: datetime
) -> None:
    """The handler of the review kind `report`. What follows for the provider is a ruling of its own (`give_penalty`)."""
    merchant_id = reporter_of(subject_id)
    state = "upheld" if verdict == states.APPROVED else "dismissed"
    with scope(merchant_id):
        made = Report.objects.select_for_update().get(merchant_id=merchant_id, pk=subject_id)
        if not states.may_become(states.REPORT, made.state, state):
            raise AlreadyDecided(_("This report is closed: %(state)s.") % {"state": made.get_state_display()})
        made.state, made.decided_at, made.outcome = state, at, note
        made.save(update_fields=["state", "decided_at", "outcome"])
        record(merchant_id=merchant_id, by=by, action=f"moderation.report.{state}", facts={**_about(made), "note": note})
        tell_reporter(made, at)
    uphold = reportable_named(made.about_kind).uphold
    if state == "upheld" and uphold is not None:
        uphold(provider_id, made.about_id, note, by, at)


def _about(made: Report) -> dict[str, object]:
    return {
        "report_id": made.pk, "about": made.about_kind, "title": made.about_title, "reason": made.reason,
    }  # fmt: skip
