"""Money back out of the wallet: the list, asking for it in two steps, one payment back."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import UserError
from marketplace.kernel.money import format_major
from marketplace.tenancy.scope import scope
from marketplace.ui.exports import csv_response
from marketplace.ui.formats import local_datetime
from orders.escrow.operations import wallet
from orders.payments import policies, queries
from orders.payments.gateways import label_of
from orders.payments.operations.returning import OFFLINE, BankAccount, request_pay_back
from orders.payments.remarks import remark_text
from orders.payments.web.common import ZONE, actor, rights
from orders.payments.web.filters import PayBackFilter
from orders.payments.web.forms import PayBackForm, new_key

PAGE = 30


@require_safe
@requires(Permission.VIEW_MONEY)
def backs(request: HttpRequest) -> HttpResponse:
    found = PayBackFilter(request.GET, queryset=queries.pay_backs(request.organization.pk), request=request)
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.company = label_of(row.pay_in.gateway)
    has_any = bool(page.paginator.count) or queries.pay_backs(request.organization.pk).exists()
    context = {"filter": found, "page_obj": page, "has_any": has_any, "tz": ZONE, **rights(request)}
    return TemplateResponse(request, "payments/backs.html", context)


@require_safe
@requires(Permission.EXPORT)
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The payments back as CSV, narrowed as on the page."""
    columns = [
        pgettext("wallet", "Asked for"), _("Reference"), _("Amount"), _("Currency"), _("Goes back to"), _("State"), _("Settled"),
        _("Transaction"), _("Note of the payment in"),
    ]  # fmt: skip
    return csv_response("payments-back.csv", columns, _rows(request))


def _rows(request: HttpRequest) -> Iterator[Sequence[str]]:
    merchant_id = request.organization.pk
    with scope(merchant_id, user_id=request.user.pk, read_only=True):
        found = PayBackFilter(request.GET, queryset=queries.pay_backs(merchant_id), request=request).qs
        for row in found.iterator(chunk_size=2_000):
            yield [
                local_datetime(row.created_at, ZONE), row.request_id, format_major(row.amount, row.currency), row.currency,
                label_of(row.pay_in.gateway), str(row.get_state_display()),
                local_datetime(row.settled_at, ZONE) if row.settled_at else "", row.transaction, row.pay_in.memo,
            ]  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PAY)
def new(request: HttpRequest) -> HttpResponse:
    """In two steps: where the money would go, then the act itself, which cannot be undone."""
    if request.method != "POST":
        return _new(request, PayBackForm(initial={"key": new_key(), "currency": "CNY"}))
    form = PayBackForm(request.POST)
    if not form.is_valid():
        return _new(request, form, status=422)
    values = form.cleaned_data
    with scope(request.organization.pk, read_only=True):
        shares = policies.shares_to_return(values["amount"], queries.returnable(request.organization.pk, values["currency"]))
    needs = policies.needs_account(shares, OFFLINE)
    if needs and not (values["holder"] and values["bank"] and values["number"]):
        form.add_error(None, _("Part of it goes back by bank transfer: name the account it came from."))
        return _new(request, form, shares, status=422)
    if "confirmed" not in request.POST:
        return _new(request, form, shares, is_confirming=True)
    account = BankAccount(values["holder"], values["bank"], values["number"]) if needs else None
    try:
        made = request_pay_back(
            merchant_id=request.organization.pk, amount=values["amount"], currency=values["currency"], key=values["key"],
            account=account, at=timezone.now(), by=actor(request),
        )  # fmt: skip
    except UserError as error:
        form.add_error(None, str(error))
        return _new(request, form, shares, status=422)
    return redirect("money:pay_back", made[0].pk) if len(made) == 1 else redirect("money:backs")


def _new(
    request: HttpRequest, form: PayBackForm, shares: Any = (), *, is_confirming: bool = False, status: int = 200
) -> HttpResponse:
    merchant_id = request.organization.pk
    with scope(merchant_id, user_id=request.user.pk, read_only=True):
        currency = form.data.get("currency") or form.initial.get("currency", "CNY")
        sources = list(queries.returnable(merchant_id, currency)[:50])
        total = sum(policies.left_to_return(row) for row in sources)
        here = wallet(merchant_id, currency)
        context = {
            "form": form,
            "shares": [(row, share, label_of(row.gateway)) for row, share in shares],
            "is_confirming": is_confirming and not form.errors,
            "asks_account": any(row.gateway in OFFLINE for row in sources),
            "currency": currency,
            "here": here,
            "most": min(here, total),
            "tz": ZONE,
        }
        response = TemplateResponse(request, "payments/back_new.html", context, status=status)
        response.render()
    return response


@require_safe
@requires(Permission.VIEW_MONEY)
def pay_back(request: HttpRequest, pk: int) -> HttpResponse:
    row = queries.access_pay_back(organization_id=request.organization.pk, pk=pk)
    context = {
        "row": row, "company": label_of(row.pay_in.gateway), "remark": remark_text(row.remark),
        "by_hand": row.pay_in.gateway in OFFLINE, "tz": ZONE,
    }  # fmt: skip
    return TemplateResponse(request, "payments/back.html", context)
