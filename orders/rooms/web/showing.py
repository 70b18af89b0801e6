"""A thread as it is drawn: who speaks, what may be read, where a day begins and what is new."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone

from marketplace.accounts.roles import Permission
from marketplace.kernel.market import MARKET_ZONE
from orders.rooms.attachments import PICTURES
from orders.rooms.models import Conversation, Decision, Message, SharedFile
from orders.rooms.policies import answers, side_of
from orders.rooms.queries import Thread, decisions_of, thread
from orders.rooms.registry import note_text
from orders.rooms.web.paths import kind_of, other_name

ZONE = MARKET_ZONE
#: Messages of one person within this time stand under one name.
TOGETHER = timedelta(minutes=5)
#: What a member needs to write, by the kind of his organization.
WRITES = {"merchant": Permission.HIRE, "provider": Permission.SELL}


@dataclass(frozen=True)
class ShownFile:
    file: SharedFile
    is_picture: bool


@dataclass(frozen=True)
class Shown:
    """One message as this reader sees it."""

    message: Message
    text: str
    who: str
    is_mine: bool
    #: Whether the name stands above it, or it follows the same person's message.
    has_head: bool
    new_day: date | None
    is_first_new: bool
    is_covered: bool
    is_seen: bool
    files: Sequence[ShownFile] = ()
    decision: Decision | None = None
    acts: Sequence[str] = ()


@dataclass(frozen=True)
class Talk:
    """Everything the fragment `rooms/thread.html` needs."""

    conversation: Conversation
    kind: str
    other: str
    is_open: bool
    may_write: bool
    shown: Sequence[Shown]
    earlier: int | None
    newest: int
    has_new: bool
    #: Where the form leads back to, and what was typed when something was wrong.
    back: str = ""
    text: str = ""
    error: str = ""
    is_decision: bool = False
    key: str = field(default="")

    @property
    def waits(self) -> str:
        """Who acts next: "us", "them", or nobody ("")."""
        if not self.conversation.last_side:
            return ""
        return "them" if self.conversation.last_side == self.kind else "us"

    @property
    def waits_since(self) -> datetime:
        return self.conversation.last_at


def may_write(request: HttpRequest) -> bool:
    """Whether this member's role lets him speak for his organization; staff looking as somebody else only look."""
    return WRITES[kind_of(request)] in request.rights and request.look is None  # type: ignore[attr-defined]


def talk_of(
    request: HttpRequest,
    conversation: Conversation,
    *,
    before: int | None = None,
    around: int | None = None,
    back: str = "",
    **typed: object,
) -> Talk:
    """The conversation for whoever asks. Needs the organization's scope."""
    from uuid import uuid4

    organization_id, kind = request.organization.pk, kind_of(request)  # type: ignore[attr-defined]
    side = side_of(conversation, organization_id)
    found = thread(conversation, side=side, user_id=request.user.pk, before=before, around=around)
    shown = _shown(found, conversation, may_write(request))
    return Talk(
        conversation=conversation,
        kind=kind,
        other=other_name(conversation, organization_id),
        is_open=found.is_open,
        may_write=may_write(request),
        shown=shown,
        earlier=found.messages[0].number if found.has_earlier else None,
        newest=found.messages[-1].number if found.messages else 0,
        has_new=before is None and any(is_new(message, found) for message in found.messages),
        back=back,
        key=uuid4().hex,
        **typed,  # type: ignore[arg-type]
    )


def is_new(message: Message, found: Thread) -> bool:
    """Whether this reader has not seen it: somebody else's, after his mark."""
    return message.side != found.side and message.kind == Message.Kind.TEXT and message.pk > found.read_up_to


def _shown(found: Thread, conversation: Conversation, writes: bool) -> list[Shown]:
    rows: list[Shown] = []
    before: Message | None = None
    has_line = False
    for message in found.messages:
        new = not has_line and is_new(message, found)
        has_line = has_line or new
        rows.append(_one(message, before, found, conversation, is_first_new=new, writes=writes))
        before = message
    return rows


def _one(
    message: Message, before: Message | None, found: Thread, conversation: Conversation, *, is_first_new: bool, writes: bool
) -> Shown:
    day = timezone.localtime(message.written_at, ZONE).date()
    new_day = day if before is None or timezone.localtime(before.written_at, ZONE).date() != day else None
    decision = found.decisions.get(message.pk)
    return Shown(
        message=message,
        text=said(message, found.is_open),
        who=who(message, conversation),
        is_mine=message.side == found.side,
        has_head=new_day is not None or before is None or is_first_new or not _goes_on(before, message),
        new_day=new_day,
        is_first_new=is_first_new,
        is_covered=bool(message.hidden) and not found.is_open,
        is_seen=message.pk <= found.seen_up_to,
        files=[ShownFile(file, file.content_type in PICTURES) for file in found.files.get(message.pk, ())],
        decision=decision,
        acts=answers(decision, found.side) if decision is not None and writes else (),
    )


def said(message: Message, is_open: bool) -> str:
    """What may be read of a message; events in the reader's language."""
    if message.kind == Message.Kind.NOTE:
        return note_text(message.code, message.facts)
    return message.text if is_open else message.masked


def who(message: Message, conversation: Conversation) -> str:
    """Which organization speaks; the market's staff speak as the market."""
    if message.side == "market":
        return "商伴 Shangban"
    return conversation.merchant_name if message.side == "merchant" else conversation.provider_name


def _goes_on(before: Message, message: Message) -> bool:
    same = (before.side, before.author_id, before.kind) == (message.side, message.author_id, message.kind)
    return same and message.written_at - before.written_at < TOGETHER


@dataclass(frozen=True)
class LoggedDecision:
    """A line of the log of decisions."""

    decision: Decision
    text: str
    who: str


def decision_log(conversation: Conversation, is_open: bool, most: int = 50) -> list[LoggedDecision]:
    """The newest decisions with what was written. Needs the organization's scope."""
    rows = decisions_of(conversation)[:most]
    return [LoggedDecision(row, said(row.message, is_open), who(row.message, conversation)) for row in rows]
