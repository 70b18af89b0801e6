"""The same pages in two consoles: addresses by the kind of organization that reads them."""

from django.http import HttpRequest
from django.urls import reverse

from orders.rooms.models import Conversation
from orders.rooms.policies import side_of
from orders.rooms.registry import Subject, subject_kind

NAMESPACES = {"merchant": "talks", "provider": "desk_talks"}


def kind_of(request: HttpRequest) -> str:
    return str(request.organization.kind)  # type: ignore[attr-defined]


def talk_path(kind: str, name: str, *args: int) -> str:
    """The address of a page of this room in the console of this kind."""
    return reverse(f"{NAMESPACES[kind]}:{name}", args=args)


def subject_path(conversation: Conversation, kind: str) -> str:
    """The page of what is talked about, '' where this side has none."""
    subject = Subject(conversation.subject_kind, conversation.subject_id, conversation.subject_slug)
    return subject_kind(conversation.subject_kind).url(subject, kind)


def other_name(conversation: Conversation, organization_id: int) -> str:
    """What the other side is called."""
    mine = side_of(conversation, organization_id)
    return conversation.provider_name if mine == "merchant" else conversation.merchant_name
