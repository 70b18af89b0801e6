"""Remembering how far somebody has read."""

from datetime import datetime

from django.db import connection

from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.rooms.models import Conversation, Message
from orders.rooms.policies import side_of
from orders.rooms.queries import access_conversation

#: One statement, so that two windows of one person cannot push the mark back.
MARK = """
INSERT INTO workrooms_readmark (merchant_id, provider_id, conversation_id, side, user_id, message_id, read_at)
VALUES (%(merchant)s, %(provider)s, %(talk)s, %(side)s, %(user)s, %(message)s, %(at)s)
ON CONFLICT (merchant_id, conversation_id, side, user_id)
DO UPDATE SET message_id = EXCLUDED.message_id, read_at = EXCLUDED.read_at
WHERE workrooms_readmark.message_id < EXCLUDED.message_id
"""


def mark_read(*, organization_id: int, conversation_id: int, up_to: int, by: Actor, at: datetime) -> bool:
    """This person has read everything up to message number `up_to`; whether that was news. Raises NotFound.

    When the newest has been read, nobody of the organization is told of it any more.
    """
    with scope(organization_id, durable=True):
        conversation = access_conversation(organization_id=organization_id, pk=conversation_id, lock=True)
        side = side_of(conversation, organization_id)
        read = Message.objects.filter(
            merchant_id=conversation.merchant_id, conversation_id=conversation.pk, number__lte=up_to
        ).order_by("-number")  # fmt: skip
        newest = read.values_list("pk", flat=True).first()
        if newest is None or by.user_id is None or not _marked(conversation, side, by.user_id, newest, at):
            return False
        if newest >= getattr(conversation, f"newest_for_{side}"):
            setattr(conversation, f"{side}_waits_at", None)
            setattr(conversation, f"{side}_told_at", None)
        conversation.revision += 1
        conversation.save(update_fields=["revision", f"{side}_waits_at", f"{side}_told_at"])
        return True


def _marked(conversation: Conversation, side: str, user_id: int, message_id: int, at: datetime) -> bool:
    values: dict[str, str | int | datetime] = {
        "merchant": conversation.merchant_id,
        "provider": conversation.provider_id,
        "talk": conversation.pk,
        "side": side,
        "user": user_id,
        "message": message_id,
        "at": at,
    }
    with connection.cursor() as cursor:
        cursor.execute(MARK, values)
        return bool(cursor.rowcount)
