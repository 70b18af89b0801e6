"""Asking for an invoice: choose what about, then for whom and how much."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.money import format_major
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from orders.escrow.queries import access_deal
from orders.invoices import amounts, queries
from orders.invoices.errors import BadField
from orders.invoices.forms import AskForm
from orders.invoices.models import InvoiceTitle
from orders.invoices.operations import asking
from orders.invoices.rules import CURRENCY
from orders.invoices.titles import account_of
from orders.invoices.web.desks import Desk
from orders.payments.web.forms import new_key
from orders.payouts.queries import access_statement
from orders.payouts.web.common import ZONE


def choose(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What something is left to ask about."""
    organization_id = request.organization.pk
    found = queries.statements_to_ask(organization_id) if desk.is_commission else queries.deals_to_ask(organization_id)
    choices = [(row, left, desk.url("new", row.pk)) for row, left in found]
    context = {"desk": desk, "choices": choices, "list_url": desk.url("list")}
    return TemplateResponse(request, "invoices/choose.html", context)


def new(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """About a contract or a statement; `?title=` names a kept title."""
    return _send(request, desk, pk) if request.method == "POST" else _show(request, desk, pk)


def _subject(request: HttpRequest, desk: Desk, pk: int) -> Any:
    """The contract or statement. Raises NotFound, also for a contract that somebody else pays."""
    organization_id = request.organization.pk
    if desk.is_commission:
        return access_statement(provider_id=organization_id, pk=pk)
    deal = access_deal(organization_id=organization_id, pk=pk)
    if deal.merchant_id != organization_id:
        raise NotFound(_("There is no such contract."))
    return deal


def _show(request: HttpRequest, desk: Desk, pk: int, form: AskForm | None = None, status: int = 200) -> HttpResponse:
    organization_id = request.organization.pk
    with scope(organization_id, user_id=request.user.pk, read_only=True):
        subject = _subject(request, desk, pk)
        context = {
            "desk": desk, "subject": subject, "list_url": desk.url("list"), "choose_url": desk.url("choose"), "tz": ZONE,
            **_asked(request, desk, subject, form),
        }  # fmt: skip
        response = TemplateResponse(request, "invoices/new.html", context, status=status)
        response.render()
    return response


def _asked(request: HttpRequest, desk: Desk, subject: Any, form: AskForm | None) -> dict[str, Any]:
    organization_id = request.organization.pk
    left = amounts.left_of_statement(subject) if desk.is_commission else amounts.left_of_deal(subject)
    paid = amounts.charged(subject) if desk.is_commission else amounts.released(subject)
    kept, chosen = queries.titles_of(organization_id), _chosen(request)
    return {
        "form": form or AskForm(initial=_initial(request, kept, chosen, left)), "left": left, "paid": paid,
        "is_yuan": subject.currency == CURRENCY, "titles": kept, "chosen": chosen, "forget": f"{desk.space}:forget",
    }  # fmt: skip


def _chosen(request: HttpRequest) -> int | None:
    text = request.GET.get("title", "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _initial(request: HttpRequest, kept: list[InvoiceTitle], chosen: int | None, left: int) -> dict[str, Any]:
    """The title that was chosen, else the one used last."""
    organization_id = request.organization.pk
    row = queries.access_title(organization_id=organization_id, pk=chosen) if chosen else next(iter(kept), None)
    first = {"key": new_key(), "sort": "general", "amount": format_major(left, CURRENCY)}
    if row is None:
        return first
    names = ("title", "tax_id", "address", "phone", "bank", "email")
    typed = {name: getattr(row, name) for name in names}
    return {**first, **typed, "account": account_of(row, organization_id=organization_id)}


def _send(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    organization_id = request.organization.pk
    form = AskForm(request.POST)
    if not form.is_valid():
        return _show(request, desk, pk, form, 422)
    values = form.cleaned_data
    wish = asking.Wish(form.typed(), values["amount"], values["key"], values["note"])
    call: dict[str, Any] = {"wish": wish, "by": person(request.user.pk or 0), "at": timezone.now()}
    try:
        if desk.is_commission:
            row: Any = asking.ask_commission_invoice(provider_id=organization_id, statement_id=pk, **call)
        else:
            row = asking.ask_service_invoice(merchant_id=organization_id, deal_id=pk, **call)
    except NotFound:
        raise
    except UserError as error:
        form.add_error(error.field if isinstance(error, BadField) else None, str(error))
        return _show(request, desk, pk, form, 422)
    messages.success(request, _("Asked for. You are told as soon as it is issued."))
    return redirect(desk.url("detail", row.pk))


def forget(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """Keep a title no longer."""
    asking.forget_title(organization_id=request.organization.pk, title_id=pk, by=person(request.user.pk or 0))
    messages.success(request, _("Forgotten. What was asked for before keeps it."))
    about = request.POST.get("about", "")
    return redirect(desk.url("new", int(about)) if about.isdecimal() and len(about) < 19 else desk.url("choose"))
