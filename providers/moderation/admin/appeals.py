"""Appeals as a list; each opens on the desk of its review."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy

from marketplace.tenancy.staff import StaffAdmin
from providers.moderation.admin.reviews import review_url
from providers.moderation.models import Appeal, Review


@admin.register(Appeal)
class AppealAdmin(StaffAdmin):
    list_display = ("title", "provider_id", "state", "opened_at", "opened_by", "decided_at")
    list_filter = ("state", "opened_at")
    search_fields = ("title", "text")
    search_help_text = gettext_lazy("Title, text, or the provider's name")
    date_hierarchy = "opened_at"
    ordering = ("-opened_at",)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        review = (
            Review.objects.using("system").filter(kind="appeal", subject_id=object_id).order_by("-id").first()
            if object_id.isdecimal()
            else None
        )
        if review is None:
            return super().change_view(request, object_id, form_url, extra_context)
        return redirect(review_url(review))
