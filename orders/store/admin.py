"""The order store for staff: to look, not to touch. Buyers' contacts and raw rows of files are never shown."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from marketplace.tenancy.staff import StaffAdmin
from orders.store.models import ImportBatch, PricePoint, Promotion, QuarantinedRow, RefundRequest, ShopOrder, Sku


@admin.register(ShopOrder)
class ShopOrderAdmin(StaffAdmin):
    list_display = ("external_ref", "merchant_id", "shop", "status", "captured_amount", "refunded_amount", "placed_at")
    list_filter = ("status", "currency", "placed_at")
    search_fields = ("=external_ref",)
    search_help_text = _("Order number, or a merchant's name")
    date_hierarchy = "placed_at"
    list_select_related = ("shop",)


@admin.register(Sku)
class SkuAdmin(StaffAdmin):
    list_display = ("code", "title", "merchant_id", "category", "is_flash", "is_clearance")
    list_filter = ("is_flash", "is_clearance")
    search_fields = ("=code", "title")
    search_help_text = _("Code, title, or a merchant's name")


@admin.register(PricePoint)
class PricePointAdmin(StaffAdmin):
    list_display = ("sku", "merchant_id", "amount", "valid_from", "valid_to", "source", "tier")
    list_display_links = ("sku",)
    list_filter = ("source", "currency")
    search_fields = ("=sku__code",)
    search_help_text = _("Code, or a merchant's name")
    list_select_related = ("sku",)


@admin.register(Promotion)
class PromotionAdmin(StaffAdmin):
    list_display = ("name", "merchant_id", "shop", "purchase_from", "purchase_to", "protected_until")
    list_filter = ("purchase_from",)
    search_fields = ("name",)
    search_help_text = _("Name, or a merchant's name")
    list_select_related = ("shop",)


@admin.register(RefundRequest)
class RefundRequestAdmin(StaffAdmin):
    list_display = ("external_ref", "line_no", "merchant_id", "sku", "quantity", "requested_at", "state")
    list_filter = ("state", "requested_at")
    search_fields = ("=external_ref",)
    search_help_text = _("Order number, or a merchant's name")
    list_select_related = ("sku",)


@admin.register(ImportBatch)
class ImportBatchAdmin(StaffAdmin):
    list_display = ("file_name", "merchant_id", "shop", "format", "state", "rows_read", "created_at", "created_by")
    list_filter = ("state", "format", "created_at")
    search_fields = ("file_name",)
    search_help_text = _("File name, or a merchant's name")
    date_hierarchy = "created_at"
    list_select_related = ("shop",)


@admin.register(QuarantinedRow)
class QuarantinedRowAdmin(StaffAdmin):
    list_display = ("row_no", "batch", "merchant_id", "reason", "detail")
    list_filter = ("reason",)
    search_fields = ("=order_ref",)
    search_help_text = _("Order number, or a merchant's name")
    list_select_related = ("batch",)
    hidden = ("raw",)
