"""Payments for staff: transfers to confirm, the bank's list to read in, what does not fit, money to send back by bank."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.market import MARKET_ZONE
from marketplace.tenancy.actor import person
from marketplace.tenancy.staff import StaffAdmin, staff_id
from marketplace.ui.templatetags.ui import status_pill
from orders.payments import staff
from orders.payments.downloads import as_download
from orders.payments.models import Autopay, AutopayInvoice, GatewayNotice, PayBack, PayIn, PayInProof, PaymentCase, StrayPayment
from orders.payments.operations import cases, importing, returning, settling
from orders.payments.operations.proving import open_proof

ZONE = MARKET_ZONE


class ActingAdmin(StaffAdmin):
    """A list whose rows have a page of their own, with forms that call one operation each."""

    act_label: Any = gettext_lazy("Decide")

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_shown(self, row: Any) -> str:
        return status_pill(row.state, row.get_state_display())

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        return [path("<int:pk>/act/", self.admin_site.admin_view(self.act_view), name=name), *super().get_urls()]

    @admin.display(description="")
    def act(self, row: Any) -> str:
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_act", args=[row.pk])
        return format_html('<a class="nowrap" href="{}">{}</a>', url, self.act_label) if self.needs_act(row) else ""

    def needs_act(self, row: Any) -> bool:
        return bool(row.state == "open")

    def act_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm(f"payments.change_{self.opts.model_name}"):
            raise PermissionDenied
        row = self.get_queryset(request).filter(pk=pk).first()
        if row is None:
            raise Http404
        for name, form in (forms := self.forms(row, request)).items():
            if not (form.is_bound and form.is_valid()):
                continue
            try:
                said = self.carry_out(name, row, form.cleaned_data, {"by": person(staff_id(request)), "at": timezone.now()})
            except UserError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, said)
                return redirect(reverse(f"admin:payments_{self.opts.model_name}_changelist"))
        context = {"row": row, "forms": forms, "about": self.about(row, request), "buttons": self.buttons, "title": self.title}
        base = {**self.admin_site.each_context(request), "opts": self.opts, "zone": ZONE}
        status = 422 if any(form.errors for form in forms.values()) else 200
        return TemplateResponse(request, "admin/payments/act.html", {**base, **context}, status=status)

    #: Label of each form's button, by the name under which it is sent.
    buttons: dict[str, Any] = {}
    title: Any = ""

    def forms(self, row: Any, request: HttpRequest) -> dict[str, Any]:
        """The forms of a row; the one that was sent is bound."""
        raise NotImplementedError

    def carry_out(self, name: str, row: Any, values: dict[str, Any], common: dict[str, Any]) -> str:
        """Call the operation; what to say afterwards. Raises UserError."""
        raise NotImplementedError

    def about(self, row: Any, request: HttpRequest) -> list[tuple[Any, Any]]:
        """(label, value) of what to look at before deciding."""
        return []


def _bound(request: HttpRequest, name: str) -> Any:
    return request.POST if request.method == "POST" and name in request.POST else None


@admin.register(PayIn)
class PayInAdmin(ActingAdmin):
    list_display = ("reference", "merchant_id", "amount", "state_shown", "gateway", "use", "created_at", "expires_at", "act")
    list_filter = ("state", "gateway", "use", "currency", "created_at")
    search_fields = ("=reference", "=transaction", "memo")
    search_help_text = gettext_lazy("Reference, transaction, note, or the merchant's name")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
    hidden = ("key", "session", "payment_url", "payment_code")
    act_label = gettext_lazy("Confirm")
    buttons = {"confirm": gettext_lazy("The money has arrived")}
    title = gettext_lazy("Has this transfer arrived?")
    change_list_template = "admin/payments/pay_ins.html"

    def needs_act(self, row: PayIn) -> bool:
        return row.gateway == "bank" and row.state != "succeeded"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("bank-file/", view(self.file_view), name="payments_bank_file"),
            path("proofs/<int:merchant_id>/<int:pk>/", view(self.proof_view), name="payments_proof"),
            *super().get_urls(),
        ]

    def forms(self, row: PayIn, request: HttpRequest) -> dict[str, Any]:
        return {"confirm": staff.ConfirmForm(_bound(request, "confirm"), currency=row.currency, initial=staff.expected(row))}

    def carry_out(self, name: str, row: PayIn, values: dict[str, Any], common: dict[str, Any]) -> str:
        outcome = settling.confirm_transfer(merchant_id=row.merchant_id, pay_in_id=row.pk, **values, **common)
        return str(staff.OUTCOMES[outcome])

    def about(self, row: PayIn, request: HttpRequest) -> list[tuple[Any, Any]]:
        return staff.about_pay_in(row)

    def file_view(self, request: HttpRequest) -> HttpResponse:
        """Read the bank's list in."""
        if not request.user.has_perm("payments.change_payin"):
            raise PermissionDenied
        form = staff.FileForm(request.POST or None, request.FILES or None)
        done = None
        if form.is_bound and form.is_valid():
            try:
                done = importing.import_bank_file(
                    content=form.cleaned_data["file"].read(), currency=form.cleaned_data["currency"],
                    by=person(staff_id(request)), at=timezone.now(),
                )  # fmt: skip
            except UserError as error:
                form.add_error("file", str(error))
        told = [(staff.OUTCOMES[name], number) for name, number in sorted(done.outcomes.items())] if done else []
        context = {"form": form, "done": done, "told": told, "title": _("Read the bank's list in"), "opts": self.opts}
        base = self.admin_site.each_context(request)
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/payments/file.html", {**base, **context}, status=status)

    def proof_view(self, request: HttpRequest, merchant_id: int, pk: int) -> Any:
        """A payer's paper; opening it leaves a trace."""
        if not request.user.has_perm("payments.view_payinproof"):
            raise PermissionDenied
        try:
            found = open_proof(merchant_id=merchant_id, proof_id=pk, purpose="review", by=person(staff_id(request)))
        except NotFound as error:
            raise Http404 from error
        return as_download(found)


