"""The retained-value ledger: one row per refund request that got a card, and what it was worth, by month."""

import csv
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from aftersales.programs.refund_retention import queries
from aftersales.programs.refund_retention.models import RetentionCase
from aftersales.programs.refund_retention.web.cases import Echo, dressed
from aftersales.web.program_page import first_shop
from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.money import format_major
from marketplace.tenancy.scope import scope
from marketplace.ui import formats
from marketplace.ui.charts import BarChart, Chart, Series
from marketplace.ui.kit import Kpi
from orders.store.web.orders import safe_cell

PAGE = 50
COLUMNS = "request requested_at reason offer agent asked saved cost price_protection_later net currency outcome state".split()


@require_safe
@requires(Permission.VIEW_ORDERS)
def ledger(request: HttpRequest) -> HttpResponse:
    merchant_id = request.organization.pk
    shop = first_shop(request.organization.pk)
    currency, tz = (shop.currency, shop.timezone) if shop else ("CNY", "UTC")
    months = queries.by_month(merchant_id, currency=currency, timezone=ZoneInfo(tz))
    for month in months:
        month["share"] = month["net"] / month["gmv"] if month["gmv"] else None
        month["label"] = formats.month(month["month"].date())
    page = Paginator(queries.ledger_rows(merchant_id), PAGE).get_page(request.GET.get("page"))
    dressed(page.object_list)
    context = {
        "page_obj": page,
        "kpis": _kpis(queries.totals(merchant_id)),
        "months": months,
        "chart": _chart(months, currency),
        "currency": currency,
        "tz": tz,
        "may_export": Permission.EXPORT in request.rights,
    }
    return TemplateResponse(request, "refund_retention/ledger.html", context)


def _kpis(totals: list[dict[str, Any]]) -> list[Kpi]:
    def joined(name: str) -> str:
        return " · ".join(formats.money(row[name], row["currency"]) for row in totals) or "0"

    cases = sum(row["count"] for row in totals)
    return [
        Kpi(label=_("Retained, net (attributed)"), value=joined("net"), icon="shield"),
        Kpi(label=_("Paid for what was kept"), value=joined("saved"), icon="orders"),
        Kpi(label=_("Goodwill"), value=joined("cost"), icon="ledger"),
        Kpi(label=_("Requests withdrawn"), value=formats.number(cases), icon="check"),
    ]


def _chart(months: list[dict[str, Any]], currency: str) -> Chart | None:
    if not any(month["saved"] or month["net"] for month in months):
        return None
    return BarChart(
        title=_("Retained value by month of the request"),
        categories=[month["label"] for month in months],
        category_name=_("Month"),
        series=[
            Series(_("Net"), [max(month["net"], 0) for month in months]),
            Series(_("Costs"), [month["saved"] - max(month["net"], 0) for month in months]),
        ],
        currency=currency,
    )


@require_safe
@requires(Permission.EXPORT)
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The whole ledger as CSV, streamed in a scope of its own; cells that a spreadsheet would run are quoted."""
    response = StreamingHttpResponse(_rows(request), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="retained-value.csv"'
    return response


def _rows(request: HttpRequest) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        for case in queries.ledger_rows(request.organization.pk).iterator(chunk_size=2_000):
            yield writer.writerow([safe_cell(cell) if name not in AMOUNTS else cell for name, cell in _cells(case).items()])


#: Numbers may begin with a minus; they are ours, not the buyer's.
AMOUNTS = frozenset({"asked", "saved", "cost", "price_protection_later", "net"})


def _cells(case: RetentionCase) -> dict[str, str]:
    def money(amount: int) -> str:
        return format_major(amount, case.currency)

    values = (
        case.request.external_ref, case.requested_at.isoformat(), case.intent, case.offer, case.offered_by,
        money(case.asked_amount), money(case.saved_amount), money(case.cost_amount), money(case.later_amount),
        money(case.net_amount), case.currency, case.request.outcome, case.state,
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))
