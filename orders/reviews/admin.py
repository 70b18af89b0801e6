"""Reviews for staff: the list of all; what is held is decided at the desk of the inbox. Nothing is deleted."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy

from marketplace.tenancy.staff import StaffAdmin
from orders.reviews.models import Pulse, ReviewRound
from orders.reviews.moderating import KIND
from providers.moderation.admin.reviews import review_url
from providers.moderation.models import Review
from providers.onboarding.admin import StatedAdmin


@admin.register(ReviewRound)
class ReviewRoundAdmin(StatedAdmin):
    list_display = ("__str__", "merchant_id", "provider_id", "state_shown", "verdict", "reason", "published_at", "decided_at")
    list_filter = ("state", "verdict", "reason")
    search_fields = ("merchant_text", "provider_text")
    search_help_text = gettext_lazy("Words of a review, or a party's name")
    ordering = ("-published_at", "-id")
    hidden = ("axes", "merchant_axes", "provider_axes")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        known = Review.objects.using("system").filter(kind=KIND).order_by("-id")
        desk = known.filter(subject_id=object_id).first() if object_id.isdecimal() else None
        if desk is None:  # says so, and leads back
            return super().change_view(request, object_id, form_url, extra_context)
        return redirect(review_url(desk))


@admin.register(Pulse)
class PulseAdmin(StaffAdmin):
    list_display = ("__str__", "merchant_id", "provider_id", "number", "mark", "asked_at", "answered_at", "counted_at", "reason")
    list_filter = ("reason", "mark")
    search_fields = ("order__title",)
    search_help_text = gettext_lazy("Title of the contract, or a party's name")
    ordering = ("-asked_at", "-id")
