"""Invoices, for staff: what the market issues for its commission, and what providers issue, to look at."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.kernel.errors import UserError
from marketplace.kernel.market import MARKET_ZONE
from marketplace.kernel.money import format_major
from marketplace.staff.names import names_of
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.tenancy.staff import staff_id
from orders.invoices import queries
from orders.invoices.amounts import charged
from orders.invoices.errors import BadField, BadFile
from orders.invoices.forms import MadeForm, ReasonForm, made_of
from orders.invoices.models import CommissionInvoice, CommissionPaper, InvoiceTitle, ServiceInvoice, ServicePaper
from orders.invoices.operations import acting
from orders.invoices.operations.common import Party
from orders.invoices.policies import possible
from orders.invoices.states import OWED
from orders.invoices.titles import account_of
from orders.payouts.downloads import as_download
from providers.onboarding.admin import ActingAdmin, StatedAdmin

FORMS: dict[str, type[MadeForm] | type[ReasonForm]] = {"issue": MadeForm, "reverse": MadeForm, "refuse": ReasonForm}


class OwedFilter(admin.SimpleListFilter):
    title = gettext_lazy("waits for us")
    parameter_name = "owed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("To be issued or reversed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[CommissionInvoice]) -> QuerySet[CommissionInvoice]:
        return queryset.filter(state__in=OWED) if self.value() else queryset


@admin.register(CommissionInvoice)
class CommissionInvoiceAdmin(ActingAdmin):
    """What providers ask the market for. Each row's page issues, refuses or reverses."""

    list_display = ("number", "provider_id", "sort", "title", "amount", "excess", "state_shown", "due_at", "act")
    list_filter = (OwedFilter, "state", "sort", "due_at")
    search_fields = ("title", "tax_id")
    search_help_text = gettext_lazy("Title, tax id, or the provider's name")
    ordering = (F("issued_at").asc(nulls_first=True), "due_at")
    list_select_related = ("statement",)
    hidden = ("account", "key")

    def shown(self, request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
        return super().shown(request, f"../invoices/{template}", status, **context)

    def page(self, request: HttpRequest, row: CommissionInvoice) -> HttpResponse:
        act = request.POST.get("act", "")
        if act == "read":
            return self._read(request, row)
        form = FORMS[act](request.POST, request.FILES, prefix=act) if act in FORMS else None
        if form is not None and form.is_valid() and self._carried_out(request, row, act, form):
            return redirect(self.act_url(row))
        return self._show(request, row, {act: form} if form is not None else {})

    def _carried_out(self, request: HttpRequest, row: CommissionInvoice, act: str, form: Any) -> bool:
        party, by = Party(row.provider_id, is_market=True), person(staff_id(request))
        call: dict[str, Any] = {"model": CommissionInvoice, "party": party, "pk": row.pk, "by": by, "at": timezone.now()}
        try:
            if act == "refuse":
                acting.refuse(**call, reason=form.cleaned_data["reason"])
            elif act == "issue":
                acting.issue(**call, made=made_of(request, form))
            else:
                acting.reverse(**call, made=made_of(request, form))
        except (BadField, BadFile) as error:
            form.add_error(getattr(error, "field", "file"), str(error))
            return False
        except UserError as error:
            form.add_error(None, str(error))
            return False
        messages.success(request, _("Done, and told to the provider."))
        return True

    def _show(self, request: HttpRequest, row: CommissionInvoice, sent: dict[str, Any]) -> HttpResponse:
        with scope(row.provider_id, read_only=True):
            papers, paid = queries.papers_of(row), charged(row.statement)
        initial = {
            "amount": format_major(row.excess or row.amount, row.currency),
            "issued_on": timezone.localdate(timezone=MARKET_ZONE),
        }
        forms = {act: sent.get(act) or FORMS[act](initial=initial, prefix=act) for act in possible(row.state, "issuer")}
        context = {
            "row": row, "name": names_of([row]).organizations.get(row.provider_id, ""), "papers": papers, "paid": paid,
            "account": account_of(row, organization_id=row.provider_id), "forms": forms, "title": row.number,
        }  # fmt: skip
        return self.shown(request, "commission", 422 if any(form.errors for form in sent.values()) else 200, **context)

    def _read(self, request: HttpRequest, row: CommissionInvoice) -> HttpResponse:
        number = request.POST.get("paper", "")
        pk = int(number) if number.isdecimal() and len(number) < 19 else 0
        try:
            paper, content = acting.open_paper(
                model=CommissionInvoice, organization_id=row.provider_id, pk=pk, by=person(staff_id(request))
            )
        except UserError as error:
            messages.error(request, str(error))
            return redirect(self.act_url(row))
        return as_download(paper.name, content)


@admin.register(ServiceInvoice)
class ServiceInvoiceAdmin(StatedAdmin):
    """What merchants ask providers for: theirs to settle, ours to look at."""

    list_display = ("number", "merchant_id", "provider_id", "sort", "amount", "excess", "state_shown", "asked_at", "due_at")
    list_filter = ("state", "sort", "asked_at", "due_at")
    search_fields = ("title", "tax_id", "merchant_name", "provider_name")
    ordering = ("-id",)
    hidden = ("account", "key")


class PaperAdmin(StatedAdmin):
    list_display = ("number", "kind", "amount_shown", "issued_on", "uploaded_by", "uploaded_at")
    list_filter = ("kind", "issued_on")
    search_fields = ("=number",)
    ordering = ("-id",)
    hidden = ("sealed", "sha256", "uid", "amount")
    list_select_related = ("invoice",)

    @admin.display(description=gettext_lazy("amount"), ordering="amount")
    def amount_shown(self, row: Any) -> str:
        return format_major(row.amount, row.invoice.currency)


admin.site.register(ServicePaper, PaperAdmin)
admin.site.register(CommissionPaper, PaperAdmin)


@admin.register(InvoiceTitle)
class InvoiceTitleAdmin(StatedAdmin):
    list_display = ("title", "merchant_id", "tax_id", "used_at")
    list_filter = ("used_at",)
    search_fields = ("title", "tax_id")
    ordering = ("-id",)
    hidden = ("account",)
