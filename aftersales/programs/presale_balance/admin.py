"""Presale reminders for staff: read-only."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from aftersales.programs.presale_balance.models import Enrolment, Touch
from marketplace.tenancy.staff import StaffAdmin


@admin.register(Enrolment)
class EnrolmentAdmin(StaffAdmin):
    list_display = ("id", "merchant_id", "order", "arm", "state", "reason", "next_due_at", "changed_at")
    list_filter = ("state", "arm")
    search_fields = ("=order__external_ref",)
    search_help_text = _("Order number, or a merchant's name")
    ordering = ("-id",)
    list_select_related = ("order",)


@admin.register(Touch)
class TouchAdmin(StaffAdmin):
    list_display = ("id", "merchant_id", "enrolment", "step", "channel", "due_at", "state", "reason", "sent_at")
    list_filter = ("state", "step", "channel")
    search_fields = ("=message_key",)
    search_help_text = _("Key of the message, or a merchant's name")
    ordering = ("-id",)
    list_select_related = ("enrolment",)
