"""Opening a conversation, saying something, and noting what happened."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from marketplace.accounts.models import Organization, User
from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.rooms.attachments import MOST_BYTES, MOST_FILES, Attachment
from orders.rooms.contacts import Masked, mask
from orders.rooms.models import PARTIES, Conversation, Decision, Message, MessageFile
from orders.rooms.operations.files import store_file
from orders.rooms.policies import side_of
from orders.rooms.queries import access_conversation, conversation_of
from orders.rooms.registry import Subject, have_contract
from orders.rooms.seals import seal_of
from providers.listings.models import PublicListing

LONGEST = 5_000
#: More than anybody types: what goes beyond is a program.
MOST_A_MINUTE = 20
#: Pieces of a number are looked for in what the same side wrote in this time.
PIECES_WITHIN, PIECES = timedelta(minutes=15), 6
EXCERPT = 140


class NothingSaid(UserError):
    """Neither words nor a file."""


class TooMuch(UserError):
    """A text too long, too many files, or too many messages a minute."""


def open_conversation(
    *,
    merchant_id: int,
    provider_id: int,
    subject: Subject,
    title: str,
    by: Actor,
    at: datetime,
    names: tuple[str, str] | None = None,
) -> Conversation:
    """The conversation of these two about a subject, made if there is none. Part of the caller's transaction.

    `names`: of the merchant and the provider, where the caller knows them.
    """
    with scope(merchant_id, savepoint=False):
        found = conversation_of(merchant_id, provider_id, subject)
        if found is not None:
            return found
        merchant_name, provider_name = names or (_name(merchant_id), _name(provider_id))
        try:
            with transaction.atomic():
                made = Conversation.objects.create(
                    merchant_id=merchant_id, provider_id=provider_id, subject_kind=subject.kind, subject_id=subject.id,
                    subject_slug=subject.slug, title=title[:200], opened_by=by.label, opened_at=at, last_at=at,
                    merchant_name=merchant_name, provider_name=provider_name,
                )  # fmt: skip
        except IntegrityError:  # opened by somebody else at the same moment
            raced = conversation_of(merchant_id, provider_id, subject)
            if raced is None:
                raise
            return raced
        record(merchant_id=merchant_id, by=by, action="orders.talk.opened", facts={"talk": made.pk, "title": made.title})
        return made


def _name(organization_id: int) -> str:
    """What an organization is called; only its own scope may read it."""
    with scope(organization_id, savepoint=False):
        return str(Organization.objects.values_list("name", flat=True).get(pk=organization_id))


def ask_about_listing(
    *, merchant_id: int, listing_slug: str, text: str, files: Sequence[Attachment] = (), key: str, by: Actor, at: datetime
) -> Message:
    """A merchant's first message about a published listing. Raises NotFound, NothingSaid, TooMuch."""
    with scope(merchant_id, durable=True):
        listing = listing_named(listing_slug)
        found = open_conversation(
            merchant_id=merchant_id, provider_id=listing.provider_id, title=listing.title_zh or listing.title_en,
            subject=Subject("listing", listing.listing_id, listing.slug), by=by, at=at,
        )  # fmt: skip
        return say(organization_id=merchant_id, conversation_id=found.pk, text=text, files=files, key=key, by=by, at=at)


def listing_named(slug: str) -> PublicListing:
    """A published listing. Raises NotFound."""
    found = PublicListing.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound(_("This service is not in the market any more."))
    return found


def post_message(
    *,
    organization_id: int,
    conversation_id: int,
    text: str,
    files: Sequence[Attachment] = (),
    is_decision: bool = False,
    key: str,
    by: Actor,
    at: datetime,
) -> Message:
    """Say something in a conversation of one's own; saying it again with the same `key` says it once.

    Raises NotFound, NothingSaid, TooMuch.
    """
    with scope(organization_id, durable=True):
        return say(
            organization_id=organization_id, conversation_id=conversation_id, text=text, files=files, is_decision=is_decision,
            key=key, by=by, at=at,
        )  # fmt: skip


def say(
    *,
    organization_id: int,
    conversation_id: int,
    text: str,
    files: Sequence[Attachment] = (),
    is_decision: bool = False,
    key: str,
    by: Actor,
    at: datetime,
) -> Message:
    """`post_message` as a part of the caller's transaction and scope."""
    text = text.replace("\r\n", "\n").strip()
    _check(text, files)
    conversation = access_conversation(organization_id=organization_id, pk=conversation_id, lock=True)
    side = side_of(conversation, organization_id)
    said = _said_already(conversation, f"{side}:{key}"[:80])
    if said is not None:
        return said
    _require_calm(conversation, side, at)
    shown = _masked(conversation, side, text, at)
    message = _append(
        conversation, side=side, author_id=by.user_id, author_name=_person(by), text=text, masked=shown.text,
        hidden=list(shown.kinds), is_decision=is_decision, key=f"{side}:{key}"[:80], files=files, by=by, at=at,
    )  # fmt: skip
    if is_decision:
        _propose(conversation, message)
    facts = {"talk": conversation.pk, "number": message.number, "files": len(files), "hidden": list(shown.kinds)}
    record(merchant_id=organization_id, by=by, action="orders.talk.written", facts=facts)
    return message


