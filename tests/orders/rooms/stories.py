"""A conversation to begin a test with."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from marketplace.tenancy.actor import Actor, person
from marketplace.tenancy.scope import scope
from orders.rooms.models import Conversation, Message
from orders.rooms.operations import open_conversation, post_message
from orders.rooms.registry import Subject
from tests import cast

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)


@dataclass
class Story:
    merchant: cast.Merchant
    provider: cast.Provider
    talk: Conversation
    said: int = 0

    def by(self, side: str) -> Actor:
        return person((self.merchant if side == "merchant" else self.provider).owner.pk)

    def id_of(self, side: str) -> int:
        return self.merchant.id if side == "merchant" else self.provider.id

    def say(self, side: str, text: str, *, minutes: int = 0, **more: Any) -> Message:
        self.said += 1
        given: dict[str, Any] = {"key": f"k{self.said}", "at": NOW + timedelta(minutes=minutes)} | more
        return post_message(organization_id=self.id_of(side), conversation_id=self.talk.pk, text=text, by=self.by(side), **given)

    def fresh(self) -> Conversation:
        with scope(self.merchant.id):
            return Conversation.objects.get(merchant_id=self.merchant.id, pk=self.talk.pk)


def begun(merchant: cast.Merchant | None = None, provider: cast.Provider | None = None, number: int = 1) -> Story:
    """acme and the studio about a subject, with nothing said yet."""
    ours, theirs = merchant or cast.acme(), provider or cast.studio()
    with scope(ours.id):
        talk = open_conversation(
            merchant_id=ours.id, provider_id=theirs.id, subject=Subject("listing", number, "lamp"), title=f"Lamp {number}",
            by=person(ours.owner.pk), at=NOW,
        )  # fmt: skip
    return Story(ours, theirs, talk)
