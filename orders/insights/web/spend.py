"""What the merchant paid to whom, and what came of it (N1)."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.money import format_major
from marketplace.tenancy.scope import scope
from marketplace.ui import formats
from marketplace.ui.charts import BarChart, Chart, Series
from marketplace.ui.exports import csv_response
from marketplace.ui.kit import Kpi
from orders.insights.periods import Period, period_of
from orders.insights.queries import spend
from providers.catalogue.models import Category

COLUMNS = ("contract", "title", "provider", "category", "currency", "paid", "returned", "held", "since", "until")
#: Series of the chart beyond which categories are added up.
MOST_SERIES = 5


@require_safe
@requires(Permission.VIEW_MONEY)
def spend_page(request: HttpRequest) -> HttpResponse:
    merchant_id, period = request.organization.pk, period_of(request, timezone.now())
    found = spend.deals(merchant_id, since=period.since, until=period.until)
    context = {
        "period": period,
        "kpis": _kpis(merchant_id, found),
        "chart": _chart(merchant_id, period),
        "providers": spend.by_provider(found),
        "may_export": Permission.EXPORT in request.rights,
    }
    return TemplateResponse(request, "insights/spend.html", context)


def _kpis(merchant_id: int, found: Sequence[spend.DealSpend]) -> list[Kpi]:
    return [
        Kpi(label=_("Paid to providers"), value=_sums(found, "net"), icon="ledger"),
        Kpi(label=_("Held for work under way"), value=_sums(found, "held"), icon="lock"),
        Kpi(label=_("Contracts under way"), value=formats.number(spend.contracts_under_way(merchant_id)), icon="check-circle"),
    ]


def _sums(found: Sequence[spend.DealSpend], name: str) -> str:
    sums: dict[str, int] = {}
    for deal in found:
        sums[deal.currency] = sums.get(deal.currency, 0) + getattr(deal, name)
    return " · ".join(formats.money(total, currency) for currency, total in sorted(sums.items()) if total) or "0"


def _chart(merchant_id: int, period: Period) -> Chart | None:
    """Payments by month and category, in the currency most was paid in."""
    rows = spend.by_month(merchant_id, since=period.since, until=period.until)
    if not rows:
        return None
    totals: dict[str, int] = {}
    for _month, _category, currency, total in rows:
        totals[currency] = totals.get(currency, 0) + total
    currency = max(totals, key=lambda name: totals[name])
    months = sorted({month for month, *_rest in rows})
    names = {category.slug: category.name for category in Category.objects.filter(slug__in={row[1] for row in rows})}
    paid: dict[str, dict[date, int]] = {}
    for month, category, of, total in rows:
        if of == currency:
            paid.setdefault(category, {})[month] = total
    ranked = sorted(paid, key=lambda category: -sum(paid[category].values()))
    series = [Series(names.get(slug, slug), [paid[slug].get(month, 0) for month in months]) for slug in ranked[:MOST_SERIES]]
    if rest := ranked[MOST_SERIES:]:
        series.append(Series(_("Other"), [sum(paid[slug].get(month, 0) for slug in rest) for month in months]))
    return BarChart(
        title=_("Paid by month and category"),
        categories=[formats.month(month) for month in months],
        category_name=_("Month"),
        series=series,
        currency=currency,
    )


@require_safe
@requires(Permission.EXPORT)
def spend_export(request: HttpRequest) -> StreamingHttpResponse:
    """The page's contracts as CSV."""
    if Permission.VIEW_MONEY not in request.rights:
        from django.core.exceptions import PermissionDenied

        raise PermissionDenied(_("Your role does not allow this. Ask an owner or administrator."))
    return csv_response("spend.csv", COLUMNS, _rows(request, period_of(request, timezone.now())))


def _rows(request: HttpRequest, period: Period) -> Iterator[list[str]]:
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        found = spend.deals(request.organization.pk, since=period.since, until=period.until)
    days = [period.since.date().isoformat(), period.until.date().isoformat()]
    for deal in found:
        amounts: list[Any] = [format_major(amount, deal.currency) for amount in (deal.paid, deal.returned, deal.held)]
        yield [deal.number, deal.title, deal.provider, deal.category, deal.currency, *amounts, *days]
