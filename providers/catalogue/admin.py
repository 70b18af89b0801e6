"""Staff keep the catalogue: categories, what they ask, what they cost to enter."""

from django.contrib import admin

from providers.catalogue.models import Category, CategoryAttribute


class AttributeInline(admin.TabularInline):  # type: ignore[type-arg]
    model = CategoryAttribute
    extra = 0
    fields = ("position", "key", "name_zh", "name_en", "kind", "choices", "unit_zh", "unit_en", "required", "facet")


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name_zh", "name_en", "parent", "risk", "auto_accept_days", "is_active")
    list_filter = ("is_active", "risk", ("parent", admin.RelatedOnlyFieldListFilter))
    search_fields = ("name_zh", "name_en", "slug")
    list_select_related = ("parent",)
    prepopulated_fields = {"slug": ("name_en",)}
    inlines = (AttributeInline,)
