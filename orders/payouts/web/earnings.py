"""A provider's earnings: balances, orders with their expected dates, payouts; each list as CSV."""

from collections.abc import Iterator, Sequence

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.money import format_major
from marketplace.tenancy.scope import scope
from marketplace.ui.exports import csv_response
from marketplace.ui.formats import local_date, money
from marketplace.ui.kit import Kpi
from orders.payouts.downloads import as_download
from orders.payouts.earnings import Money, money_of, releases_with_lines, shown, state_words
from orders.payouts.operations.proving import open_slip
from orders.payouts.queries import account_in_use, payouts_of, slips_of
from orders.payouts.web.common import ZONE, actor, tabs
from orders.payouts.web.filters import EarningFilter

PAGE = 25
CHUNK = 500


@require_safe
@requires(Permission.VIEW_EARNINGS)
def home(request: HttpRequest) -> HttpResponse:
    """Balances and what each order brings."""
    provider_id, now = request.organization.pk, timezone.now()
    with scope(provider_id, user_id=request.user.pk, read_only=True):
        found = EarningFilter(request.GET, queryset=releases_with_lines(provider_id), request=request)
        page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
        amounts = money_of(provider_id, now)
        context = {
            "filter": found,
            "page_obj": page,
            "rows": shown(provider_id, list(page.object_list)),
            "has_rows": bool(page.paginator.count) or bool(request.GET),
            "amounts": [(each, _kpis(each)) for each in amounts],
            "account": account_in_use(provider_id, now),
            "tabs": tabs("home"),
            **_common(request),
        }
        response = TemplateResponse(request, "payouts/earnings.html", context)
        response.render()
    return response


def _common(request: HttpRequest) -> dict[str, object]:
    return {"may_export": Permission.EXPORT in request.rights, "tz": ZONE}


def _kpis(each: Money) -> list[Kpi]:
    code = each.currency
    available = Kpi(_("Debt"), money(each.debt, code), _("taken from what comes next"), "alert", "bad")
    if not each.debt:
        available = Kpi(_("Available"), money(each.available, code), _("leaves with the next payout"), "coins", "good")
    return [
        available,
        Kpi(_("Not yet available"), money(each.pending, code), _("accepted, waiting its days"), "clock"),
        Kpi(_("On its way"), money(each.in_transit, code), _("with the bank"), "arrow-right"),
        Kpi(pgettext("earnings", "Paid out"), money(each.paid_out, code), _("since you joined"), "check-circle"),
    ]


@require_safe
@requires(Permission.VIEW_EARNINGS)
def payouts(request: HttpRequest) -> HttpResponse:
    """What was paid out, and what came back."""
    provider_id = request.organization.pk
    with scope(provider_id, user_id=request.user.pk, read_only=True):
        page = Paginator(payouts_of(provider_id), PAGE).get_page(request.GET.get("page"))
        slips = slips_of(provider_id, [row.pk for row in page.object_list])
        rows = [(row, slips.get(row.pk, [])) for row in page.object_list]
        context = {"page_obj": page, "rows": rows, "tabs": tabs("payouts"), **_common(request)}
        response = TemplateResponse(request, "payouts/payouts.html", context)
        response.render()
    return response


@require_POST
@requires(Permission.VIEW_EARNINGS)
def slip(request: HttpRequest, pk: int) -> HttpResponse:
    """The bank's slip of a payout, as a download; the reading is recorded, which is why it is asked for by a form."""
    proof, content = open_slip(provider_id=request.organization.pk, proof_id=pk, by=actor(request))
    return as_download(proof.name, content)


@require_safe
@requires(Permission.EXPORT)
def export(request: HttpRequest) -> StreamingHttpResponse:
    """What each order brought, as CSV, with every fee."""
    columns = [
        _("Released on"), _("Order"), _("Title"), _("Amount"), _("Fees"), _("After fees"), _("Taken back"), _("Currency"),
        _("State"), _("Expected payout"), _("Rules"),
    ]  # fmt: skip
    return csv_response("earnings.csv", columns, _order_rows(request))


def _order_rows(request: HttpRequest) -> Iterator[Sequence[str]]:
    provider_id = request.organization.pk
    with scope(provider_id, user_id=request.user.pk, read_only=True):
        rows = list(EarningFilter(request.GET, queryset=releases_with_lines(provider_id), request=request).qs)
        for start in range(0, len(rows), CHUNK):
            for each in shown(provider_id, rows[start : start + CHUNK]):
                row, code = each.release, each.release.currency
                rules = "; ".join(f"{fee.label} {fee.rule} {fee.rate} {fee.waiver}".strip() for fee in each.fees)
                yield [
                    local_date(row.released_at, ZONE), row.deal.number, row.hold.title or row.deal.title,
                    format_major(row.gross, code), format_major(row.fee, code), format_major(row.net, code),
                    format_major(row.reversed, code), code, state_words(each.state), each.expected.isoformat(), rules,
                ]  # fmt: skip


@require_safe
@requires(Permission.EXPORT)
def export_payouts(request: HttpRequest) -> StreamingHttpResponse:
    """Every payout as CSV."""
    columns = [_("Payout"), _("Drawn up"), _("Amount"), _("Currency"), _("State"), _("Account"), _("Bank's reference"), _("Note")]
    return csv_response("payouts.csv", columns, _payout_rows(request))


def _payout_rows(request: HttpRequest) -> Iterator[Sequence[str]]:
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        for row in payouts_of(request.organization.pk).iterator(chunk_size=CHUNK):
            yield [
                row.number, local_date(row.created_at, ZONE), format_major(row.amount, row.currency), row.currency,
                row.get_state_display(), f"{row.account.bank} {row.account.last4}", row.bank_reference or "", row.note,
            ]  # fmt: skip
