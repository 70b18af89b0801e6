"""How the market does, for staff: views of listings, and how well needs are filled (N3)."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.tenancy.staff import StaffAdmin
from marketplace.ui import formats
from marketplace.ui.charts import BarChart, Chart, Series
from marketplace.ui.exports import csv_response
from marketplace.ui.kit import Kpi
from orders.insights.models import Liquidity, ListingViews
from orders.insights.periods import period_of
from orders.insights.queries.liquidity import Demand, demand, places
from providers.catalogue.lists import BELTS

COLUMNS = (
    "category",
    "published",
    "filled",
    "ended_unfilled",
    "open",
    "without_answer",
    "mean_answers",
    "median_days_to_contract",
)


@admin.register(ListingViews)
class ListingViewsAdmin(StaffAdmin):
    list_display = ("provider_id", "listing_id", "day", "way", "views")
    list_filter = ("way", "day")
    ordering = ("-day", "-views")


@admin.register(Liquidity)
class LiquidityAdmin(StaffAdmin):
    """One page instead of a list: needs by category and by place."""

    list_display_links = None

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        if not self.has_view_permission(request):
            raise PermissionDenied
        period = period_of(request, timezone.now())
        found = demand(since=period.since, until=period.until)
        if "csv" in request.GET:
            return csv_response("liquidity.csv", COLUMNS, [_cells(each) for each in found])
        belts = [(BELTS.label(each.belt), each) for each in places(since=period.since, until=period.until)]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Liquidity"),
            "opts": self.model._meta,
            "period": period,
            "kpis": _kpis(found),
            "chart": _chart(found),
            "found": [(_name(each), each) for each in found],
            "belts": belts,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/insights/liquidity.html", context)


def _name(each: Demand) -> str:
    return each.name_en if formats.language() == "en" else each.name_zh


def _kpis(found: list[Demand]) -> list[Kpi]:
    published, filled = sum(each.published for each in found), sum(each.filled for each in found)
    ended = filled + sum(each.unfilled for each in found)
    silent = sum(each.unanswered for each in found)
    return [
        Kpi(label=_("Needs published"), value=formats.number(published), icon="flag"),
        Kpi(label=_("Filled, of those that ended"), value=formats.percent(filled / ended) if ended else "–", icon="check-circle"),
        Kpi(label=_("Without any proposal"), value=formats.number(silent), icon="alert", tone="warn" if silent else ""),
    ]


def _chart(found: list[Demand]) -> Chart | None:
    if not found:
        return None
    series = [
        Series(gettext_lazy("Filled"), [each.filled for each in found]),
        Series(gettext_lazy("Still open"), [each.open for each in found]),
        Series(gettext_lazy("Ended unfilled"), [each.unfilled for each in found]),
    ]
    return BarChart(
        title=_("Needs by category"), categories=[_name(each) for each in found], category_name=_("Category"), series=series
    )


def _cells(each: Demand) -> list[str]:
    counts = (each.published, each.filled, each.unfilled, each.open, each.unanswered)
    days = "" if each.days is None else f"{each.days:.1f}"
    return [each.slug, *map(str, counts), f"{each.answers:.2f}", days]
