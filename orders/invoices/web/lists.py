"""The lists of the three desks, and their CSV."""

from collections.abc import Iterator, Sequence

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.accounts.roles import Permission
from marketplace.kernel.money import format_major
from marketplace.tenancy.scope import scope
from marketplace.ui.exports import csv_response
from marketplace.ui.formats import local_date
from orders.invoices.models import Invoice
from orders.invoices.policies import is_late
from orders.invoices.states import OWED
from orders.invoices.web.desks import Desk, other_of, subject_of, tabs
from orders.payouts.web.common import ZONE

PAGE = 25


def invoice_list(request: HttpRequest, desk: Desk) -> HttpResponse:
    rows, now = desk.rows(request.organization.pk), timezone.now()
    found = desk.filter(request.GET, queryset=rows, request=request)
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    context = {
        "desk": desk,
        "filter": found,
        "page_obj": page,
        "rows": [_shown(row, desk, now) for row in page.object_list],
        "has_any": bool(page.paginator.count) or rows.exists(),
        "tabs": tabs(desk),
        "urls": {name: desk.url(name) for name in ("list", "export")},
        "new_url": desk.url("choose") if desk.is_requester and desk.acts in request.rights else "",
        "may_export": Permission.EXPORT in request.rights,
        "tz": ZONE,
    }
    return TemplateResponse(request, "invoices/list.html", context)


def _shown(row: Invoice, desk: Desk, now: object) -> dict[str, object]:
    number, words = subject_of(row)
    return {
        "row": row, "number": number, "words": words, "other": other_of(row, desk), "url": desk.url("detail", row.pk),
        "is_owed": row.state in OWED, "is_late": is_late(row.state, row.due_at, now),  # type: ignore[arg-type]
    }  # fmt: skip


def export(request: HttpRequest, desk: Desk) -> StreamingHttpResponse:
    """The list as CSV, narrowed as on the page."""
    columns = [
        pgettext("reference", "Number"), pgettext("date", "Asked for"), _("About"), _("Title"), _("Other side"),
        pgettext("fapiao", "Kind"),
        pgettext("fapiao", "Title"), _("Tax id"), _("Amount"), _("To be reversed"), _("Reversed"), _("Currency"), _("State"),
        pgettext("fapiao", "Due"), _("Issued"), _("Reason"),
    ]  # fmt: skip
    return csv_response("fapiao.csv", columns, _rows(request, desk))


def _rows(request: HttpRequest, desk: Desk) -> Iterator[Sequence[str]]:
    organization_id = request.organization.pk
    with scope(organization_id, user_id=request.user.pk, read_only=True):
        found = desk.filter(request.GET, queryset=desk.rows(organization_id), request=request).qs
        for row in found.iterator(chunk_size=1_000):
            number, words = subject_of(row)
            amounts = (row.amount, row.excess, row.reversed_amount)
            yield [
                row.number, local_date(row.asked_at, ZONE), number, words, other_of(row, desk), str(row.get_sort_display()),
                row.title, row.tax_id, *(format_major(amount, row.currency) for amount in amounts), row.currency,
                str(row.get_state_display()), local_date(row.due_at, ZONE) if row.state in OWED else "",
                local_date(row.issued_at, ZONE) if row.issued_at else "", row.reason,
            ]  # fmt: skip
