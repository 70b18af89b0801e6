"""The report of price protection: what it cost, and that its effect is not measured, on purpose."""

import csv

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from aftersales.owed import Owed, owed
from aftersales.programs.price_protection.rules import PROGRAM
from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.money import format_major
from marketplace.ui.charts import BarChart, Chart, Series
from marketplace.ui.formats import month, short_date
from orders.store.queries import shops

#: More days than this are drawn by month.
DAILY = 62


@require_safe
@requires(Permission.VIEW_ORDERS)
def report(request: HttpRequest) -> HttpResponse:
    found, _tz = _owed(request)
    context = {
        "owed": found,
        "charts": [_chart(found, currency) for currency in found.amounts],
        "may_export": Permission.EXPORT in request.rights,
    }
    return TemplateResponse(request, "price_protection/report.html", context)


@require_safe
@requires(Permission.EXPORT)
def report_csv(request: HttpRequest) -> HttpResponse:
    """Claims and amounts by local day."""
    found, tz = _owed(request)
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="price_protection.csv"'
    writer = csv.writer(response)
    writer.writerow(["merchant", "day", "timezone", "currency", "claims", "amount"])
    for currency, day, count, amount in found.by_day:
        writer.writerow([request.organization.slug, day.isoformat(), tz, currency, count, format_major(amount, currency)])
    return response


def _owed(request: HttpRequest) -> tuple[Owed, str]:
    shop = shops(request.organization.pk).order_by("id").first()
    tz = shop.timezone if shop else "UTC"
    return owed(merchant_id=request.organization.pk, program=PROGRAM, as_of=timezone.now(), tz=tz), tz


def _chart(found: Owed, currency: str) -> Chart:
    days = [(day, amount) for code, day, _count, amount in found.by_day if code == currency]
    sums: dict[str, int] = {}
    for day, amount in days:
        name = short_date(day) if len(days) <= DAILY else month(day)
        sums[name] = sums.get(name, 0) + amount
    return BarChart(
        title=_("Cost by day") if len(days) <= DAILY else _("Cost by month"),
        categories=list(sums),
        category_name=_("Day") if len(days) <= DAILY else _("Month"),
        series=[Series(_("Cost"), list(sums.values()))],
        currency=currency,
    )
