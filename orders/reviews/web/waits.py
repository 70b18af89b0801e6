"""Lines on the first pages of both consoles: what may still be written, marked or answered."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.ui.deals import time_left
from marketplace.ui.waiting import Wait, register_waits
from orders.reviews import policies
from orders.reviews.models import ReviewRound
from orders.reviews.queries import to_answer, to_mark, to_write
from orders.reviews.web.side import SPACES

MOST = 4


def register() -> None:
    """Called when the site starts."""
    register_waits("merchant", of_merchant)
    register_waits("provider", of_provider)


def of_merchant(organization_id: int, at: datetime) -> list[Wait]:
    """Two statements."""
    months = [
        _wait(
            row.order.title, _("How was month %(n)s?") % {"n": row.number}, row.order.provider_name,
            reverse("reviews:month", args=[row.pk]), row.closes_at, at,
        )
        for row in to_mark(organization_id, at)[:MOST]
    ]  # fmt: skip
    return [*_unwritten(organization_id, "merchant", at), *months]


def of_provider(organization_id: int, at: datetime) -> list[Wait]:
    """Two statements."""
    found = _unwritten(organization_id, "provider", at)
    for row in to_answer(organization_id, at - policies.ANSWERING)[:MOST]:
        until = row.published_at + policies.ANSWERING if row.published_at else at
        found.append(
            _wait(row.order.title, _("You may answer the review"), row.order.merchant_name, _url(row, "provider"), until, at)
        )
    return found


def _unwritten(organization_id: int, side: str, at: datetime) -> list[Wait]:
    other = "provider_name" if side == "merchant" else "merchant_name"
    return [
        _wait(row.order.title, _("Write a review"), getattr(row.order, other), _url(row, side), row.closes_at, at)
        for row in to_write(organization_id, side, at)[:MOST]
    ]


def _url(row: ReviewRound, side: str) -> str:
    return reverse(f"{SPACES[side]}:detail", args=[row.pk])


def _wait(title: str, act: str, other: str, url: str, until: datetime, at: datetime) -> Wait:
    """Nothing here is urgent before its last day."""
    left, tone = time_left(until, at)
    return Wait(title, " · ".join((act, other, left)), url, tone, until)
