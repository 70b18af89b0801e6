"""Onboarding for staff: who is where, transfers to confirm, deductions by ruling, deposits to pay back.

Companies and categories are decided in the inbox (moderation); here is what the inbox does not do.
"""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.market import MARKET_ZONE
from marketplace.tenancy.actor import person
from marketplace.tenancy.staff import StaffAdmin, StaffTable, staff_id
from marketplace.ui import formats
from marketplace.ui.formats import language
from marketplace.ui.templatetags.ui import status_pill
from providers.catalogue.lists import DOCUMENTS
from providers.catalogue.models import Category
from providers.onboarding import staff
from providers.onboarding.downloads import as_download
from providers.onboarding.facts import COMPANY_DOCUMENTS
from providers.onboarding.models import Application, Deduction, DepositTransfer, Document, Exit, Export, Qualification, TrialRule
from providers.onboarding.operations import deposit, exiting, reviewing
from providers.onboarding.operations.documents import open_document


class StatedAdmin(StaffAdmin):
    """A list of rows with a state, shown as elsewhere: text and colour."""

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_shown(self, row: Any) -> str:
        return status_pill(row.state, row.get_state_display())


class ActingAdmin(StatedAdmin):
    """A list whose rows have a page of their own, with a form that calls one operation."""

    #: What the link in the list says.
    act_label: Any = pgettext_lazy("verb", "Open")

    def act_url(self, row: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_act", args=[row.pk])

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        return [path("<int:pk>/act/", self.admin_site.admin_view(self.act_view), name=name), *super().get_urls()]

    @admin.display(description=gettext_lazy("Actions"))
    def act(self, row: Any) -> str:
        return format_html('<a class="nowrap" href="{}">{}</a>', self.act_url(row), self.act_label) if self.needs_act(row) else ""

    def needs_act(self, row: Any) -> bool:
        return True

    def act_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"):
            raise PermissionDenied
        row = self.get_queryset(request).filter(pk=pk).first()
        if row is None:
            raise Http404
        return self.page(request, row)

    def page(self, request: HttpRequest, row: Any) -> HttpResponse:
        raise NotImplementedError

    def shown(self, request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
        base = {**self.admin_site.each_context(request), "opts": self.opts, "zone": MARKET_ZONE}
        return TemplateResponse(request, f"admin/onboarding/{template}.html", {**base, **context}, status=status)

    def to_list(self) -> HttpResponse:
        return redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))


@admin.register(Application)
class ApplicationAdmin(ActingAdmin):
    list_display = ("company_name", "provider_id", "state_shown", "credit_code", "submitted_at", "verified_until", "act")
    list_filter = ("state", "submitted_at", "verified_until")
    search_fields = ("company_name", "credit_code", "legal_person")
    search_help_text = gettext_lazy("Company, credit code, legal person, or the provider's name")
    ordering = ("-submitted_at", "-id")
    hidden = ("review_id", "warned_for", "verified_facts", "reasons")

    def needs_act(self, row: Application) -> bool:
        return row.state in ("verified", "suspended")

    @admin.display(description=gettext_lazy("Actions"))
    def act(self, row: Application) -> str:
        if not self.needs_act(row):
            return ""
        words = _("Suspend") if row.state == "verified" else _("Reinstate")
        return format_html('<a class="nowrap" href="{}">{}</a>', self.act_url(row), words)

    def page(self, request: HttpRequest, row: Application) -> HttpResponse:
        form, by = staff.ReasonForm(request.POST or None), person(staff_id(request))
        if request.method == "POST" and form.is_valid():
            operation = reviewing.suspend if row.state == "verified" else reviewing.reinstate
            try:
                operation(provider_id=row.provider_id, reason=form.cleaned_data["reason"], by=by, at=timezone.now())
            except UserError as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _("Done, and told to the provider."))
            return self.to_list()
        title = _("Suspend %(name)s") if row.state == "verified" else _("Reinstate %(name)s")
        return self.shown(request, "suspend", row=row, form=form, title=title % {"name": row.company_name})


