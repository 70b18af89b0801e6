"""Reports as a list; each opens on the desk of its review."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy

from marketplace.tenancy.staff import StaffAdmin
from providers.moderation.admin.reviews import review_url
from providers.moderation.models import Report, Review
from providers.moderation.queries.reasons import labels_of
from providers.moderation.reportable import about_label


@admin.register(Report)
class ReportAdmin(StaffAdmin):
    list_display = (
        "about_title",
        "about",
        "about_provider_id",
        "reason_in_words",
        "state",
        "merchant_id",
        "reported_at",
        "decided_at",
    )
    list_filter = ("state", "about_kind", "reported_at")
    search_fields = ("about_title", "text")
    search_help_text = gettext_lazy("Title, text, or the reporter's organization")
    date_hierarchy = "reported_at"
    ordering = ("-reported_at",)

    @admin.display(description=gettext_lazy("about"), ordering="about_kind")
    def about(self, report: Report) -> str:
        return str(about_label(report.about_kind))

    @admin.display(description=gettext_lazy("reason"), ordering="reason")
    def reason_in_words(self, report: Report) -> str:
        return labels_of("reported", [report.reason])[0]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        known = Review.objects.using("system").filter(kind="report")
        review = known.filter(subject_id=object_id).first() if object_id.isdecimal() else None
        if review is None:  # says so, and leads back
            return super().change_view(request, object_id, form_url, extra_context)
        return redirect(review_url(review))
