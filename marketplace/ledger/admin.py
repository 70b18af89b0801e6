"""The ledger for staff: read-only, as for everybody."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from marketplace.ledger.models import LedgerAccount, LedgerEntry, LedgerTransfer
from marketplace.tenancy.staff import StaffAdmin


@admin.register(LedgerAccount)
class LedgerAccountAdmin(StaffAdmin):
    list_display = ("code", "merchant_id", "currency", "balance")
    list_filter = ("code", "currency")
    search_fields = ("code",)
    search_help_text = _("Account, or an organization's name")


@admin.register(LedgerTransfer)
class LedgerTransferAdmin(StaffAdmin):
    list_display = ("key", "merchant_id", "kind", "amount", "occurred_at")
    list_filter = ("kind", "currency", "occurred_at")
    search_fields = ("=key",)
    search_help_text = _("Reference, or an organization's name")
    date_hierarchy = "occurred_at"
    ordering = ("-occurred_at", "-id")


@admin.register(LedgerEntry)
class LedgerEntryAdmin(StaffAdmin):
    list_display = ("id", "merchant_id", "transfer", "account", "amount")
    list_filter = ("currency",)
    search_fields = ("=transfer__key",)
    search_help_text = _("Reference of the transfer, or an organization's name")
    list_select_related = ("transfer", "account")
