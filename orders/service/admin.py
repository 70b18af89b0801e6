"""Contracts for staff: to look, not to touch. What was said and delivered is opened in a dispute, not here."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from marketplace.tenancy.staff import StaffAdmin, money
from orders.service.models import ServiceOrder, Timer


@admin.register(ServiceOrder)
class ServiceOrderAdmin(StaffAdmin):
    list_display = ("number", "title", "merchant_id", "provider_id", "state", money("total_minor"), "next_actor", "next_due_at")
    list_filter = ("state", "model", "next_actor", "currency")
    search_fields = ("=number", "title")
    search_help_text = _("Contract number, title, or a merchant's name")
    date_hierarchy = "created_at"


@admin.register(Timer)
class TimerAdmin(StaffAdmin):
    """Timers that failed are what to look for: an act on their order starts them anew."""

    list_display = ("kind", "order", "merchant_id", "due_at", "state", "attempts", "error")
    list_filter = ("state", "kind")
    list_select_related = ("order",)
