"""Programs for staff: read-only on everything that decided or moved money."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from aftersales.models import Claim, Payout, ProgramPolicy, ProgramRun
from marketplace.tenancy.staff import StaffAdmin


@admin.register(ProgramPolicy)
class ProgramPolicyAdmin(StaffAdmin):
    list_display = ("version", "program", "merchant_id", "is_automatic", "valid_from", "valid_to", "created_by")
    list_filter = ("program", "is_automatic")
    search_fields = ("program",)
    search_help_text = _("Program, or a merchant's name")
    ordering = ("-id",)


@admin.register(ProgramRun)
class ProgramRunAdmin(StaffAdmin):
    list_display = ("id", "program", "merchant_id", "as_of", "dry_run", "state", "started_at", "finished_at", "created_by")
    list_filter = ("program", "state", "dry_run", "started_at")
    search_fields = ("=id",)
    search_help_text = _("Number of the run, or a merchant's name")
    date_hierarchy = "started_at"
    ordering = ("-id",)


@admin.register(Claim)
class ClaimAdmin(StaffAdmin):
    list_display = ("id", "merchant_id", "program", "order", "state", "reason", "amount", "created_at")
    list_filter = ("program", "state", "created_at")
    search_fields = ("=order__external_ref",)
    search_help_text = _("Order number, or a merchant's name")
    date_hierarchy = "created_at"
    list_select_related = ("order",)
    ordering = ("-id",)


@admin.register(Payout)
class PayoutAdmin(StaffAdmin):
    list_display = ("request_id", "merchant_id", "state", "amount", "attempts", "created_at", "settled_at")
    list_filter = ("state", "currency", "created_at")
    search_fields = ("=request_id",)
    search_help_text = _("Request, or a merchant's name")
    date_hierarchy = "created_at"
    ordering = ("-id",)
