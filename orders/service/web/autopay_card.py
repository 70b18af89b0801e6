"""What the contract's page shows of autopay, and what it did in words."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from orders.payments.models import Autopay
from orders.payments.queries import autopay_of, invoices_of
from orders.service.autopaying import KIND, OPEN
from orders.service.models import ServiceOrder
from orders.service.terms import Terms
from orders.service.web.side import may, side_of, url

REASONS = {
    "short": gettext_lazy("The wallet was short."),
    "over_limit": gettext_lazy("It would have exceeded the limit."),
    "refused": gettext_lazy("It could not be paid."),
}
TONES = {"waiting": "warn", "paid": "good", "failed": "bad"}
MOST_SHOWN = 24


def autopay_card(request: HttpRequest, order: ServiceOrder, terms: Terms) -> dict[str, Any] | None:
    """What the contract's page shows of it; None where there is nothing to permit. One or two statements."""
    if side_of(request) != "merchant" or not terms.is_recurring or order.state not in OPEN:
        return None
    row = autopay_of(order.merchant_id, KIND, order.pk)
    is_on = row is not None and row.state == "active"
    done = shown(row, 1) if row is not None else []
    return {
        "row": row,
        "is_on": is_on,
        "may": may(request, "autopay"),
        "last": done[0] if done else None,
        "url": url(request, "autopay", order.pk),
        "stop_url": url(request, "autopay_stop", order.pk),
    }


def shown(row: Autopay, most: int = MOST_SHOWN) -> list[dict[str, Any]]:
    """What autopay did, newest first, in words."""
    return [
        {
            "row": each,
            "tone": TONES[each.state],
            "state": each.get_state_display(),
            "why": each.detail or REASONS.get(each.reason, ""),
        }
        for each in invoices_of(row)[:most]
    ]
