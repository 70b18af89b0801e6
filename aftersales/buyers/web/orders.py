"""What buyers' pages add to an order's page: the link an agent can send."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from aftersales.buyers.links import Purpose, link_to
from marketplace.accounts.roles import Permission
from orders.store.models import ShopOrder

#: Links an agent copies end this many days later, at the end of the day (UTC): the same link all day long.
DAYS = 30


def order_link(request: HttpRequest, order: ShopOrder) -> dict[str, Any]:
    """The buyer's own price-protection page, for people who may run programs."""
    if order.buyer_id is None or Permission.RUN_PROGRAMS not in request.rights:
        return {}
    ends = datetime.combine(timezone.now().date() + timedelta(days=DAYS + 1), time(), tzinfo=UTC)
    address = link_to(
        merchant_id=order.merchant_id,
        purpose=Purpose.PRICE_PROTECTION,
        subject_id=order.pk,
        buyer_id=order.buyer_id,
        expires_at=ends,
    )
    return {"buyer_link": address, "buyer_link_until": ends}
