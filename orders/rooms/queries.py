"""Reading conversations. Every query names the organization, on top of row-level security."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, connections
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound
from orders.rooms.models import Conversation, Decision, Message, MessageFile, ReadMark, SharedFile, Side
from orders.rooms.registry import Subject, have_contract

#: So many messages a page shows at once.
WINDOW = 50
#: The badge says 99+ beyond.
MOST_COUNTED = 100
#: Somebody who has not read for so long gets a letter.
UNTOLD = """
SELECT merchant_id AS organization_id FROM workrooms_conversation
 WHERE merchant_waits_at <= %(before)s AND merchant_told_at IS NULL
UNION
SELECT provider_id FROM workrooms_conversation
 WHERE provider_waits_at <= %(before)s AND provider_told_at IS NULL
"""


def party_column(kind: str) -> str:
    """The column that names an organization of this kind ("merchant", "provider")."""
    return "merchant_id" if kind == Side.MERCHANT else "provider_id"


def conversations(organization_id: int, kind: str) -> QuerySet[Conversation]:
    """An organization's conversations, newest first. Lists filter by one column, so that its index is walked."""
    found = Conversation.objects.filter(**{party_column(kind): organization_id})
    return found.order_by("-last_at", "-pk")


def access_conversation(*, organization_id: int, pk: int, lock: bool = False) -> Conversation:
    """One conversation of this organization. Raises NotFound for foreign and missing alike."""
    found = Conversation.objects.select_for_update() if lock else Conversation.objects.all()
    row = found.filter(Q(merchant_id=organization_id) | Q(provider_id=organization_id), pk=pk).first()
    if row is None or organization_id not in (row.merchant_id, row.provider_id):
        raise NotFound(_("There is no such conversation."))
    return row


def find_conversation(*, organization_id: int, subject: Subject, counterpart_id: int | None = None) -> Conversation | None:
    """The conversation about a subject, if there is one. A need has one with each provider: say which."""
    mine = Q(merchant_id=organization_id) | Q(provider_id=organization_id)
    theirs = Q() if counterpart_id is None else Q(merchant_id=counterpart_id) | Q(provider_id=counterpart_id)
    return Conversation.objects.filter(mine, theirs, subject_kind=subject.kind, subject_id=subject.id).order_by("pk").first()


def conversation_of(merchant_id: int, provider_id: int, subject: Subject) -> Conversation | None:
    """The one conversation of these two about a subject. Needs the scope of one of them."""
    return Conversation.objects.filter(
        merchant_id=merchant_id, provider_id=provider_id, subject_kind=subject.kind, subject_id=subject.id
    ).first()


def with_unread(found: QuerySet[Conversation], kind: str, user_id: int | None) -> QuerySet[Conversation]:
    """Conversations with `is_unread`: something of the other side's this person has not seen."""
    newest = f"newest_for_{kind}"
    marks = ReadMark.objects.filter(
        merchant_id=OuterRef("merchant_id"), conversation_id=OuterRef("pk"), side=kind, user_id=user_id or 0,
        message_id__gte=OuterRef(newest),
    )  # fmt: skip
    return found.annotate(is_unread=Q(**{f"{newest}__gt": 0}) & ~Exists(marks))


#: As `with_unread`, written out: the navigation of every page shows the number.
UNREAD = """
SELECT count(*) FROM (
  SELECT FROM workrooms_conversation c
  WHERE c.{side}_id = %s AND c.newest_for_{side} > 0 AND NOT EXISTS (
    SELECT FROM workrooms_readmark m
    WHERE m.merchant_id = c.merchant_id AND m.conversation_id = c.id AND m.side = '{side}' AND m.user_id = %s
      AND m.message_id >= c.newest_for_{side})
  LIMIT %s
) AS unread
"""


def unread_count(organization_id: int, kind: str, user_id: int) -> int:
    """How many conversations have something this person has not seen, at most MOST_COUNTED."""
    side = party_column(kind).removesuffix("_id")
    with connection.cursor() as cursor:
        cursor.execute(UNREAD.format(side=side), [organization_id, user_id, MOST_COUNTED])
        return int(cursor.fetchone()[0])


@dataclass(frozen=True)
class Thread:
    """A window of a conversation as one side reads it. `is_open`: contact details are shown, because there is a contract."""

    conversation: Conversation
    side: str
    is_open: bool
    messages: Sequence[Message]
    has_earlier: bool
    decisions: dict[int, Decision]
    files: dict[int, list[SharedFile]]
    #: The newest of my own messages somebody of the other side has read, 0 for none.
    seen_up_to: int
    #: What this reader had read when the page was made.
    read_up_to: int


