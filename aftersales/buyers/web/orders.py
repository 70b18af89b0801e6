"""What buyers' pages add to an order's page: the links an agent can send."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from aftersales.buyers.links import Purpose, link_to
from marketplace.accounts.roles import Permission
from orders.store.models import ShopOrder

#: Links an agent copies end this many days later, at the end of the day (UTC): the same link all day long.
DAYS = 30


def order_links(request: HttpRequest, order: ShopOrder) -> dict[str, Any]:
    """The buyer's own pages for this order, for people who may run programs."""
    if order.buyer_id is None or Permission.RUN_PROGRAMS not in request.rights:
        return {}
    ends = datetime.combine(timezone.now().date() + timedelta(days=DAYS + 1), time(), tzinfo=UTC)

    def address(purpose: Purpose) -> str:
        facts = {"merchant_id": order.merchant_id, "subject_id": order.pk, "buyer_id": order.buyer_id or 0}
        return link_to(purpose=purpose, expires_at=ends, **facts)

    found = []
    if order.paid_at is not None:
        found.append(("claim", _("Claim price protection"), address(Purpose.PRICE_PROTECTION)))
        found.append(("refund", _("Ask for a refund"), address(Purpose.REFUND)))
    if order.deposit_paid_at is not None:
        found.append(("presale", _("See the presale"), address(Purpose.PRESALE)))
    return {"buyer_links": found, "buyer_links_until": ends}
