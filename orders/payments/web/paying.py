"""Paying in: the list, a new payment, one payment with who acts next, its proofs and its receipt."""

from collections.abc import Iterator, Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.money import format_major
from marketplace.tenancy.scope import scope
from marketplace.ui.exports import csv_response
from marketplace.ui.formats import local_datetime
from orders.payments import policies, queries
from orders.payments.downloads import as_download
from orders.payments.gateways import label_of, usable
from orders.payments.gateways.bank.config import account
from orders.payments.models import PayIn
from orders.payments.operations.proving import add_proof, open_proof
from orders.payments.operations.returning import OFFLINE
from orders.payments.operations.starting import give_up, open_pay_in, start_pay_in
from orders.payments.operations.sweeping import ask_now
from orders.payments.purposes import describe
from orders.payments.remarks import remark_text
from orders.payments.web.codes import picture_of
from orders.payments.web.common import ZONE, actor, next_of, rights
from orders.payments.web.filters import PayInFilter
from orders.payments.web.forms import PayInForm, new_key
from providers.onboarding.uploads import paper_in, takes_documents

PAGE = 30


@require_safe
@requires(Permission.VIEW_MONEY)
def pay_ins(request: HttpRequest) -> HttpResponse:
    found = PayInFilter(request.GET, queryset=queries.pay_ins(request.organization.pk), request=request)
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.company = label_of(row.gateway)
    has_any = bool(page.paginator.count) or queries.pay_ins(request.organization.pk).exists()
    context = {"filter": found, "page_obj": page, "has_any": has_any, "tz": ZONE, **rights(request)}
    return TemplateResponse(request, "payments/pay_ins.html", context)


@require_safe
@requires(Permission.EXPORT)
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The payments as CSV, narrowed as on the page."""
    columns = [
        _("Begun"), _("Reference"), _("Amount"), _("Currency"), _("Paid by"), _("State"), _("Arrived"), _("Sent back"),
        _("Settled"), _("Transaction"), _("Note"),
    ]  # fmt: skip
    return csv_response("payments.csv", columns, _rows(request))


def _rows(request: HttpRequest) -> Iterator[Sequence[str]]:
    merchant_id = request.organization.pk
    with scope(merchant_id, user_id=request.user.pk, read_only=True):
        found = PayInFilter(request.GET, queryset=queries.pay_ins(merchant_id), request=request).qs
        for row in found.iterator(chunk_size=2_000):
            yield [
                local_datetime(row.created_at, ZONE), row.reference, format_major(row.amount, row.currency), row.currency,
                label_of(row.gateway), str(row.get_state_display()),
                format_major(row.paid_amount, row.currency) if row.paid_amount else "",
                format_major(row.returned_amount, row.currency) if row.returned_amount else "",
                local_datetime(row.settled_at, ZONE) if row.settled_at else "", row.transaction or "", row.memo,
            ]  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PAY)
def new(request: HttpRequest) -> HttpResponse:
    """Begin a payment into the wallet; the payment company's page is asked for at once."""
    if request.method != "POST":
        first = usable()[:1]
        suggested = {"amount": request.GET.get("amount", "")[:24], "currency": request.GET.get("currency", "CNY")}
        initial = {"key": new_key(), "gateway": first[0].name if first else "", **suggested}
        return _new(request, PayInForm(initial=initial))
    form = PayInForm(request.POST)
    if not form.is_valid():
        return _new(request, form, 422)
    try:
        row = start_pay_in(merchant_id=request.organization.pk, **form.cleaned_data, at=timezone.now(), by=actor(request))
    except UserError as error:
        form.add_error(None, str(error))
        return _new(request, form, 422)
    return _go_on(request, row.pk)


def _new(request: HttpRequest, form: PayInForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "gateways": usable()}
    response = TemplateResponse(request, "payments/new.html", context, status=status)
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        response.render()
    return response


def _go_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the company's page, and show the payment whatever came of it."""
    try:
        open_pay_in(merchant_id=request.organization.pk, pay_in_id=pk, at=timezone.now(), by=actor(request))
    except NotFound:
        raise
    except UserError as error:
        messages.error(request, str(remark_text(str(error))))
    return redirect("money:pay_in", pk)


