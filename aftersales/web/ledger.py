"""The ledger: its balances, its chart, and every transfer, to be narrowed and taken along."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import django_filters
from django import forms
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.money import format_major
from marketplace.ledger import queries
from marketplace.ledger.models import AccountCode, LedgerEntry, LedgerTransfer
from marketplace.outbox.directory import zone as page_zone
from marketplace.outbox.web.filters import page_zone as zone_of_request
from marketplace.tenancy.scope import scope
from marketplace.ui import formats
from marketplace.ui.charts import BarChart, Chart, Series
from marketplace.ui.days import DayFilter
from marketplace.ui.exports import csv_response
from marketplace.ui.formats import short_date
from marketplace.ui.labels import transfer_label

PAGE = 50
DAYS = 60
LAST = "\U0010ffff"


class TransferFilter(django_filters.FilterSet):
    """The search is a prefix of the reference, which keeps its index."""

    q = django_filters.CharFilter(
        method="search", label=gettext_lazy("Reference"), widget=forms.TextInput(attrs={"type": "search"})
    )
    account = django_filters.ChoiceFilter(
        method="touching", label=pgettext_lazy("ledger", "Account"), empty_label=gettext_lazy("All")
    )
    since = DayFilter("occurred_at", zone=zone_of_request)
    until = DayFilter("occurred_at", zone=zone_of_request, last=True)

    class Meta:
        model = LedgerTransfer
        fields: list[str] = []

    def __init__(self, *values: Any, **more: Any) -> None:
        super().__init__(*values, **more)
        codes = {each.code for each in queries.accounts(self.request.organization.pk)}
        self.filters["account"].extra["choices"] = [(code, label) for code, label in AccountCode.choices if code in codes]

    def search(self, queryset: QuerySet[LedgerTransfer], name: str, value: str) -> QuerySet[LedgerTransfer]:
        text = value.strip()
        return queryset.filter(key__gte=text, key__lt=text + LAST)

    def touching(self, queryset: QuerySet[LedgerTransfer], name: str, value: str) -> QuerySet[LedgerTransfer]:
        merchant_id = self.request.organization.pk
        entries = LedgerEntry.objects.filter(
            merchant_id=merchant_id, transfer=OuterRef("pk"), account__merchant_id=merchant_id, account__code=value
        )
        return queryset.filter(Exists(entries))


@require_safe
@requires(Permission.VIEW_MONEY)
def home(request: HttpRequest) -> HttpResponse:
    merchant_id = request.organization.pk
    balances = list(queries.accounts(merchant_id))
    zone = page_zone(merchant_id)
    narrowed = TransferFilter(request.GET, queryset=queries.transfers(merchant_id), request=request)
    context = {
        "balances": balances,
        "is_balanced": queries.is_balanced(merchant_id),
        "filter": narrowed,
        "page_obj": Paginator(narrowed.qs, PAGE).get_page(request.GET.get("page")),
        "chart": _chart(merchant_id, balances[0].currency, formats.zone(zone)) if balances else None,
        "tz": zone,
        "may_export": Permission.EXPORT in request.rights,
    }
    return TemplateResponse(request, "ledger/home.html", context)


@require_safe
@requires(Permission.EXPORT)
def export(request: HttpRequest) -> HttpResponseBase:
    """The transfers as CSV, narrowed as on the page: amounts without signs, from one account to another."""
    columns = [_("Booked"), _("What for"), _("From account"), _("To account"), _("Reference"), _("Amount"), _("Currency")]
    return csv_response("ledger.csv", columns, _rows(request))


def _rows(request: HttpRequest) -> Iterator[list[str]]:
    merchant_id = request.organization.pk
    with scope(merchant_id, user_id=request.user.pk, read_only=True):
        zone = page_zone(merchant_id)
        found = TransferFilter(request.GET, queryset=queries.transfers(merchant_id), request=request).qs
        for transfer in found.iterator(chunk_size=2_000):
            yield [
                formats.local_datetime(transfer.occurred_at, zone), str(transfer_label(transfer.kind)), _side(transfer, -1),
                _side(transfer, 1), transfer.key, format_major(transfer.amount, transfer.currency), transfer.currency,
            ]  # fmt: skip


def _side(transfer: LedgerTransfer, sign: int) -> str:
    """The accounts that give (-1) or receive (1)."""
    return " + ".join(str(each.account.get_code_display()) for each in transfer.entries.all() if each.amount * sign > 0)


def _chart(merchant_id: int, currency: str, zone: ZoneInfo) -> Chart | None:
    newest = queries.transfers(merchant_id).values_list("occurred_at", flat=True).first()
    if newest is None:
        return None
    rows = queries.paid_by_day(merchant_id, currency=currency, since=newest - timedelta(days=DAYS), zone=zone)
    return BarChart(
        title=_("Refunds paid by day"),
        categories=[short_date(day) for day, _total, _count in rows],
        category_name=_("Day"),
        series=[Series(_("Paid"), [total for _day, total, _count in rows])],
        currency=currency,
    )
