"""Rulings: given in two steps, read by everybody on staff, changed by nobody."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts.models import Organization
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.tenancy.staff import StaffAdmin, staff_id
from providers.moderation import ladder
from providers.moderation.admin.forms import PenaltyForm
from providers.moderation.models import Penalty, ProviderStanding
from providers.moderation.operations import give_penalty
from providers.moderation.operations.penalties import points_at
from providers.moderation.ours import violation_label


@admin.register(Penalty)
class PenaltyAdmin(StaffAdmin):
    list_display = (
        "ruling",
        "provider_id",
        "violation_in_words",
        "points",
        "rung",
        "state",
        "given_at",
        "ends_at",
        "given_by",
    )
    list_filter = ("state", "rung", "given_at")
    search_fields = ("ruling", "statement")
    search_help_text = gettext_lazy("Ruling, statement, or the provider's name")
    date_hierarchy = "given_at"
    ordering = ("-given_at",)
    hidden = ("violation", "created_at")

    @admin.display(description=gettext_lazy("violation"), ordering="violation")
    def violation_in_words(self, penalty: Penalty) -> str:
        return violation_label(penalty.violation)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["violation_in_words", *super().get_fields(request, obj)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("moderation.add_penalty"))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = PenaltyForm(request.POST) if request.method == "POST" else PenaltyForm(initial=_asked(request))
        if request.method != "POST" or not form.is_valid():
            return self._page(request, form, None)
        facts = form.cleaned_data
        if "confirmed" not in request.POST:
            return self._page(request, form, _consequence(facts["provider"], facts["points"]))
        penalty = give_penalty(
            provider_id=facts["provider"].pk, violation=facts["violation"].code, points=facts["points"],
            statement=facts["statement"], report_id=facts["report_id"], by=person(staff_id(request)), at=timezone.now(),
        )  # fmt: skip
        words = {"ruling": penalty.ruling, "name": facts["provider"].name, "rung": penalty.get_rung_display()}
        messages.success(request, _("Ruling %(ruling)s against %(name)s: %(rung)s") % words)
        return redirect(reverse("admin:moderation_penalty_change", args=[penalty.pk]))

    def _page(self, request: HttpRequest, form: PenaltyForm, consequence: dict[str, Any] | None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Rule on a violation"),
            "form": form,
            "consequence": consequence,
            "facts": form.cleaned_data if consequence else None,
        }
        return TemplateResponse(request, "admin/moderation/penalty.html", context, status=422 if form.errors else 200)


def _asked(request: HttpRequest) -> dict[str, Any]:
    """What the page that led here knows already."""
    provider = request.GET.get("provider", "")
    found = Organization.objects.using("system").filter(pk=provider).first() if provider.isdecimal() else None
    report = request.GET.get("report", "")
    return {"provider": found.slug if found else "", "report_id": int(report) if report.isdecimal() else None}


def _consequence(provider: Organization, points: int) -> dict[str, Any]:
    """What would follow if it were confirmed now."""
    now = timezone.now()
    with scope(provider.pk, read_only=True):
        before = points_at(provider.pk, now)
    rung = ladder.rung_for(before + points)
    return {
        "before": before,
        "after": before + points,
        "rung": Penalty.Rung(rung).label,
        "ends_at": ladder.ends(rung, now),
        "is_exit": rung == "exited",
    }


@admin.register(ProviderStanding)
class ProviderStandingAdmin(StaffAdmin):
    list_display = (
        "provider_id",
        "points",
        "hidden_until",
        "paused_until",
        "exited_at",
        "changed_at",
        "rule",
    )
    list_display_links = None
    list_filter = (("hidden_until", admin.EmptyFieldListFilter), ("paused_until", admin.EmptyFieldListFilter))
    search_fields = ()
    ordering = ("-points", "provider_id")

    def get_search_fields(self, request: HttpRequest) -> Any:
        return ("=provider_id",)

    @admin.display(description=gettext_lazy("Actions"))
    def rule(self, row: ProviderStanding) -> str:
        url = f"{reverse('admin:moderation_penalty_add')}?provider={row.provider_id}"
        return format_html('<a href="{}">{}</a>', url, _("Rule on a violation"))
