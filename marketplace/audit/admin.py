"""What was done, for staff to read."""

from django.contrib import admin

from marketplace.audit.models import AuditEvent
from marketplace.tenancy.staff import StaffAdmin


@admin.register(AuditEvent)
class AuditEventAdmin(StaffAdmin):
    list_display = ("created_at", "action", "actor", "merchant_id")
    list_filter = ("action",)
    search_fields = ("actor", "=merchant_id")
    date_hierarchy = "created_at"