@admin.register(Qualification)
class QualificationAdmin(StatedAdmin):
    list_display = ("provider_id", "category_name", "state_shown", "submitted_at", "approved_at", "approved_until")
    list_filter = ("state", "approved_until")
    search_fields = ("category",)
    ordering = ("-submitted_at", "-id")
    hidden = ("review_id", "warned_for", "reasons", "category")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Qualification]:
        named = Category.objects.filter(slug=OuterRef("category")).values(f"name_{'en' if language() == 'en' else 'zh'}")
        return super().get_queryset(request).annotate(named=Subquery(named[:1]))

    @admin.display(description=gettext_lazy("category"), ordering="category")
    def category_name(self, row: Any) -> str:
        return row.named or row.category

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["category_name", *super().get_fields(request, obj)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)


@admin.register(Document)
class DocumentAdmin(StatedAdmin):
    """Papers: what there is, never what is in it; opening one leaves a trace."""

    list_display = ("name", "provider_id", "kind_in_words", "state_shown", "uploaded_at", "expires_on", "download")
    list_filter = ("state", "uploaded_at", "expires_on")
    search_fields = ("name",)
    ordering = ("-uploaded_at",)
    hidden = ("sha256", "uid", "kind")

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def kind_in_words(self, row: Document) -> str:
        return str(COMPANY_DOCUMENTS.get(row.kind) or (_("Data export") if row.kind == "export" else DOCUMENTS.label(row.kind)))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["kind_in_words", *super().get_fields(request, obj)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)

    def get_urls(self) -> list[URLPattern]:
        opened = self.admin_site.admin_view(self.open_view)
        return [path("<int:provider_id>/<int:pk>/open/", opened, name="onboarding_document_open"), *super().get_urls()]

    @admin.display(description=gettext_lazy("Actions"))
    def download(self, row: Document) -> str:
        if row.state == Document.State.REMOVED or row.kind == "export":
            return ""
        url = reverse("admin:onboarding_document_open", args=[row.provider_id, row.pk])
        return format_html('<a class="nowrap" href="{}">{}</a>', url, _("Download"))

    def open_view(self, request: HttpRequest, provider_id: int, pk: int) -> Any:
        """The paper itself; an export is the provider's own and stays so."""
        if not request.user.has_perm("onboarding.view_document"):
            raise PermissionDenied
        try:
            document = open_document(provider_id=provider_id, document_id=pk, purpose="review", by=person(staff_id(request)))
        except NotFound as error:
            raise Http404 from error
        if document.kind == "export":
            raise Http404
        return as_download(document)


@admin.register(DepositTransfer)
class DepositTransferAdmin(ActingAdmin):
    list_display = (
        "provider_id",
        "amount",
        "state_shown",
        "payer",
        "sent_on",
        "confirmed_amount",
        "bank_reference",
        "created_at",
        "act",
    )
    list_filter = ("state", "sent_on", "decided_at")
    search_fields = ("payer", "=bank_reference")
    search_help_text = gettext_lazy("Payer, bank reference, or the provider's name")
    ordering = ("created_at",)
    date_hierarchy = "created_at"
    act_label = gettext_lazy("Confirm or refuse")

    def needs_act(self, row: DepositTransfer) -> bool:
        return row.state == "announced"

    def page(self, request: HttpRequest, row: DepositTransfer) -> HttpResponse:
        form = staff.ConfirmForm(request.POST if "confirm" in request.POST else None, initial=staff.suggested(row))
        refusal = staff.ReasonForm(request.POST if "refuse" in request.POST else None)
        common: dict[str, Any] = {
            "provider_id": row.provider_id,
            "transfer_id": row.pk,
            "by": person(staff_id(request)),
            "at": timezone.now(),
        }
        try:
            if form.is_bound and form.is_valid():
                deposit.confirm_transfer(**common, **form.cleaned_data)
                messages.success(request, _("Confirmed: %(amount)s are part of the deposit now.") % _amount(form))
                return self.to_list()
            if refusal.is_bound and refusal.is_valid():
                deposit.refuse_transfer(**common, note=refusal.cleaned_data["reason"])
                messages.success(request, _("Done, and told to the provider."))
                return self.to_list()
        except UserError as error:
            (form if form.is_bound else refusal).add_error(None, str(error))
        status = 422 if form.errors or refusal.errors else 200
        context = {"row": row, "form": form, "refusal": refusal, "company": staff.company_of(row.provider_id)}
        return self.shown(request, "transfer", status, title=_("Has this money arrived?"), **context)


