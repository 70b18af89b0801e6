"""Proposing another version of a contract: what may be changed, as one form; what is agreed elsewhere stays as it is."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.money import format_major
from marketplace.tenancy.scope import scope
from orders.service import operations
from orders.service.checking import MOST_MILESTONES
from orders.service.errors import BadTerms
from orders.service.models import ContractVersion, ServiceOrder
from orders.service.queries import version_of
from orders.service.terms import LEAST_AUTO_ACCEPT, MOST_AUTO_ACCEPT, RecurringTerms, Terms
from orders.service.web.acts import order_of, who_when
from orders.service.web.forms import AmountField, MilestoneForm
from orders.service.web.pages import frame
from orders.service.web.side import url

#: So many empty rows stand beneath the milestones there are.
SPARE = 2


class TermsForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=140)
    scope = forms.CharField(
        label=gettext_lazy("Scope of work"), max_length=8000, required=False, widget=forms.Textarea(attrs={"class": "long"})
    )
    revisions = forms.IntegerField(
        label=gettext_lazy("Rounds of changes included"), min_value=0, max_value=99, required=False,
        help_text=gettext_lazy("Empty: no limit."),
    )  # fmt: skip
    auto_accept_days = forms.IntegerField(
        label=gettext_lazy("Time to look at a delivery, in days"), min_value=LEAST_AUTO_ACCEPT, max_value=MOST_AUTO_ACCEPT
    )
    late_days = forms.IntegerField(label=gettext_lazy("Late delivery can be cancelled after, in days"), min_value=0, max_value=60)
    note = forms.CharField(
        label=gettext_lazy("Why you change it"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any, *, terms: Terms) -> None:
        super().__init__(data, initial=_initial(terms))
        self.terms = terms
        code = {"currency": terms.currency}
        if terms.units is not None:
            self.fields["unit_price"] = AmountField(currency=terms.currency, label=_("Price of one (%(currency)s)") % code)
            self.fields["quantity"] = forms.IntegerField(label=_("Expected per period"), min_value=1, max_value=1_000_000)
        elif terms.recurring is not None:
            self.fields["period_price"] = AmountField(currency=terms.currency, label=_("Price of a period (%(currency)s)") % code)
        if terms.recurring is not None:
            self.fields["min_months"] = forms.IntegerField(label=_("Shortest term, in months"), min_value=1, max_value=60)
            self.fields["notice_days"] = forms.IntegerField(label=_("Notice, in days"), min_value=0, max_value=180)
        self.order_fields(["title", "scope", "period_price", "unit_price", "quantity", "min_months", "notice_days"])

    def agreed(self) -> Terms:
        """The terms with what was typed, milestones apart."""
        data, terms = self.cleaned_data, self.terms
        names = ("title", "scope", "revisions", "auto_accept_days", "late_days")
        terms = terms.changed(**{name: data[name] for name in names})
        if terms.units is not None:
            terms = terms.changed(units=replace(terms.units, price_minor=data["unit_price"], quantity=data["quantity"]))
        if terms.recurring is not None:
            terms = terms.changed(recurring=_recurring(terms.recurring, data))
        return terms


def _recurring(recurring: RecurringTerms, data: dict[str, Any]) -> RecurringTerms:
    changed = replace(recurring, min_months=data["min_months"], notice_days=data["notice_days"])
    price = data.get("period_price", recurring.price_minor)
    return changed if price == recurring.price_minor else replace(changed, period_minor=price)


def _major(amount: int, currency: str) -> str:
    return format_major(amount, currency)


def _initial(terms: Terms) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: getattr(terms, name) for name in ("title", "scope", "revisions", "auto_accept_days", "late_days")
    }
    if terms.units is not None:
        found |= {"unit_price": _major(terms.units.price_minor, terms.currency), "quantity": terms.units.quantity}
    if terms.recurring is not None:
        found |= {
            "period_price": _major(terms.recurring.price_minor, terms.currency), "min_months": terms.recurring.min_months,
            "notice_days": terms.recurring.notice_days,
        }  # fmt: skip
    return found


def _rows(data: Any, terms: Terms) -> list[MilestoneForm]:
    """A form per milestone there is, and some empty ones; what is left empty is left out."""
    if terms.is_recurring:
        return []
    known = [
        {
            "name": row.name, "amount": _major(row.amount_minor, terms.currency), "due_days": row.due_days, "due_on": row.due_on,
            "deliverable": row.deliverable,
        }
        for row in terms.milestones
    ]  # fmt: skip
    count = min(len(known) + SPARE, MOST_MILESTONES)
    return [
        MilestoneForm(
            data, prefix=f"m{number}", currency=terms.currency, initial=known[number] if number < len(known) else {},
            empty_permitted=True, use_required_attribute=False,
        )
        for number in range(count)
    ]  # fmt: skip


def _is_left_out(row: MilestoneForm) -> bool:
    return not any(row.data.get(row.add_prefix(name), "").strip() for name in row.fields)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    order = order_of(request, pk)
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        version = version_of(order, order.offered_version)
    data = request.POST if request.method == "POST" else None
    form, rows = TermsForm(data, terms=version.agreed), _rows(data, version.agreed)
    if data is not None and _sent(request, order, form, [row for row in rows if not _is_left_out(row)]):
        return redirect(url(request, "contract", pk))
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        context = frame(request, order) | _shown(order, version, form, rows)
    return TemplateResponse(request, "service/change.html", context, status=422 if data is not None else 200)


def _shown(order: ServiceOrder, version: ContractVersion, form: TermsForm, rows: list[MilestoneForm]) -> dict[str, Any]:
    return {"form": form, "rows": rows, "version": version, "is_open": not order.is_ended}


def _sent(request: HttpRequest, order: ServiceOrder, form: TermsForm, rows: list[MilestoneForm]) -> bool:
    """Offer the version; mistakes stand in the forms."""
    for row in rows:
        row.empty_permitted = False
    if not all([form.is_valid(), *(row.is_valid() for row in rows)]):
        return False
    terms = form.agreed()
    if not terms.is_recurring:
        model = "milestone" if len(rows) > 1 and terms.model == "fixed" else terms.model
        terms = terms.changed(milestones=tuple(row.terms() for row in rows), model=model)
    try:
        operations.revise_contract(
            organization_id=request.organization.pk, order_id=order.pk, terms=terms, base_hash=request.POST.get("base", ""),
            note=form.cleaned_data["note"], **who_when(request),
        )  # fmt: skip
    except NotFound:
        raise
    except BadTerms as error:
        form.add_error(error.where if error.where in form.fields else None, str(error))
        return False
    except UserError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("Offered, and signed by you. It stands as soon as the other side signs it."))
    return True
