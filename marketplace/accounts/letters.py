"""What accounts write to people: the letter of an invitation, and notices to an organization's own."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext, gettext_noop, override
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Invitation, User
from marketplace.accounts.operations.invitations import JOINED, KIND, token_of
from marketplace.accounts.operations.viewing import VIEWED
from marketplace.accounts.roles import Role
from marketplace.outbox.directory import Address
from marketplace.outbox.kinds import Answer, Drop, Kind, Outgoing, Ready
from marketplace.outbox.people import (
    CODES,
    GREETING,
    GREETING_NAMELESS,
    MESSAGES,
    PROGRAM,
    VARIABLES,
    Notice,
    absolute,
    language_of,
)

SUBJECT = gettext_noop("%(inviter)s invites you to “%(organization)s”")
SUBJECT_NAMELESS = gettext_noop("You are invited to “%(organization)s”")
BODY = gettext_noop("You can join “%(organization)s” at Shangban as: %(role)s. The link works for seven days, and once:")
WHY = gettext_noop("Somebody entered your address there. You did not expect that? Then ignore this letter; nothing happens.")
NOTICES = (
    Notice(
        kind=JOINED,
        subject=gettext_noop("%(name)s has joined"),
        body=gettext_noop("%(name)s (%(email)s) has accepted the invitation and is a member now."),
        label=_("A member joined"),
    ),
    Notice(
        kind=VIEWED,
        subject=gettext_noop("Our support is looking at your console"),
        body=gettext_noop("It reads what %(name)s sees, except ledger, deposits, documents and keys. Reason: %(reason)s"),
        roles=("owner",),
        label=_("Support looked at the console"),
    ),
)


def addresses(organization_id: int, messages: Sequence[Outgoing]) -> Mapping[int, Address]:
    """The invited mailboxes, in the language of who reads them. Needs the organization's scope."""
    waiting = _waiting(organization_id, messages)
    known = _known(waiting)
    found = {}
    for message in messages:
        invitation = waiting.get(message.subject_id)
        if invitation is not None:
            reader = known.get(invitation.email)
            found[message.id] = Address(invitation.email, language_of(reader) if reader else invitation.language)
    return found


def prepare(organization_id: int, messages: Sequence[Outgoing]) -> Mapping[int, Answer]:
    """The words of each letter; none for an invitation that was withdrawn, or sent again, meanwhile."""
    waiting = _waiting(organization_id, messages)
    known = _known(waiting)
    answers: dict[int, Answer] = {}
    for message in messages:
        invitation = waiting.get(message.subject_id)
        if invitation is None or not message.effect_key.endswith(f":{invitation.nonce}"):
            answers[message.id] = Drop("not_due")
        else:
            texts = {code: _texts(invitation, known.get(invitation.email), language) for code, language in CODES.items()}
            answers[message.id] = Ready(by_language=texts)
    return answers


def _texts(invitation: Invitation, reader: User | None, language: str) -> dict[str, str]:
    with override(language):
        facts = {
            "organization": invitation.organization.name,
            "inviter": invitation.invited_by.name if invitation.invited_by else "",
            "role": str(Role(invitation.role).label),
        }
        named = reader is not None and reader.name
        subject = SUBJECT if facts["inviter"] else SUBJECT_NAMELESS
        return {
            "subject": gettext(subject) % facts,
            "greeting": gettext(GREETING) % {"name": reader.name} if reader and named else gettext(GREETING_NAMELESS),
            "body": gettext(BODY) % facts,
            "link": absolute(f"/join/{token_of(invitation)}/"),
            "why": gettext(WHY),
        }


def _waiting(organization_id: int, messages: Sequence[Outgoing]) -> dict[int | None, Invitation]:
    ids = [message.subject_id for message in messages if message.subject_id is not None]
    found = Invitation.objects.filter(organization_id=organization_id, pk__in=ids, state="pending")
    return {one.pk: one for one in found.select_related("organization", "invited_by")}


def _known(waiting: Mapping[int | None, Invitation]) -> dict[str, User]:
    emails = {invitation.email for invitation in waiting.values()}
    return {user.email: user for user in User.objects.filter(email__in=emails)}


INVITATION = Kind(
    name=KIND,
    program=PROGRAM,
    consent_class="service",
    variables=VARIABLES,
    prepare=prepare,
    people=addresses,
    label=_("Invitation"),
    channels=("email",),
    messages=MESSAGES,
)
