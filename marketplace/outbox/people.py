"""Telling an organization's own people: one notice behind the bell, and one letter to each member whom it concerns.

    register_notice(Notice(                               # in AppConfig.ready()
        kind="providers.listing.approved",
        subject=gettext_noop("“%(title)s” is approved"),
        body=gettext_noop("Publish it whenever you like."),
        roles=("owner", "admin"),
    ))
    tell(organization_id=7, kind="providers.listing.approved", facts={"title": "…"}, url="/desk/listings/lamp/",
         effect_key="listing:12:v3:approved", at=at)      # in the operation's own scope

Texts are message ids of the catalogue, so that the notice reads in every language and each letter in its reader's. Who is still a
member, at which address and in which language, is asked when the letter leaves.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop, override
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Membership, Organization, User
from marketplace.outbox.directory import Address
from marketplace.outbox.kinds import Answer, Kind, Outgoing, Ready, UnknownKind, Variable, register
from marketplace.outbox.operations.telling import enqueue_for_people
from marketplace.outbox.wording import short

#: A letter about something older than this says nothing new; the notice behind the bell stays.
STALE = timedelta(days=14)
KEY_LENGTH = 150
#: The app whose name people read where a message's program is shown.
PROGRAM = "accounts"
#: The wordings are places only; the words come from the catalogue.
MESSAGES = Path(__file__).parent / "messages" / "people"
CODES = {"zh": "zh-hans", "en": "en"}
GREETING, GREETING_NAMELESS = gettext_noop("Hello %(name)s,"), gettext_noop("Hello,")
WHY = gettext_noop("You receive this letter because you are a member of “%(organization)s” at Shangban.")
#: A fact is the same text in every language, or one text per language: {"zh": "代运营", "en": "Agency operation"}.
Fact = str | int | Mapping[str, str]


@dataclass(frozen=True)
class Notice:
    """Something people are told. `subject` and `body` are message ids with `%(fact)s`; `roles` are who gets a letter."""

    kind: str
    subject: str
    body: str
    roles: Sequence[str] = ("owner", "admin")
    #: What this kind is called in lists of messages.
    label: str | Promise = ""


class NoticeRegistered(ValueError):
    """Two rooms claim one kind of notice."""


_notices: dict[str, Notice] = {}


def register_notice(notice: Notice) -> None:
    """Make a notice known. Registering the same one again changes nothing. Raises NoticeRegistered."""
    if _notices.setdefault(notice.kind, notice) != notice:
        raise NoticeRegistered(notice.kind)
    register(
        Kind(
            name=notice.kind,
            program=PROGRAM,
            consent_class="service",
            variables=VARIABLES,
            prepare=prepare,
            people=members_addresses,
            label=notice.label or _("Notice"),
            channels=("in_app", "email"),
            messages=MESSAGES,
        )
    )


def tell(*, organization_id: int, kind: str, facts: Mapping[str, Fact], effect_key: str, at: datetime, url: str = "") -> int:
    """Tell an organization's people, in the caller's transaction and its organization's scope; how many letters were put in.

    Everything leaves after the commit, and once per `effect_key`. `url` is a path of the site. Raises UnknownKind, and KeyError
    for a fact the texts need and `facts` lacks.
    """
    if kind not in _notices:
        raise UnknownKind(kind)
    notice, given = _notices[kind], dict(facts)
    for code in CODES:
        words(notice, given, code)  # a missing fact must fail here, not when the letter leaves
    key = effect_key if len(effect_key) <= KEY_LENGTH else hashlib.sha256(effect_key.encode()).hexdigest()
    data = {"facts": given, "url": url}
    return enqueue_for_people(
        organization_id=organization_id, kind=kind, data=data, roles=notice.roles, key=key, drop_after=at + STALE
    )


def words(notice: Notice, facts: Mapping[str, Fact], code: str) -> tuple[str, str]:
    """Subject and body in a language ("zh" or "en"). Raises KeyError for a missing fact."""
    here = {name: _in_language(fact, code) for name, fact in facts.items()}
    with override(CODES[code]):
        return gettext(notice.subject) % here, gettext(notice.body) % here


def _in_language(fact: Fact, code: str) -> str:
    if isinstance(fact, Mapping):
        return fact.get(code) or next(iter(fact.values()), "")
    return str(fact)


def language_of(user: User) -> str:
    """The language a person reads letters in, as the site names it; his own choice, else the site's."""
    return user.language if short(user.language) else settings.LANGUAGE_CODE


def members_addresses(organization_id: int, messages: Sequence[Outgoing]) -> Mapping[int, Address]:
    """Where each letter goes; nothing for who has left meanwhile. Needs the organization's scope."""
    people = _members(organization_id, messages)
    return {
        message.id: Address(people[message.subject_id].email, language_of(people[message.subject_id]))
        for message in messages
        if message.subject_id in people
    }


def prepare(organization_id: int, messages: Sequence[Outgoing]) -> Mapping[int, Answer]:
    """The words of each message in every language. Needs the organization's scope."""
    people = _members(organization_id, messages)
    organization = Organization.objects.get(pk=organization_id)
    return {message.id: _ready(message, organization.name, people.get(message.subject_id)) for message in messages}


def _members(organization_id: int, messages: Sequence[Outgoing]) -> dict[int | None, User]:
    wanted = {message.subject_id for message in messages if message.subject_id is not None}
    found = Membership.objects.filter(organization_id=organization_id, user_id__in=wanted, user__is_active=True)
    return {member.user_id: member.user for member in found.select_related("user")} if wanted else {}


def _ready(message: Outgoing, organization: str, reader: User | None) -> Answer:
    notice, facts, url = _notices[message.kind], message.data["facts"], str(message.data.get("url", ""))
    texts = {}
    for code, language in CODES.items():
        subject, body = words(notice, facts, code)
        with override(language):
            greeting = gettext(GREETING) % {"name": reader.name} if reader and reader.name else gettext(GREETING_NAMELESS)
            why = gettext(WHY) % {"organization": organization}
        texts[code] = {"subject": subject, "body": body, "greeting": greeting, "why": why, "link": absolute(url)}
    return Ready(by_language=texts, url=url)


def absolute(path: str) -> str:
    """A path of the site as people can open it from a letter; '' stays ''."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}" if path else ""


VARIABLES = tuple(
    Variable(name, label)
    for name, label in (
        ("subject", _("subject")),
        ("body", _("text")),
        ("greeting", _("greeting")),
        ("link", _("link")),
        ("why", _("why the reader gets this letter")),
    )
)
