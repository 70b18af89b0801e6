"""Hiring for staff: needs and leads to read, bad leads to decide."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import person
from marketplace.tenancy.staff import StaffAdmin, staff_id
from orders.hiring.models import Brief, Invitation
from orders.hiring.operations.refuting import decide_refutation


@admin.register(Brief)
class BriefAdmin(StaffAdmin):
    list_display = ("title", "merchant_id", "category", "mode", "state", "published_at", "answers_until")
    list_filter = ("state", "mode", "category", "published_at")
    search_fields = ("title",)
    date_hierarchy = "published_at"
    ordering = ("-updated_at",)
    hidden = ("revision",)


class DecisionForm(forms.Form):
    """Staff's decision about a bad lead."""

    granted = forms.TypedChoiceField(
        label=gettext_lazy("Decision"), coerce=lambda value: value == "yes", widget=forms.RadioSelect,
        choices=[("yes", gettext_lazy("It is a bad lead: it costs nothing")), ("no", gettext_lazy("It is a lead like others"))],
    )  # fmt: skip
    answer = forms.CharField(
        label=gettext_lazy("What the provider reads"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


@admin.register(Invitation)
class InvitationAdmin(StaffAdmin):
    list_display = ("title", "merchant_id", "provider_id", "origin", "state", "sent_at", "answer_minutes", "refutation", "decide")
    list_filter = ("refutation", "state", "origin", "sent_at")
    search_fields = ("title",)
    ordering = ("-refuted_at", "-sent_at")
    hidden = ("document",)

    @admin.display(description="")
    def decide(self, lead: Invitation) -> str:
        if lead.refutation != "claimed":
            return ""
        return format_html('<a href="{}">{}</a>', reverse("admin:hiring_refutation", args=[lead.pk]), _("Decide"))

    def get_urls(self) -> list[Any]:
        own = path("<int:pk>/bad-lead/", self.admin_site.admin_view(self.decision), name="hiring_refutation")
        return [own, *super().get_urls()]

    def decision(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Both sides' facts on one page, and the decision with what the provider is told."""
        if not request.user.has_perm("hiring.change_invitation"):
            raise PermissionDenied
        lead = get_object_or_404(self.get_queryset(request), pk=pk)
        form = DecisionForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                decide_refutation(
                    merchant_id=lead.merchant_id, invitation_id=lead.pk, granted=form.cleaned_data["granted"],
                    answer=form.cleaned_data["answer"], by=person(staff_id(request)), at=timezone.now(),
                )  # fmt: skip
                messages.success(request, _("Decided, and the provider is told."))
            except UserError as error:
                messages.error(request, str(error))
            return redirect("admin:hiring_invitation_changelist")
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "title": _("Bad lead"), "lead": lead, "form": form,
        }  # fmt: skip
        return TemplateResponse(request, "admin/hiring/bad_lead.html", context, status=422 if form.errors else 200)
