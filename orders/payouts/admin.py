"""Paying out, for staff: draw up, approve, take to the bank, settle. Each act is one operation; no person does two of them."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from marketplace.kernel.errors import NotAllowed, UserError
from marketplace.kernel.transitions import allows
from marketplace.staff.names import names_of, user_id
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.tenancy.staff import staff_id
from orders.payouts import policies, queries
from orders.payouts.bounced import Advice, advise
from orders.payouts.downloads import as_download
from orders.payouts.forms import AnswerForm, ApproveForm, DraftForm, FailedForm, PaidForm, ProofForm, WhyForm
from orders.payouts.models import BatchProof, BookCase, DebtHold, Payout, PayoutAccount, PayoutBatch, PayoutProof, Statement
from orders.payouts.operations import batches, comparing, proving, settling
from orders.payouts.states import BATCH, PAYOUT
from providers.onboarding.admin import ActingAdmin, StatedAdmin
from providers.onboarding.papers import checked


class PageAdmin(ActingAdmin):
    """The pages of this room."""

    def shown(self, request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
        return super().shown(request, f"../payouts/{template}", status, **context)

    def back(self, row: Any) -> HttpResponse:
        return redirect(self.act_url(row))


@admin.register(PayoutBatch)
class PayoutBatchAdmin(PageAdmin):
    list_display = ("number", "period", "currency", "state_shown", "drafted_by", "approved_by", "exported_by", "act")
    list_filter = ("state", "currency", "period")
    ordering = ("-id",)
    hidden = ("drafted_by_id", "approved_by_id")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("payouts.add_payoutbatch"))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Draw up this week's batch, or add to it whoever has become due."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = DraftForm(request.POST or None)
        if form.is_bound and form.is_valid():
            try:
                batch = batches.draft_batch(**form.cleaned_data, by=person(staff_id(request)), at=timezone.now())
                return self.back(batch)
            except UserError as error:
                form.add_error(None, str(error))
        title = _("Draw up this week's payouts")
        return self.shown(request, "draft", 422 if form.errors else 200, form=form, title=title)

    def page(self, request: HttpRequest, row: PayoutBatch) -> HttpResponse:
        if request.method == "POST":
            return self._act(request, row)
        return self._show(request, row)

    def _act(self, request: HttpRequest, row: PayoutBatch) -> HttpResponse:
        acts: dict[str, Callable[[HttpRequest, PayoutBatch], HttpResponse]] = {
            "approve": self._approve,
            "export": self._export,
            "cancel": self._cancel,
            "answer": self._answer,
            "proof": self._proof,
            "read_proof": self._read_proof,
        }
        act = acts.get(request.POST.get("act", ""))
        if act is None:
            return self.back(row)
        try:
            return act(request, row)
        except (UserError, NotAllowed) as error:
            messages.error(request, str(error))
            return self.back(row)

    def _approve(self, request: HttpRequest, row: PayoutBatch) -> HttpResponse:
        form = ApproveForm(request.POST)
        if form.is_valid():
            batches.approve_batch(batch_id=row.pk, **form.cleaned_data, by=person(staff_id(request)), at=timezone.now())
            messages.success(request, _("Approved. A colleague can take it to the bank now."))
        return self.back(row)

    def _export(self, request: HttpRequest, row: PayoutBatch) -> HttpResponse:
        file = batches.export_batch(batch_id=row.pk, by=person(staff_id(request)), at=timezone.now())
        headers = {"Content-Disposition": f'attachment; filename="{file.name}"', "Cache-Control": "private, no-store"}
        return HttpResponse(file.content, content_type="text/csv; charset=utf-8", headers=headers)

    def _cancel(self, request: HttpRequest, row: PayoutBatch) -> HttpResponse:
        form = WhyForm(request.POST)
        if form.is_valid():
            batches.cancel_batch(batch_id=row.pk, **form.cleaned_data, by=person(staff_id(request)), at=timezone.now())
            messages.success(request, _("Given up; every amount is back in its earnings."))
        else:
            messages.error(request, _("Say why."))
        return self.back(row)

    def _answer(self, request: HttpRequest, row: PayoutBatch) -> HttpResponse:
        form = AnswerForm(request.POST, request.FILES)
        if not form.is_valid():
            messages.error(request, _("Choose the bank's file."))
            return self.back(row)
        content = form.cleaned_data["answer"].read()
        found = settling.import_answers(batch_id=row.pk, content=content, by=person(staff_id(request)), at=timezone.now())
        return self._show(request, queries.access_batch(row.pk), outcomes=found)

    def _proof(self, request: HttpRequest, row: PayoutBatch) -> HttpResponse:
        form = ProofForm(request.POST, request.FILES)
        if form.is_valid():
            sent = form.cleaned_data["proof"]
            paper = checked(sent.read(), name=sent.name)
            proving.add_batch_proof(batch_id=row.pk, paper=paper, by=person(staff_id(request)), at=timezone.now())
            messages.success(request, _("Kept with the batch."))
        else:
            messages.error(request, _("Choose a file."))
        return self.back(row)

    def _read_proof(self, request: HttpRequest, row: PayoutBatch) -> HttpResponse:
        number = request.POST.get("proof", "")
        pk = int(number) if number.isdecimal() and len(number) < 19 else 0
        proof, content = proving.open_batch_proof(batch_id=row.pk, proof_id=pk, by=person(staff_id(request)))
        return as_download(proof.name, content)

    def _show(self, request: HttpRequest, row: PayoutBatch, **more: Any) -> HttpResponse:
        rows = queries.rows_of_batch(row.pk)
        names = names_of([row, *rows])
        count, total = queries.totals_of_batch(row.pk)
        context = {
            "row": row, "rows": [(each, names.organizations.get(each.provider_id, ""), self._url(each)) for each in rows],
            "count": count, "total": total, "approve": ApproveForm(initial={"count": count, "total": total}),
            "people": [
                (label, names.people.get(user_id(who) or 0, who), when)
                for label, who, when in (
                    (_("Drawn up by"), row.drafted_by, row.created_at), (_("Approved by"), row.approved_by, row.approved_at),
                    (_("Taken to the bank by"), row.exported_by, row.exported_at),
                ) if who
            ],
            "why": WhyForm(), "answer": AnswerForm(), "proof": ProofForm(), "proofs": list(row.proofs.using("system").all()),
            "may_approve": policies.may_approve(row, staff_id(request)) and count > 0,
            "may_export": policies.may_export(row, staff_id(request)), "may_cancel": allows(BATCH, row.state, "cancel"),
            "title": _("Payouts of the week of %(day)s") % {"day": row.period}, **more,
        }  # fmt: skip
        return self.shown(request, "batch", **context)

    def _url(self, row: Payout) -> str:
        return reverse("admin:payouts_payout_act", args=[row.pk])


class BouncedFilter(admin.SimpleListFilter):
    """What came back and has not left again: each row's page says what to do."""

    title = gettext_lazy("came back")
    parameter_name = "bounced"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("Came back, not sent again yet"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Payout]) -> QuerySet[Payout]:
        return queries.bounced(queryset) if self.value() == "open" else queryset


