"""{% load reviews %}{% reviews_of order %}: the card on a contract's page about its reviews or its months."""

from typing import Any

from django import template
from django.template.context import RequestContext
from django.utils import timezone

from orders.reviews import policies
from orders.reviews.models import ReviewRound
from orders.reviews.queries import STANDING, pulses_of, round_of
from orders.reviews.web.side import ZONE, may_write, path_to, side_of
from orders.service.models import ServiceOrder

register = template.Library()


@register.inclusion_tag("reviews/on_contract.html", takes_context=True)
def reviews_of(context: RequestContext, order: ServiceOrder) -> dict[str, Any]:
    """At most two statements: the round of an ended contract, the months of a standing one."""
    request, now = context["request"], timezone.now()
    found = round_of(order) if order.is_ended else None
    months = pulses_of(order) if order.model in STANDING and order.started_at else []
    open_month = next((row for row in months if policies.may_mark(row, "merchant", now)), None)
    return {
        **({"round": found, **_round(request, found)} if found else {}),
        "months": months,
        "month_url": path_to(request, "month", (open_month or months[0]).pk) if months else "",
        "is_asked": open_month is not None and side_of(request) == "merchant" and may_write(request),
        "needed": policies.PULSES,
        "side": side_of(request),
        "zone": ZONE,
    }


def _round(request: Any, found: ReviewRound) -> dict[str, Any]:
    side, now = side_of(request), timezone.now()
    return {
        "round_url": path_to(request, "detail", found.pk),
        "may_write": may_write(request) and policies.may_write(found, side, now),
        "may_answer": may_write(request) and policies.may_answer(found, side, now),
        "has_written": policies.has_written(found, side),
        "other_has_written": policies.has_written(found, "provider" if side == "merchant" else "merchant"),
        "answer_until": found.published_at + policies.ANSWERING if found.published_at else None,
    }
