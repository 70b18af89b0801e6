"""The ledger page."""

from datetime import timedelta

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.ledger import queries
from marketplace.ui.charts import BarChart, Chart, Series
from marketplace.ui.formats import short_date
from orders.store.queries import shops

PAGE = 50
DAYS = 60


@require_safe
@requires(Permission.VIEW_MONEY)
def home(request: HttpRequest) -> HttpResponse:
    merchant_id = request.organization.pk
    balances = list(queries.accounts(merchant_id))
    shop = shops(merchant_id).order_by("id").first()
    context = {
        "balances": balances,
        "is_balanced": queries.is_balanced(merchant_id),
        "page_obj": Paginator(queries.transfers(merchant_id), PAGE).get_page(request.GET.get("page")),
        "chart": _chart(merchant_id, balances[0].currency) if balances else None,
        "tz": shop.timezone if shop else None,
    }
    return TemplateResponse(request, "ledger/home.html", context)


def _chart(merchant_id: int, currency: str) -> Chart | None:
    newest = queries.transfers(merchant_id).values_list("occurred_at", flat=True).first()
    if newest is None:
        return None
    rows = queries.paid_by_day(merchant_id, currency=currency, since=newest - timedelta(days=DAYS))
    return BarChart(
        title=_("Refunds paid by day"),
        categories=[short_date(day) for day, _total, _count in rows],
        category_name=_("Day"),
        series=[Series(_("Paid"), [total for _day, total, _count in rows])],
        currency=currency,
    )
