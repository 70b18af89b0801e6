"""Conversations on other pages.

{% load rooms %}{% talk_about "order" order.pk %}           {# the thread of a subject, with its form #}
{% talk_about "brief" brief.pk invitation.provider_id %}    {# a subject with several conversations: with whom #}
"""

from typing import Any

from django import template
from django.template.context import RequestContext

from orders.rooms.models import Conversation
from orders.rooms.queries import find_conversation
from orders.rooms.registry import Subject
from orders.rooms.web.paths import kind_of, talk_path
from orders.rooms.web.showing import ZONE, talk_of

register = template.Library()


@register.simple_tag(takes_context=True)
def talk_url(context: RequestContext, name: str, pk: int | None = None) -> str:
    """The address of a page of conversations in the reader's own console."""
    kind = kind_of(context["request"])
    return talk_path(kind, name) if pk is None else talk_path(kind, name, pk)


@register.inclusion_tag("rooms/embedded.html", takes_context=True)
def talk_about(context: RequestContext, kind: str, subject_id: int, counterpart_id: int | None = None) -> dict[str, Any]:
    """The conversation about a subject, where this organization has one; it is polled and answered in place."""
    request = context["request"]
    found: Conversation | None = find_conversation(
        organization_id=request.organization.pk, subject=Subject(kind, subject_id), counterpart_id=counterpart_id
    )
    talk = talk_of(request, found, back=request.get_full_path()) if found is not None else None
    return {"talk": talk, "request": request, "csrf_token": context.get("csrf_token"), "zone": str(ZONE)}
