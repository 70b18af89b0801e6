"""Presale reminders for staff: read-only."""

from django.contrib import admin

from aftersales.programs.presale_balance.models import Enrolment, Touch
from marketplace.tenancy.staff import StaffAdmin


@admin.register(Enrolment)
class EnrolmentAdmin(StaffAdmin):
    list_display = ("id", "merchant_id", "order", "arm", "state", "reason", "next_due_at", "changed_at")
    list_filter = ("state", "arm")
    search_fields = ("=merchant_id", "=order__external_ref")
    list_select_related = ("order",)


@admin.register(Touch)
class TouchAdmin(StaffAdmin):
    list_display = ("id", "merchant_id", "enrolment", "step", "channel", "due_at", "state", "reason", "sent_at")
    list_filter = ("state", "step", "channel", "reason")
    search_fields = ("=merchant_id", "=message_key")
    list_select_related = ("enrolment",)
