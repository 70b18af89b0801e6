"""The order store for staff: to look, not to touch. Buyers' contacts are never shown."""

from django.contrib import admin

from marketplace.tenancy.staff import StaffAdmin, money
from orders.store.models import ImportBatch, PricePoint, Promotion, QuarantinedRow, RefundRequest, ShopOrder, Sku


@admin.register(ShopOrder)
class ShopOrderAdmin(StaffAdmin):
    list_display = (
        "external_ref",
        "merchant_id",
        "shop",
        "status",
        "currency",
        money("captured_amount"),
        money("refunded_amount"),
        "placed_at",
    )
    list_filter = ("status", "currency")
    search_fields = ("=external_ref", "=merchant_id")
    list_select_related = ("shop",)


@admin.register(Sku)
class SkuAdmin(StaffAdmin):
    list_display = ("code", "title", "merchant_id", "category", "is_flash", "is_clearance")
    search_fields = ("=code", "=merchant_id")


@admin.register(PricePoint)
class PricePointAdmin(StaffAdmin):
    list_display = ("sku", "merchant_id", money("amount"), "valid_from", "valid_to", "source", "tier")
    list_filter = ("source", "currency")
    search_fields = ("=sku__code", "=merchant_id")
    list_select_related = ("sku",)


@admin.register(Promotion)
class PromotionAdmin(StaffAdmin):
    list_display = ("name", "merchant_id", "shop", "purchase_from", "purchase_to", "protected_until")
    list_select_related = ("shop",)


@admin.register(RefundRequest)
class RefundRequestAdmin(StaffAdmin):
    list_display = ("external_ref", "line_no", "merchant_id", "sku", "quantity", "requested_at", "state")
    list_filter = ("state",)
    search_fields = ("=external_ref", "=merchant_id")
    list_select_related = ("sku",)


@admin.register(ImportBatch)
class ImportBatchAdmin(StaffAdmin):
    list_display = ("file_name", "merchant_id", "shop", "format", "state", "rows_read", "created_at", "created_by")
    list_filter = ("state", "format")
    search_fields = ("file_name", "=merchant_id")
    list_select_related = ("shop",)


@admin.register(QuarantinedRow)
class QuarantinedRowAdmin(StaffAdmin):
    list_display = ("batch", "merchant_id", "row_no", "reason", "detail")
    list_filter = ("reason",)
    search_fields = ("=merchant_id",)
    list_select_related = ("batch",)