@admin.register(PayInProof)
class PayInProofAdmin(StaffAdmin):
    list_display = ("name", "merchant_id", "pay_in", "size", "uploaded_at", "download")
    ordering = ("-uploaded_at",)
    hidden = ("uid", "sha256")
    list_select_related = ("pay_in",)

    @admin.display(description="")
    def download(self, row: PayInProof) -> str:
        url = reverse("admin:payments_proof", args=[row.merchant_id, row.pk])
        return format_html('<a class="nowrap" href="{}">{}</a>', url, _("Download"))


@admin.register(GatewayNotice)
class GatewayNoticeAdmin(StaffAdmin):
    list_display = ("reference", "merchant_id", "gateway", "result", "outcome", "amount", "transaction", "received_at")
    list_filter = ("gateway", "outcome", "received_at")
    search_fields = ("=reference", "=transaction", "=event_id")
    date_hierarchy = "received_at"
    ordering = ("-received_at",)


@admin.register(Autopay)
class AutopayAdmin(StaffAdmin):
    list_display = ("__str__", "merchant_id", "state", "limit", "currency", "gateway", "authorised_by", "authorised_at")
    list_filter = ("state", "currency", "authorised_at")
    ordering = ("-authorised_at",)


@admin.register(AutopayInvoice)
class AutopayInvoiceAdmin(StaffAdmin):
    list_display = ("title", "merchant_id", "amount", "state", "tries", "reason", "first_at", "next_at", "closed_at")
    list_filter = ("state", "reason", "first_at")
    ordering = ("-first_at",)