@admin.register(Payout)
class PayoutAdmin(PageAdmin):
    list_display = ("number", "provider_id", "amount", "state_shown", "bank_reference", "paid_on", "created_at", "act")
    list_filter = (BouncedFilter, "state", "currency", "created_at")
    search_fields = ("=bank_reference",)
    search_help_text = gettext_lazy("Bank reference, or the provider's name")
    date_hierarchy = "created_at"
    ordering = ("-id",)
    list_select_related = ("account", "batch")

    def needs_act(self, row: Payout) -> bool:
        return row.state in ("paid", "failed") or any(allows(PAYOUT, row.state, act) for act in ("pay", "cancel"))

    def page(self, request: HttpRequest, row: Payout) -> HttpResponse:
        act = request.POST.get("act", "")
        if act in ("slip", "read_slip"):
            return self._slip(request, row) if act == "slip" else self._read_slip(request, row)
        forms: dict[str, Any] = {
            "pay": PaidForm(request.POST if act == "pay" else None, currency=row.currency, initial={"paid_on": timezone.now()}),
            "fail": FailedForm(request.POST if act == "fail" else None),
            "bounce": FailedForm(request.POST if act == "bounce" else None),
            "cancel": WhyForm(request.POST if act == "cancel" else None),
        }
        form = forms.get(act)
        if form is not None and form.is_valid() and self._carried_out(request, row, act, form):
            return self.back(row)
        context = {
            "row": row, "forms": forms, "name": names_of([row]).organizations.get(row.provider_id, ""),
            "may_settle": allows(PAYOUT, row.state, "pay"), "may_cancel": allows(PAYOUT, row.state, "cancel"),
            "may_bounce": allows(PAYOUT, row.state, "bounce"),
            "batch_url": reverse("admin:payouts_payoutbatch_act", args=[row.batch_id]), "title": row.number,
            "slip": ProofForm(), "slips": queries.slips_of(row.provider_id, [row.pk], using="system").get(row.pk, []),
            "advice": _advice(row),
        }  # fmt: skip
        return self.shown(request, "payout", 422 if form is not None and form.errors else 200, **context)

    def _slip(self, request: HttpRequest, row: Payout) -> HttpResponse:
        form = ProofForm(request.POST, request.FILES)
        if not form.is_valid():
            messages.error(request, _("Choose a file."))
            return self.back(row)
        sent, by = form.cleaned_data["proof"], person(staff_id(request))
        try:
            paper = checked(sent.read(), name=sent.name)
            proving.add_slip(provider_id=row.provider_id, payout_id=row.pk, paper=paper, by=by, at=timezone.now())
            messages.success(request, _("Kept; the provider can download it."))
        except UserError as error:
            messages.error(request, str(error))
        return self.back(row)

    def _read_slip(self, request: HttpRequest, row: Payout) -> HttpResponse:
        number = request.POST.get("proof", "")
        pk = int(number) if number.isdecimal() and len(number) < 19 else 0
        try:
            proof, content = proving.open_slip(provider_id=row.provider_id, proof_id=pk, by=person(staff_id(request)))
        except UserError as error:
            messages.error(request, str(error))
            return self.back(row)
        return as_download(proof.name, content)

    def _carried_out(self, request: HttpRequest, row: Payout, act: str, form: Any) -> bool:
        operations: dict[str, Callable[..., Any]] = {
            "pay": settling.mark_paid, "fail": settling.mark_failed, "bounce": settling.mark_bounced,
            "cancel": batches.cancel_payout,
        }  # fmt: skip
        call = {"provider_id": row.provider_id, "payout_id": row.pk, "by": person(staff_id(request)), "at": timezone.now()}
        try:
            operations[act](**call, **form.cleaned_data)
        except UserError as error:
            form.add_error(None, str(error))
            return False
        messages.success(request, _("Done, and told to the provider."))
        return True