def thread(
    conversation: Conversation, *, side: str, user_id: int | None, before: int | None = None, around: int | None = None
) -> Thread:
    """The newest messages, those before a number, or those around one; five statements, whatever the length."""
    found = Message.objects.filter(merchant_id=conversation.merchant_id, conversation_id=conversation.pk)
    if around is not None:
        found = found.filter(number__lte=around + WINDOW // 2)
    elif before is not None:
        found = found.filter(number__lt=before)
    rows = list(found.order_by("-number")[: WINDOW + 1])
    shown = rows[WINDOW - 1 :: -1] if len(rows) > WINDOW else rows[::-1]
    marks = _marks(conversation, side, user_id)
    return Thread(
        conversation=conversation,
        side=side,
        is_open=have_contract(conversation.merchant_id, conversation.provider_id),
        messages=shown,
        has_earlier=len(rows) > WINDOW,
        decisions={row.message_id: row for row in _of(Decision, conversation, shown)},
        files=files_of(conversation.merchant_id, [message.pk for message in shown]),
        seen_up_to=marks["theirs"] or 0,
        read_up_to=marks["mine"] or 0,
    )


def _of(model: Any, conversation: Conversation, shown: Sequence[Message]) -> Any:
    return model.objects.filter(merchant_id=conversation.merchant_id, message_id__in=[message.pk for message in shown])


def _marks(conversation: Conversation, side: str, user_id: int | None) -> dict[str, int | None]:
    found = ReadMark.objects.filter(merchant_id=conversation.merchant_id, conversation_id=conversation.pk)
    return found.aggregate(
        theirs=Max("message_id", filter=~Q(side=side)), mine=Max("message_id", filter=Q(side=side, user_id=user_id))
    )


def files_of(merchant_id: int, message_ids: Sequence[int]) -> dict[int, list[SharedFile]]:
    """Files by message, in the order they were sent."""
    found: dict[int, list[SharedFile]] = {}
    rows = MessageFile.objects.filter(merchant_id=merchant_id, message_id__in=message_ids).select_related("file")
    for row in rows.order_by("message_id", "position"):
        found.setdefault(row.message_id, []).append(row.file)
    return found


def conversation_files(conversation: Conversation) -> QuerySet[MessageFile]:
    """Every file of a conversation, newest first."""
    found = MessageFile.objects.filter(merchant_id=conversation.merchant_id, message__conversation_id=conversation.pk)
    return found.select_related("file", "message").order_by("-message_id", "position")


def decisions_of(conversation: Conversation) -> QuerySet[Decision]:
    """The log of decisions, newest first, with their messages."""
    found = Decision.objects.filter(merchant_id=conversation.merchant_id, conversation_id=conversation.pk)
    return found.select_related("message").order_by("-pk")


def access_decision(*, organization_id: int, pk: int, lock: bool = False) -> Decision:
    """Raises NotFound for foreign and missing alike."""
    found = Decision.objects.select_for_update(of=("self",)) if lock else Decision.objects.all()
    row = found.filter(Q(merchant_id=organization_id) | Q(provider_id=organization_id), pk=pk).select_related("message").first()
    if row is None or organization_id not in (row.merchant_id, row.provider_id):
        raise NotFound(_("There is no such decision."))
    return row


def access_file(*, organization_id: int, pk: int) -> SharedFile:
    """A file of one of this organization's dealings. Raises NotFound for foreign and missing alike."""
    row = SharedFile.objects.filter(Q(merchant_id=organization_id) | Q(provider_id=organization_id), pk=pk).first()
    if row is None or organization_id not in (row.merchant_id, row.provider_id):
        raise NotFound(_("There is no such file."))
    return row


def search_messages(found: QuerySet[Message], words: str, *, column: str = "masked") -> QuerySet[Message]:
    """Messages with these words, newest first. Before a contract only what may be read is searched."""
    for word in words.split()[:6]:
        found = found.filter(**{f"{column}__icontains": word})
    return found.filter(kind=Message.Kind.TEXT).order_by("-pk")


def messages_of(organization_id: int, kind: str) -> QuerySet[Message]:
    """Everything ever said to or by an organization."""
    return Message.objects.filter(**{party_column(kind): organization_id}).select_related("conversation")


def organizations_to_tell(before: datetime) -> list[int]:
    """Organizations with something unread since before then they have not been told of (system role)."""
    with connections["system"].cursor() as cursor:
        cursor.execute(UNTOLD, {"before": before})
        return sorted(row[0] for row in cursor.fetchall())


def untold(organization_id: int, kind: str, before: datetime) -> QuerySet[Conversation]:
    """The conversations of one organization that are to be told of, locked; taken ones are passed over."""
    conditions = {party_column(kind): organization_id, f"{kind}_waits_at__lte": before, f"{kind}_told_at__isnull": True}
    return Conversation.objects.select_for_update(skip_locked=True).filter(**conditions).order_by(F("pk"))
