"""Programs for staff: read-only on everything that decided or moved money."""

from django.contrib import admin

from aftersales.models import Claim, Payout, ProgramPolicy, ProgramRun
from marketplace.tenancy.staff import StaffAdmin, money


@admin.register(ProgramPolicy)
class ProgramPolicyAdmin(StaffAdmin):
    list_display = ("program", "version", "merchant_id", "is_automatic", "valid_from", "valid_to", "created_by")
    list_filter = ("program", "is_automatic")
    search_fields = ("=merchant_id",)


@admin.register(ProgramRun)
class ProgramRunAdmin(StaffAdmin):
    list_display = ("program", "merchant_id", "as_of", "dry_run", "state", "started_at", "finished_at", "created_by")
    list_filter = ("program", "state", "dry_run")
    search_fields = ("=merchant_id",)


@admin.register(Claim)
class ClaimAdmin(StaffAdmin):
    list_display = ("id", "merchant_id", "program", "order", "state", "reason", money("amount"), "created_at")
    list_filter = ("program", "state", "reason")
    search_fields = ("=merchant_id", "=order__external_ref")
    list_select_related = ("order",)


@admin.register(Payout)
class PayoutAdmin(StaffAdmin):
    list_display = ("request_id", "merchant_id", "state", money("amount"), "attempts", "created_at", "settled_at")
    list_filter = ("state", "currency")
    search_fields = ("=request_id", "=merchant_id")