def _advice(row: Payout) -> Advice | None:
    """What to do about a payout that came back and has not left again."""
    if not queries.bounced().filter(pk=row.pk).exists():
        return None
    with scope(row.provider_id, read_only=True):
        return advise(row, timezone.now())


@admin.register(PayoutAccount)
class PayoutAccountAdmin(StatedAdmin):
    """Where money goes: by the last digits; the numbers are in the bank's file alone."""

    list_display = ("provider_id", "holder", "bank", "last4", "state_shown", "proposed_at", "usable_from")
    list_filter = ("state", "usable_from")
    search_fields = ("holder", "bank", "=last4")
    ordering = ("-id",)
    hidden = ("number", "proposed_by_id")


@admin.register(BatchProof)
class BatchProofAdmin(StatedAdmin):
    list_display = ("name", "batch", "uploaded_by", "uploaded_at")
    list_filter = ("uploaded_at",)
    search_fields = ("name",)
    ordering = ("-id",)
    hidden = ("sealed", "sha256")
    list_select_related = ("batch",)


@admin.register(PayoutProof)
class PayoutProofAdmin(StatedAdmin):
    list_display = ("name", "payout", "provider_id", "uploaded_by", "uploaded_at")
    list_filter = ("uploaded_at",)
    search_fields = ("name",)
    ordering = ("-id",)
    hidden = ("sealed", "sha256")
    list_select_related = ("payout",)


@admin.register(Statement)
class StatementAdmin(StatedAdmin):
    list_display = ("number", "provider_id", "month", "currency", "opening", "closing", "made_at")
    list_filter = ("month", "currency")
    search_fields = ("=id",)
    search_help_text = gettext_lazy("The provider's name")
    ordering = ("-month", "-id")


@admin.register(DebtHold)
class DebtHoldAdmin(StatedAdmin):
    list_display = ("provider_id", "amount", "since", "hidden_at", "lifted_at")
    list_filter = ("currency", "hidden_at", "lifted_at")
    search_fields = ("=id",)
    search_help_text = gettext_lazy("The provider's name")
    ordering = ("-id",)


@admin.register(BookCase)
class BookCaseAdmin(PageAdmin):
    """Ledger against gateways and payouts: nothing here means that every transfer has its record. "Add" compares now."""

    list_display = ("key", "organization_id", "ledger_amount", "record_amount", "state_shown", "age", "act")
    list_filter = ("state", "currency", "found_at")
    search_fields = ("key",)
    ordering = (F("closed_at").desc(nulls_first=True), "found_at")

    @admin.display(description=gettext_lazy("open for"), ordering="found_at")
    def age(self, row: BookCase) -> str:
        days = ((row.closed_at or timezone.now()) - row.found_at).days
        return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("payouts.add_bookcase"))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Compare now."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            found = comparing.compare_books(at=timezone.now())
            text = ngettext(
                "Compared: %(count)s difference; %(resolved)s resolved by itself.",
                "Compared: %(count)s differences; %(resolved)s resolved by themselves.",
                found.differences,
            )
            messages.info(request, text % {"count": found.differences, "resolved": found.resolved})
            return self.to_list()
        return self.shown(request, "compare", title=_("Compare the books now"))

    def needs_act(self, row: BookCase) -> bool:
        return row.state == BookCase.State.OPEN

    def page(self, request: HttpRequest, row: BookCase) -> HttpResponse:
        form = WhyForm(request.POST or None)
        if form.is_bound and form.is_valid():
            try:
                comparing.explain_case(
                    case_id=row.pk, note=form.cleaned_data["why"], by=person(staff_id(request)), at=timezone.now()
                )
                return self.to_list()
            except UserError as error:
                form.add_error(None, str(error))
        name = names_of([row]).organizations.get(row.organization_id, "")
        status = 422 if form.errors else 200
        return self.shown(request, "case", status, row=row, name=name, form=form, title=_("A difference of the books"))
