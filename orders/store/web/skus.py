"""Product list and the price timeline of one product."""

from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.ui import formats
from marketplace.ui.charts import Sparkline, StepChart
from marketplace.ui.kit import Kpi, Tab
from orders.store import queries
from orders.store.models import PricePoint, Sku
from orders.store.web.filters import SkuFilter
from orders.store.web.price_charts import price_chart

PAGE = 50
PERIODS: dict[str, int] = {"30": 30, "90": 90, "365": 365, "all": 0}
MARKERS = 200


@require_safe
@requires(Permission.VIEW_ORDERS)
def sku_list(request: HttpRequest) -> HttpResponse:
    merchant_id = request.organization.pk
    found = queries.skus(merchant_id)
    narrowed = SkuFilter(request.GET, queryset=found, request=request)
    page = Paginator(narrowed.qs, PAGE).get_page(request.GET.get("page"))
    _decorate(merchant_id, page.object_list)
    context = {"page_obj": page, "filter": narrowed, "has_skus": page.paginator.count > 0 or found.exists()}
    return TemplateResponse(request, "skus/list.html", context)


def _decorate(merchant_id: int, page: Any) -> None:
    """Units sold, current price and a sparkline for the products of one page, in two queries."""
    ids = [sku.pk for sku in page]
    units, points = queries.sales_of_skus(merchant_id, ids), queries.recent_points(merchant_id, ids)
    for sku in page:
        known = points.get(sku.pk, [])
        sku.units_sold = units.get(sku.pk, 0)
        sku.current_amount = known[-1].amount if known else None
        sku.currency = known[-1].currency if known else sku.shop.currency
        values = [point.amount for point in known[-30:]]
        sku.sparkline = Sparkline(values=values, label=_("Latest prices"), steps=True) if len(values) > 1 else None


@require_safe
@requires(Permission.VIEW_ORDERS)
def sku_detail(request: HttpRequest, pk: int) -> HttpResponse:
    sku = queries.access_sku(merchant_id=request.organization.pk, pk=pk)
    period = request.GET.get("period", "all")
    points = list(queries.points_of(sku)[:5_000])
    context = {
        "sku": sku,
        "kpis": _kpis(sku, points),
        "price_chart": _chart(sku, points, PERIODS.get(period, 0)),
        "periods": _periods(request.path, period),
        "points": Paginator(points, PAGE).get_page(request.GET.get("page")),
        "lines": queries.lines_of_sku(sku)[:20],
    }
    return TemplateResponse(request, "skus/detail.html", context)


def _periods(path: str, chosen: str) -> list[Tab]:
    labels = {"30": _("30 days"), "90": _("90 days"), "365": _("A year"), "all": _("All")}
    return [Tab(label=labels[key], url=f"{path}?period={key}", active=key == chosen) for key in PERIODS]


def _kpis(sku: Sku, points: list[PricePoint]) -> list[Kpi]:
    units = queries.sales_of_skus(sku.merchant_id, [sku.pk]).get(sku.pk, 0)
    sold = Kpi(label=_("Units sold"), value=formats.number(units), icon="orders")
    if not points:
        return [sold]
    latest = points[0]
    since = latest.valid_from - timedelta(days=30)
    lowest = min(point.amount for point in points if point.valid_from >= since)
    return [
        Kpi(label=_("Latest price"), value=formats.money(latest.amount, latest.currency), icon="box"),
        Kpi(label=_("Lowest in 30 days"), value=formats.money(lowest, latest.currency), icon="shield"),
        sold,
        Kpi(label=_("Price points"), value=formats.number(len(points)), icon="clock"),
    ]


def _chart(sku: Sku, points: list[PricePoint], days: int) -> StepChart:
    latest = queries.lines_of_sku(sku).values_list("paid_at", flat=True).first()
    newest = max([moment for moment in (latest, *(p.valid_from for p in points[:1])) if moment], default=sku.shop.created_at)
    until = newest + timedelta(days=2)
    since = until - timedelta(days=days) if days else (points[-1].valid_from if points else until - timedelta(days=30))
    bought = queries.lines_of_sku(sku).filter(paid_at__gte=since, paid_at__lt=until)[:MARKERS]
    return price_chart(sku, points, since=since, until=until, bought=list(bought))
