"""A merchant's own wordings: versions that are never edited. A commercial text is used only after a second person approved it."""

from datetime import datetime

from django.db import IntegrityError
from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound, UserError
from marketplace.outbox.kinds import Kind, UnknownKind, kind_named
from marketplace.outbox.models import Template
from marketplace.outbox.queries import access_template, versions
from marketplace.outbox.wording import LANGUAGES, WordingError, check
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope

MAX_BODY, MAX_SUBJECT = 5_000, 200


class WordingDecided(UserError):
    """Somebody decided on this version already."""


class SamePerson(UserError):
    """Whoever wrote a commercial text cannot approve it."""


def save_wording(
    *,
    merchant_id: int,
    kind: str,
    step: str,
    channel: str,
    language: str,
    subject: str,
    body: str,
    by: Actor,
    at: datetime,
) -> Template:
    """A new version: in use at once, or waiting for approval where it is commercial. Raises UserError with what is wrong."""
    known = _place(kind, step, channel, language)
    subject, body = " ".join(subject.split()), body.replace("\r\n", "\n").strip()
    if len(body) > MAX_BODY or len(subject) > MAX_SUBJECT:
        raise UserError(_("The text may have 5,000 characters and the subject 200."))
    try:
        check(kind, channel, subject, body)
    except WordingError as error:
        raise UserError(_("This text cannot be used: %(why)s.") % {"why": error.translated}) from error
    commercial = known.consent_class == "commercial"
    state = Template.State.PENDING if commercial else Template.State.ACTIVE
    return _add(merchant_id, (kind, step, channel, language), subject, body, state, by, at)


def reset_wording(*, merchant_id: int, kind: str, step: str, channel: str, language: str, by: Actor, at: datetime) -> Template:
    """Back to the wording that comes with the program; at once, because that one needs no approval. Raises UserError."""
    _place(kind, step, channel, language)
    return _add(merchant_id, (kind, step, channel, language), "", "", Template.State.RESET, by, at)


def decide_wording(*, merchant_id: int, template_id: int, approve: bool, by: Actor, at: datetime) -> Template:
    """A second person approves or rejects a waiting version. Raises NotFound, WordingDecided and SamePerson."""
    with scope(merchant_id, durable=True):
        found = access_template(merchant_id=merchant_id, pk=template_id)
        if found.edited_by == by.label:
            raise SamePerson(_("A second person decides: you wrote this text."))
        state = Template.State.ACTIVE if approve else Template.State.REJECTED
        waiting = Template.objects.filter(merchant_id=merchant_id, pk=template_id, state=Template.State.PENDING)
        if not waiting.update(state=state, decided_by=by.label, decided_at=at):
            raise WordingDecided(_("This version has been decided on already."))
        action = f"outbox.wording.{'approved' if approve else 'rejected'}"
        record(merchant_id=merchant_id, by=by, action=action, facts={"id": template_id, "wording": str(found)})
        return access_template(merchant_id=merchant_id, pk=template_id)


def _place(kind: str, step: str, channel: str, language: str) -> Kind:
    """The kind whose wording this is. Raises NotFound where there is no such wording."""
    try:
        known = kind_named(kind)
    except UnknownKind as error:
        raise NotFound("There is no such kind of message.") from error
    if known.people is not None:
        raise NotFound("These words are the site's own.")
    if step not in known.steps or channel not in known.channels or channel == "webhook" or language not in LANGUAGES:
        raise NotFound("There is no such wording.")
    return known


def _add(
    merchant_id: int, place: tuple[str, str, str, str], subject: str, body: str, state: str, by: Actor, at: datetime
) -> Template:
    kind, step, channel, language = place
    try:
        with scope(merchant_id, durable=True):
            last = versions(merchant_id, *place).first()
            made = Template.objects.create(
                merchant_id=merchant_id,
                kind=kind,
                step=step,
                channel=channel,
                language=language,
                version=(last.version if last else 0) + 1,
                subject=subject,
                body=body,
                state=state,
                edited_by=by.label,
                created_at=at,
            )
            facts = {"wording": str(made), "state": state}
            record(merchant_id=merchant_id, by=by, action="outbox.wording.saved", facts=facts)
            return made
    except IntegrityError as error:
        raise UserError(_("Somebody else has just saved this text; look at theirs first.")) from error