def note(
    *,
    merchant_id: int,
    provider_id: int,
    subject: Subject,
    code: str,
    facts: Mapping[str, Any],
    side: str,
    key: str,
    by: Actor,
    at: datetime,
) -> Message | None:
    """Set an event of an upper room among the messages, in the caller's transaction; once per key. None without a conversation.

    Nobody is told by it: the room that notes it tells its own people.
    """
    with scope(merchant_id):
        found = conversation_of(merchant_id, provider_id, subject)
        if found is None:
            return None
        conversation = access_conversation(organization_id=merchant_id, pk=found.pk, lock=True)
        said = _said_already(conversation, f"note:{key}"[:80])
        if said is not None:
            return said
        return _append(
            conversation, kind=Message.Kind.NOTE, side=side, author_id=by.user_id, author_name="", code=code, facts=dict(facts),
            key=f"note:{key}"[:80], by=by, at=at,
        )  # fmt: skip


def _check(text: str, files: Sequence[Attachment]) -> None:
    if not text and not files:
        raise NothingSaid(_("Write something, or choose a file."))
    if len(text) > LONGEST:
        raise TooMuch(_("The message is too long: at most %(most)d characters.") % {"most": LONGEST})
    if len(files) > MOST_FILES or sum(len(file.content) for file in files) > MOST_BYTES:
        raise TooMuch(_("Send at most %(most)d files at once, and 25 MB in all.") % {"most": MOST_FILES})


def _said_already(conversation: Conversation, key: str) -> Message | None:
    of = Message.objects.filter(merchant_id=conversation.merchant_id, conversation_id=conversation.pk, key=key)
    return of.first()


def _require_calm(conversation: Conversation, side: str, at: datetime) -> None:
    recent = Message.objects.filter(
        merchant_id=conversation.merchant_id, conversation_id=conversation.pk, side=side, written_at__gt=at - timedelta(minutes=1)
    )
    if recent.count() >= MOST_A_MINUTE:
        raise TooMuch(_("That was very much at once. Wait a minute before you write again."))


def _masked(conversation: Conversation, side: str, text: str, at: datetime) -> Masked:
    """What may be read before a contract; it is covered in any case, since not everybody who reads it later has one."""
    if have_contract(conversation.merchant_id, conversation.provider_id):
        return mask(text)
    earlier = Message.objects.filter(
        merchant_id=conversation.merchant_id, conversation_id=conversation.pk, side=side, kind="text",
        written_at__gt=at - PIECES_WITHIN,
    ).order_by("-number")  # fmt: skip
    return mask(text, before=list(earlier.values_list("text", flat=True)[:PIECES])[::-1])


def _person(by: Actor) -> str:
    """A person's name; never the address he signs in with."""
    name = User.objects.filter(pk=by.user_id).values_list("name", flat=True).first() if by.user_id else ""
    return mask(name or "").text


def _append(conversation: Conversation, *, files: Sequence[Attachment] = (), by: Actor, at: datetime, **said: Any) -> Message:
    """Write the message with its files and seal, and bring the conversation up to date. The conversation is locked."""
    parties = {"merchant_id": conversation.merchant_id, "provider_id": conversation.provider_id}
    message = Message(**parties, conversation=conversation, number=conversation.message_count + 1, written_at=at, **said)
    kept = [store_file(**parties, side=message.side, attachment=file, by=by, at=at) for file in files]
    message.seal = seal_of(message, before=conversation.seal, files=[file.sha256 for file in kept])
    message.save(force_insert=True)
    for position, file in enumerate(kept):
        MessageFile.objects.create(**parties, message=message, file=file, position=position)
    _bring_up_to_date(conversation, message, [file.name for file in kept])
    return message


def _bring_up_to_date(conversation: Conversation, message: Message, names: Sequence[str]) -> None:
    changed: dict[str, Any] = {
        "message_count": message.number,
        "revision": conversation.revision + 1,
        "seal": message.seal,
        "last_at": message.written_at,
    }
    if message.kind == Message.Kind.TEXT:
        text = " ".join(message.masked.split()) or mask(", ".join(names)).text
        changed |= {"last_side": message.side, "last_text": text[:EXCERPT]} | _wakes(conversation, message)
    for name, value in changed.items():
        setattr(conversation, name, value)
    conversation.save(update_fields=list(changed))


def _wakes(conversation: Conversation, message: Message) -> dict[str, Any]:
    """The other side has something to read from now on, unless it has had for a while. Who writes has read."""
    changed: dict[str, Any] = {}
    for side in PARTIES:
        if side == message.side:
            changed |= {f"{side}_waits_at": None, f"{side}_told_at": None}
            continue
        changed[f"newest_for_{side}"] = message.pk
        if getattr(conversation, f"{side}_waits_at") is None:
            changed |= {f"{side}_waits_at": message.written_at, f"{side}_told_at": None}
    return changed


def _propose(conversation: Conversation, message: Message) -> None:
    Decision.objects.create(
        merchant_id=conversation.merchant_id, provider_id=conversation.provider_id, conversation=conversation, message=message,
        side=message.side, proposed_at=message.written_at,
    )  # fmt: skip
