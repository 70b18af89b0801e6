"""Monthly statements: on the page, as PDF and as CSV."""

from collections.abc import Iterator, Sequence

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.money import format_major
from marketplace.tenancy.scope import scope
from marketplace.ui.exports import csv_response
from marketplace.ui.formats import local_date, money, month
from marketplace.ui.pdf import Column, Facts, Heading, Paragraph, Table, document, pdf_response
from orders.payouts.models import Statement
from orders.payouts.queries import access_statement, statements_of
from orders.payouts.statements import Explained, explained, movements
from orders.payouts.web.common import ZONE, tabs

PAGE = 24


@require_safe
@requires(Permission.VIEW_EARNINGS)
def statements(request: HttpRequest) -> HttpResponse:
    """Every month that is over."""
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        page = Paginator(statements_of(request.organization.pk), PAGE).get_page(request.GET.get("page"))
        context = {"page_obj": page, "tabs": tabs("statements"), "tz": ZONE}
        response = TemplateResponse(request, "payouts/statements.html", context)
        response.render()
    return response


def _opened(request: HttpRequest, pk: int) -> tuple[Statement, list[Explained]]:
    provider_id = request.organization.pk
    row = access_statement(provider_id=provider_id, pk=pk)
    return row, explained(provider_id, movements(provider_id, row.month, row.currency))


def sums(row: Statement) -> list[tuple[str, int]]:
    """The figures in the order in which they add up."""
    return [
        (_("Owed to you before"), row.opening), (_("Released for your work"), row.released), (_("Fees"), row.fees),
        (_("Fees given back"), row.fees_back), (_("Taken back"), row.taken_back),
        (pgettext("earnings", "Paid out"), row.paid_out), (_("Other"), row.other), (_("Owed to you after"), row.closing),
    ]  # fmt: skip


@require_safe
@requires(Permission.VIEW_EARNINGS)
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """One month, line by line."""
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        row, lines = _opened(request, pk)
        context = {
            "row": row,
            "lines": lines,
            "sums": sums(row),
            "may_export": Permission.EXPORT in request.rights,
            "tz": ZONE,
        }
        return TemplateResponse(request, "payouts/statement.html", context).render()


@require_safe
@requires(Permission.VIEW_EARNINGS)
def statement_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The same on paper, in the reader's language."""
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        row, lines = _opened(request, pk)
    columns = [Column(_("Day"), weight=1.2), Column(_("What"), weight=1.6), Column(_("About"), weight=2.6),
               Column(_("Rule"), weight=2.4), Column(_("Amount"), "right", 1.4)]  # fmt: skip
    rows = [[local_date(x.at, ZONE), x.what, x.about, x.rule, money(x.amount, row.currency)] for x in lines]
    total = ["", "", "", "", money(sum(x.amount for x in lines), row.currency)]
    blocks = [
        Facts([(label, money(amount, row.currency)) for label, amount in sums(row)]),
        Heading(_("Line by line")),
        Table(columns, rows, total if rows else ()),
        Paragraph(_("Computed from the market's ledger. Rules are those frozen when each contract was signed."), soft=True),
    ]
    title = _("Statement of %(month)s") % {"month": month(row.month)}
    data = document(title=title, subtitle=f"{request.organization.name} · {row.number}", blocks=blocks, footer=row.number)
    return pdf_response(f"{row.number}.pdf", data)


@require_safe
@requires(Permission.EXPORT)
def statement_csv(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The lines as CSV."""
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        row, lines = _opened(request, pk)
    return csv_response(f"{row.number}.csv", [_("Day"), _("What"), _("About"), _("Rule"), _("Amount"), _("Currency")],
                        _csv(row, lines))  # fmt: skip


def _csv(row: Statement, lines: Sequence[Explained]) -> Iterator[Sequence[str]]:
    for x in lines:
        yield [local_date(x.at, ZONE), x.what, x.about, x.rule, format_major(x.amount, row.currency), row.currency]
