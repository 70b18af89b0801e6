"""Lines on the first pages of both consoles, and the button on a listing's page."""

from datetime import datetime
from typing import cast
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import pgettext

from marketplace.accounts.roles import Permission
from marketplace.ui.deals import Button, time_left
from marketplace.ui.waiting import Wait, register_waits
from orders.service.operations.buying import BUYABLE
from orders.service.terms import Side
from orders.service.web.filters import orders_of
from orders.service.web.side import NAMESPACES, other_party
from orders.service.web.words import short_act
from providers.discovery.web.buttons import register_button
from providers.listings.models import PublicListing

MOST = 6


def register() -> None:
    """Called when the site starts."""
    register_waits("merchant", merchants_waits)
    register_waits("provider", providers_waits)
    register_button(order_button, place=10)


def merchants_waits(organization_id: int, at: datetime) -> list[Wait]:
    return _waits(organization_id, "merchant", at)


def providers_waits(organization_id: int, at: datetime) -> list[Wait]:
    return _waits(organization_id, "provider", at)


def _waits(organization_id: int, side: str, at: datetime) -> list[Wait]:
    known = cast(Side, side)
    found = []
    for order in orders_of(organization_id, known).filter(next_actor=side)[:MOST]:
        left, tone = time_left(order.next_due_at, at) if order.next_due_at else ("", "info")
        text = " · ".join(filter(None, (str(short_act(order)), other_party(order, known), left)))
        url = reverse(f"{NAMESPACES[known]}:detail", args=[order.pk])
        found.append(Wait(order.title, text, url, tone, order.next_due_at))  # type: ignore[arg-type]
    return found


def order_button(request: HttpRequest, listing: PublicListing) -> Button | None:
    """For those who may hire, and for visitors, who sign in first."""
    if listing.pricing_model not in BUYABLE:
        return None
    url = f"{reverse('contracts:new')}?listing={listing.slug}"
    if not request.user.is_authenticated:
        return Button(
            pgettext("buy", "Order"), f"{reverse('account_login')}?{urlencode({'next': url})}", "coins", is_primary=True
        )
    is_merchant = getattr(getattr(request, "organization", None), "kind", "") == "merchant"
    if not is_merchant or Permission.HIRE not in request.rights:
        return None
    return Button(pgettext("buy", "Order"), url, "coins", is_primary=True)
