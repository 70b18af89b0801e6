"""{% load disputes %}{% dispute_of milestone as dispute %}: where a milestone's dispute is, or where one can be opened."""

from dataclasses import dataclass

from django import template
from django.template.context import RequestContext
from django.urls import reverse
from django.utils import timezone

from orders.disputes import policies
from orders.disputes.queries import is_decided, open_dispute_of
from orders.disputes.web.views import SPACES, WRITES
from orders.service.models import Milestone

register = template.Library()


@dataclass(frozen=True)
class Way:
    """`url` leads to the open dispute, or to opening one."""

    url: str
    is_open: bool


@register.simple_tag(takes_context=True)
def dispute_of(context: RequestContext, milestone: Milestone) -> Way | None:
    """None where there is no dispute and none can be opened by this reader."""
    request = context["request"]
    kind = request.organization.kind
    found = open_dispute_of(milestone) if milestone.state == "disputed" else None
    if found is not None:
        return Way(reverse(f"{SPACES[kind]}:detail", args=[found.pk]), is_open=True)
    if WRITES[kind] in request.rights and policies.may_open(milestone, timezone.now()) and not is_decided(milestone):
        return Way(reverse(f"{SPACES[kind]}:open", args=[milestone.pk]), is_open=False)
    return None
