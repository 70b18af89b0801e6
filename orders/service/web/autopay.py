"""Autopay of a standing service: permitting it with a limit, what it did, and stopping it. The merchant's console only."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.money import format_major
from marketplace.tenancy.scope import scope
from orders.escrow.operations import wallet
from orders.payments.autopay import TRIES
from orders.payments.gateways import label_of, usable
from orders.payments.models import Autopay
from orders.payments.operations import autopaying
from orders.payments.operations.starting import BadPayment
from orders.payments.queries import autopay_of
from orders.service.autopaying import KIND, OPEN
from orders.service.models import ServiceOrder
from orders.service.web import acts, pages
from orders.service.web.autopay_card import shown
from orders.service.web.forms import AmountField
from orders.service.web.side import url


class AutopayForm(forms.Form):
    gateway = forms.ChoiceField(
        label=gettext_lazy("If the wallet is short"), required=False,
        help_text=gettext_lazy("A payment for what is missing is prepared and you are told. Nothing else is charged."),
    )  # fmt: skip

    def __init__(self, data: Any, *, currency: str, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["limit"] = AmountField(
            currency=currency, label=_("Most per period (%(currency)s)") % {"currency": currency},
            help_text=_("What would exceed it is not paid by itself; you are told instead."),
        )  # fmt: skip
        ways = [(each.name, _("prepare a payment: %(way)s") % {"way": label_of(each.name)}) for each in usable(currency)]
        self.fields["gateway"].choices = [*ways, ("", _("only tell us"))]  # type: ignore[attr-defined]
        self.order_fields(["limit", "gateway"])


@require_http_methods(["GET", "HEAD", "POST"])
def permit(request: HttpRequest, pk: int) -> HttpResponse:
    """The limit, the way missing money comes in, what was paid so far."""
    order = acts.order_of(request, pk)
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        context = pages.frame(request, order)
        if not context["terms"].is_recurring:
            raise Http404
        row = autopay_of(order.merchant_id, KIND, order.pk)
        context |= {
            "row": row, "is_on": row is not None and row.state == "active", "is_open": order.state in OPEN,
            "invoices": shown(row) if row is not None else [], "available": wallet(order.merchant_id, order.currency),
            "usual": context["terms"].first_minor, "tries": len(TRIES), "stop_url": url(request, "autopay_stop", pk),
        }  # fmt: skip
    form = AutopayForm(request.POST or None, currency=order.currency, initial=_initial(row, order, context["usual"]))
    if request.method == "POST" and form.is_valid():
        try:
            autopaying.authorise(
                merchant_id=request.organization.pk, kind=KIND, subject_id=pk, limit=form.cleaned_data["limit"],
                gateway=form.cleaned_data["gateway"], **acts.who_when(request),
            )  # fmt: skip
            messages.success(request, _("Autopay is on. You can stop it here at any time."))
            return redirect(url(request, "detail", pk))
        except BadPayment as error:
            form.add_error("limit", str(error))
        except NotFound:
            raise
        except UserError as error:
            messages.error(request, str(error))
            return redirect(url(request, "detail", pk))
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "service/autopay.html", context | {"form": form}, status=status)


def _initial(row: Autopay | None, order: ServiceOrder, usual: int) -> dict[str, Any]:
    limit = format_major(row.limit if row is not None else usual, order.currency)
    return {"limit": limit, "gateway": row.gateway} if row is not None else {"limit": limit}


@require_POST
def halt(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop it, from now on."""
    acts.order_of(request, pk)
    stopping = {"merchant_id": request.organization.pk, "kind": KIND, "subject_id": pk, **acts.who_when(request)}
    acts.done(request, lambda: autopaying.stop(**stopping), _("Autopay is stopped. Nothing more is paid by itself."))
    return redirect(url(request, "detail", pk))