def _amount(form: Any) -> dict[str, str]:
    return {"amount": formats.money(form.cleaned_data["amount"], "CNY")}


@admin.register(Deduction)
class DeductionAdmin(ActingAdmin):
    list_display = ("provider_id", "ruling_in_words", "amount", "reason", "top_up_by", "created_at", "act")
    list_filter = ("created_at",)
    search_fields = ("reason",)
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    hidden = ("ruling_id",)
    act_label = gettext_lazy("Give back")

    @admin.display(description=gettext_lazy("ruling"))
    def ruling_in_words(self, row: Deduction) -> str:
        return staff.ruling_number(row)

    def page(self, request: HttpRequest, row: Deduction) -> HttpResponse:
        """After the ruling was lifted on appeal."""
        number = staff.ruling_number(row)
        if request.method == "POST":
            try:
                deposit.give_back(provider_id=row.provider_id, ruling=number, by=person(staff_id(request)), at=timezone.now())
            except UserError as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _("Given back, and told to the provider."))
            return self.to_list()
        company = staff.company_of(row.provider_id)
        title = _("Give a deduction back")
        return self.shown(request, "give_back", row=row, number=number, company=company, title=title)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("onboarding.add_deduction"))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """In two steps: what would follow, then the deduction itself."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = staff.DeductForm(request.POST or None, initial={"ruling": request.GET.get("ruling", "")})
        penalty = form.penalty if form.is_bound and form.is_valid() else None
        if penalty is not None and "confirmed" in request.POST:
            try:
                deposit.deduct(
                    provider_id=penalty.provider_id, ruling=penalty.ruling, amount=form.cleaned_data["amount"],
                    reason=form.cleaned_data["reason"], by=person(staff_id(request)), at=timezone.now(),
                )  # fmt: skip
            except UserError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Deducted, and told to the provider."))
                return self.to_list()
        consequence = staff.after_deducting(form, timezone.now()) if penalty is not None and not form.errors else None
        status = 422 if form.errors else 200
        return self.shown(request, "deduct", status, form=form, consequence=consequence, title=_("Deduct by a ruling"))


@admin.register(Exit)
class ExitAdmin(ActingAdmin):
    list_display = ("provider_id", "state_shown", "left_at", "refund_due_on", "refund_amount", "bank_reference", "act")
    list_filter = ("state", "refund_due_on")
    search_fields = ("=bank_reference", "reason")
    ordering = ("refund_due_on", "-id")
    act_label = gettext_lazy("Pay the deposit back")

    def needs_act(self, row: Exit) -> bool:
        return row.state == "left"

    def page(self, request: HttpRequest, row: Exit) -> HttpResponse:
        by, now = person(staff_id(request)), timezone.now()
        form = staff.ReferenceForm(request.POST or None)
        if form.is_bound and form.is_valid():
            reference = form.cleaned_data["bank_reference"]
            try:
                exiting.refund_deposit(provider_id=row.provider_id, bank_reference=reference, by=by, at=now)
            except UserError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Paid back, and told to the provider."))
                return self.to_list()
        account = staff.account_for_refund(provider_id=row.provider_id, by=by, at=now)
        status = 422 if form.errors else 200
        return self.shown(request, "refund", status, row=row, form=form, account=account, title=_("Pay the deposit back"))


@admin.register(Export)
class ExportAdmin(StatedAdmin):
    list_display = ("provider_id", "state_shown", "done", "total", "created_at", "created_by", "finished_at")
    list_filter = ("state", "created_at")
    ordering = ("-created_at",)


@admin.register(TrialRule)
class TrialRuleAdmin(StaffTable):
    """The one row of it; orders that are signed already stay as they are."""

    form = staff.TrialRuleForm
    list_display = ("__str__", "orders", "cap_shown")

    @admin.display(description=gettext_lazy("largest trial order"), ordering="order_cap")
    def cap_shown(self, row: TrialRule) -> str:
        return formats.money(row.order_cap, "CNY")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