@require_safe
@requires(Permission.VIEW_MONEY)
def pay_in(request: HttpRequest, pk: int) -> HttpResponse:
    row = queries.access_pay_in(organization_id=request.organization.pk, pk=pk)
    return _show(request, row)


def _show(request: HttpRequest, row: PayIn, error: str = "", status: int = 200) -> HttpResponse:
    now, offline = timezone.now(), row.gateway in OFFLINE
    proofs = list(queries.proofs_of(row))
    case = queries.open_cases(row.merchant_id).filter(pay_in=row).first()
    may = rights(request)
    context = {
        "row": row,
        "company": label_of(row.gateway),
        "next": next_of(row, proofs=len(proofs), case=case, at=now),
        "subject": describe(row.purpose, row.merchant_id, row.subject_id),
        "remark": remark_text(row.remark),
        "proofs": proofs,
        "notices": queries.notices_of(row),
        "bank": account() if offline else None,
        "code": picture_of(row.payment_code) if row.payment_code and row.state == "pending" else None,
        "can_open": may["may_pay"] and policies.can_open(row, offline=offline),
        "can_continue": may["may_pay"] and policies.can_continue(row, now),
        "can_give_up": may["may_pay"] and policies.can_give_up(row),
        "can_prove": may["may_pay"] and policies.can_prove(row, offline=offline),
        "is_moving": row.state == "pending" and not offline,
        "error": error,
        "tz": ZONE,
        **may,
    }
    return TemplateResponse(request, "payments/pay_in.html", context, status=status)


@require_POST
@requires(Permission.PAY)
def open_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the payment company's page."""
    return _go_on(request, pk)


@require_POST
@requires(Permission.PAY)
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the payment company now whether the money arrived."""
    merchant_id, now = request.organization.pk, timezone.now()
    with scope(merchant_id, read_only=True):
        queries.access_pay_in(organization_id=merchant_id, pk=pk)
    if not ask_now(merchant_id=merchant_id, pay_in_id=pk, at=now, by=actor(request)):
        messages.info(request, _("Nothing new yet. We ask again by ourselves every few minutes."))
    return redirect("money:pay_in", pk)


@require_POST
@requires(Permission.PAY)
def abandon(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a payment up."""
    try:
        give_up(merchant_id=request.organization.pk, pay_in_id=pk, at=timezone.now(), by=actor(request))
    except NotFound:
        raise
    except UserError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Given up. Should the money arrive all the same, it goes into your wallet."))
    return redirect("money:pay_in", pk)


@takes_documents
@require_POST
@requires(Permission.PAY)
def prove(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in a paper that shows the transfer."""
    merchant_id = request.organization.pk
    try:
        paper = paper_in(request, "paper")
        if paper is None:
            raise UserError(_("Choose the paper first: a PDF, JPG or PNG."))
        add_proof(merchant_id=merchant_id, pay_in_id=pk, paper=paper, at=timezone.now(), by=actor(request))
    except NotFound:
        raise
    except UserError as error:
        with scope(merchant_id, user_id=request.user.pk, read_only=True):
            row = queries.access_pay_in(organization_id=merchant_id, pk=pk)
            response = _show(request, row, str(error), 422)
            response.render()  # type: ignore[attr-defined]
        return response
    messages.success(request, _("Thank you. We compare it with the bank's list."))
    return redirect("money:pay_in", pk)


@require_POST
@requires(Permission.VIEW_MONEY)
def proof(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A paper, as a download; the reading is recorded, which is why it is asked for by a form."""
    found = open_proof(merchant_id=request.organization.pk, proof_id=pk, purpose="own", by=actor(request))
    return as_download(found)


@require_safe
@requires(Permission.VIEW_MONEY)
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """What the merchant's books need about a payment that arrived; made for printing."""
    row = queries.access_pay_in(organization_id=request.organization.pk, pk=pk)
    if row.state != "succeeded":
        raise Http404
    subject = describe(row.purpose, row.merchant_id, row.subject_id)
    context = {"row": row, "company": label_of(row.gateway), "subject": subject, "bank": account(), "tz": ZONE}
    return TemplateResponse(request, "payments/receipt.html", context)