@admin.register(PaymentCase)
class PaymentCaseAdmin(ActingAdmin):
    list_display = ("pay_in", "merchant_id", "kind", "expected_amount", "amount", "state_shown", "opened_at", "act")
    list_filter = ("state", "kind", "opened_at")
    search_fields = ("=transaction", "=pay_in__reference")
    ordering = ("opened_at",)
    list_select_related = ("pay_in",)
    buttons = {"credit": gettext_lazy("Credit what arrived"), "explain": gettext_lazy("Close without crediting")}
    title = gettext_lazy("What becomes of this money?")

    def forms(self, row: PaymentCase, request: HttpRequest) -> dict[str, Any]:
        return {name: staff.RemarkForm(_bound(request, name), prefix=name) for name in self.buttons}

    def carry_out(self, name: str, row: PaymentCase, values: dict[str, Any], common: dict[str, Any]) -> str:
        act = cases.credit_case if name == "credit" else cases.explain_case
        act(merchant_id=row.merchant_id, case_id=row.pk, **values, **common)
        return _("Done, and told to the merchant.")

    def about(self, row: PaymentCase, request: HttpRequest) -> list[tuple[Any, Any]]:
        return staff.about_case(row)


@admin.register(StrayPayment)
class StrayPaymentAdmin(ActingAdmin):
    list_display = ("transaction", "gateway", "amount", "payer", "text", "state_shown", "merchant_id", "received_at", "act")
    list_filter = ("state", "gateway", "received_at")
    search_fields = ("=transaction", "payer", "text")
    ordering = ("received_at",)
    act_label = gettext_lazy("Find its owner")
    buttons = {"assign": gettext_lazy("Credit this merchant"), "send_back": gettext_lazy("Close: sent back to the payer")}
    title = gettext_lazy("Whose money is this?")

    def forms(self, row: StrayPayment, request: HttpRequest) -> dict[str, Any]:
        return {
            "assign": staff.OwnerForm(_bound(request, "assign")),
            "send_back": staff.RemarkForm(_bound(request, "send_back"), prefix="send_back"),
        }

    def carry_out(self, name: str, row: StrayPayment, values: dict[str, Any], common: dict[str, Any]) -> str:
        if name == "assign":
            cases.assign_stray(stray_id=row.pk, merchant_id=values["merchant"], **common)
            return _("Credited to the merchant's wallet.")
        cases.send_stray_back(stray_id=row.pk, **values, **common)
        return _("Closed.")

    def about(self, row: StrayPayment, request: HttpRequest) -> list[tuple[Any, Any]]:
        return staff.about_stray(row)


@admin.register(PayBack)
class PayBackAdmin(ActingAdmin):
    list_display = ("request_id", "merchant_id", "amount", "state_shown", "attempts", "created_at", "settled_at", "act")
    list_filter = ("state", "currency", "created_at")
    search_fields = ("=request_id", "=transaction")
    ordering = ("-created_at",)
    list_select_related = ("pay_in",)
    hidden = ("key", "token")
    act_label = gettext_lazy("Send by bank")
    buttons = {"sent": gettext_lazy("I have sent it"), "failed": gettext_lazy("It cannot be sent: back into the wallet")}
    title = gettext_lazy("Send this money back")

    def needs_act(self, row: PayBack) -> bool:
        return returning.is_left_to_people(row)

    def forms(self, row: PayBack, request: HttpRequest) -> dict[str, Any]:
        return {
            "sent": staff.ReferenceForm(_bound(request, "sent")),
            "failed": staff.ReasonForm(_bound(request, "failed"), prefix="failed"),
        }

    def carry_out(self, name: str, row: PayBack, values: dict[str, Any], common: dict[str, Any]) -> str:
        returning.settle_by_hand(merchant_id=row.merchant_id, pay_back_id=row.pk, **values, **common)
        return _("Done, and told to the merchant.")

    def about(self, row: PayBack, request: HttpRequest) -> list[tuple[Any, Any]]:
        return staff.about_pay_back(row, by=person(staff_id(request)))
