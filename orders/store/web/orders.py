"""Order list, detail and export."""

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.money import format_major
from marketplace.tenancy.scope import scope
from marketplace.ui.kit import Event
from orders.store import queries
from orders.store.models import ShopOrder
from orders.store.web.extensions import order_extras
from orders.store.web.filters import OrderFilter

PAGE = 50
EXPORT_COLUMNS = "order_ref shop status channel currency placed_at paid_at delivered_at captured refunded shipping".split()


@require_safe
@requires(Permission.VIEW_ORDERS)
def order_list(request: HttpRequest) -> HttpResponse:
    found = queries.orders(request.organization.pk)
    narrowed = OrderFilter(request.GET, queryset=found, request=request)
    page = Paginator(narrowed.qs, PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "filter": narrowed,
        "has_orders": page.paginator.count > 0 or found.exists(),
        "may_export": Permission.EXPORT in request.rights,
    }
    return TemplateResponse(request, "orders/list.html", context)


@require_safe
@requires(Permission.VIEW_ORDERS)
def order_detail(request: HttpRequest, pk: int) -> HttpResponse:
    order = queries.access_order(merchant_id=request.organization.pk, pk=pk)
    context: dict[str, Any] = {
        "order": order,
        "lines": queries.lines_of(order),
        "presale": _presale(order, timezone.now()),
        "refund_requests": queries.refund_requests_of(order),
        "events": _events(order),
        **order_extras(request, order),
    }
    return TemplateResponse(request, "orders/detail.html", context)


def _presale(order: ShopOrder, now: datetime) -> dict[str, Any] | None:
    """How the balance of a presale order stands, as the state and label of a pill."""
    if order.deposit_amount is None and order.deposit_paid_at is None and not order.presale_activity:
        return None
    if order.deposit_refunded_at:
        return {"state": "refunded", "label": _("Deposit refunded")}
    if order.balance_paid_at:
        return {"state": "paid", "label": _("Balance paid")}
    if order.deposit_paid_at is None:
        return {"state": "pending", "label": _("Deposit not paid")}
    if order.status == ShopOrder.Status.CANCELLED:
        return {"state": "cancelled", "label": ""}
    if order.balance_closes_at and order.balance_closes_at <= now:
        return {"state": "failed", "label": _("Balance not paid in time")}
    if order.balance_opens_at and order.balance_opens_at <= now:
        return {"state": "held", "label": pgettext("presale", "Balance due")}
    return {"state": "open", "label": _("Balance not due yet")}


def _events(order: ShopOrder) -> list[Event]:
    moments = (
        (order.placed_at, _("Placed")),
        (order.deposit_paid_at, _("Deposit paid")),
        (order.deposit_refunded_at, _("Deposit refunded")),
        (order.balance_paid_at, _("Balance paid")),
        (order.paid_at, _("Paid")),
        (order.delivered_at, _("Delivered")),
        (order.completed_at, _("Completed")),
    )
    return sorted((Event(at=at, title=title) for at, title in moments if at), key=lambda event: event.at)


@require_safe
@requires(Permission.EXPORT)
def order_export(request: HttpRequest) -> StreamingHttpResponse:
    """The filtered list as CSV, streamed in a scope of its own; cells that a spreadsheet would run are quoted."""
    response = StreamingHttpResponse(_export_rows(request), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="orders.csv"'
    return response


class _Echo:
    """A file whose write() hands the text back: the csv module's way to stream."""

    def write(self, text: str) -> str:
        return text


def _export_rows(request: HttpRequest) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(EXPORT_COLUMNS)
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        found = OrderFilter(request.GET, queryset=queries.orders(request.organization.pk), request=request).qs
        for order in found.iterator(chunk_size=2_000):
            yield writer.writerow([safe_cell(cell) for cell in _cells(order)])


def _cells(order: ShopOrder) -> list[str]:
    times = [moment.isoformat() if moment else "" for moment in (order.placed_at, order.paid_at, order.delivered_at)]
    amounts = (order.captured_amount, order.refunded_amount, order.shipping_amount)
    money = [format_major(amount, order.currency) for amount in amounts]
    return [order.external_ref, order.shop.slug, order.status, order.channel, order.currency, *times, *money]


def safe_cell(text: str) -> str:
    """A cell that a spreadsheet shows instead of running."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
