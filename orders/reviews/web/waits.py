"""Lines on the first pages of both consoles: what may still be written, marked or answered."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.ui.deals import time_left
from marketplace.ui.waiting import Wait, register_waits
from orders.reviews.queries import open_acts
from orders.reviews.web.side import SPACES

MOST = 6


def register() -> None:
    """Called when the site starts."""
    register_waits("merchant", of_merchant)
    register_waits("provider", of_provider)


def of_merchant(organization_id: int, at: datetime) -> list[Wait]:
    return _waits(organization_id, "merchant", at)


def of_provider(organization_id: int, at: datetime) -> list[Wait]:
    return _waits(organization_id, "provider", at)


def _waits(organization_id: int, side: str, at: datetime) -> list[Wait]:
    """One statement."""
    found = []
    for act, pk, month, title, other, until in open_acts(organization_id, side, at, MOST):
        left, tone = time_left(until, at)
        url = reverse(f"{SPACES[side]}:{'month' if act == 'mark' else 'detail'}", args=[pk])
        found.append(Wait(title, " · ".join((_words(act, month), other, left)), url, tone, until))
    return found


def _words(act: str, month: int) -> str:
    if act == "mark":
        return _("How was month %(n)s?") % {"n": month}
    return _("Write a review") if act == "write" else _("You may answer the review")
