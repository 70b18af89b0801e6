"""Merchants and shops for staff."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from marketplace.tenancy.staff import StaffAdmin
from merchants.models import MerchantProfile, Shop


@admin.register(MerchantProfile)
class MerchantProfileAdmin(StaffAdmin):
    list_display = ("merchant_id", "industry", "region", "size")
    list_filter = ("size",)
    search_fields = ("industry", "region")
    search_help_text = _("Name, industry or region")


@admin.register(Shop)
class ShopAdmin(StaffAdmin):
    list_display = ("name", "slug", "merchant_id", "platform", "currency", "timezone", "prices_include_tax")
    list_filter = ("platform", "currency")
    search_fields = ("slug", "name")
    search_help_text = _("Shop, or a merchant's name")
