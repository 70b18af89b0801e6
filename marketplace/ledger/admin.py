"""The ledger for staff: read-only, as for everybody."""

from django.contrib import admin

from marketplace.ledger.models import LedgerAccount, LedgerEntry, LedgerTransfer
from marketplace.tenancy.staff import StaffAdmin, money


@admin.register(LedgerAccount)
class LedgerAccountAdmin(StaffAdmin):
    list_display = ("merchant_id", "code", "currency", money("balance"))
    list_filter = ("code", "currency")
    search_fields = ("=merchant_id",)


@admin.register(LedgerTransfer)
class LedgerTransferAdmin(StaffAdmin):
    list_display = ("occurred_at", "merchant_id", "kind", "key", money("amount"))
    list_filter = ("kind", "currency")
    search_fields = ("=key", "=merchant_id")


@admin.register(LedgerEntry)
class LedgerEntryAdmin(StaffAdmin):
    list_display = ("id", "merchant_id", "transfer", "account", money("amount"))
    list_filter = ("currency",)
    search_fields = ("=merchant_id", "=transfer__key")
    list_select_related = ("transfer", "account")
