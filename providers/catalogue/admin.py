"""Staff keep the catalogue: categories, what they ask, what they cost to enter. Amounts in yuan, lists as lines or ticks."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from marketplace.kernel.money import BadAmount, format_major, parse_minor
from marketplace.ui import formats
from providers.catalogue.lists import DOCUMENTS
from providers.catalogue.models import Category, CategoryAttribute

CURRENCY = "CNY"


class YuanField(forms.CharField):
    """An amount as people write it, kept in fen."""

    def prepare_value(self, value: Any) -> Any:
        return format_major(value, CURRENCY) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        try:
            return parse_minor((value or "0").replace(",", ""), CURRENCY)
        except BadAmount as error:
            raise ValidationError(_("Write an amount such as 20000 or 20000.50.")) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class ChoicesField(forms.CharField):
    """The choices of an attribute, one a line: code | Chinese | English."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return "\n".join(f"{row['code']} | {row['zh']} | {row['en']}" for row in value)
        return value

    def to_python(self, value: Any) -> Any:
        return [self._choice(line) for line in (value or "").splitlines() if line.strip()]

    def _choice(self, line: str) -> dict[str, str]:
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != 3 or not all(parts):
            raise ValidationError(
                _("Write each choice as “code | Chinese | English”. This line is different: %(line)s"), params={"line": line}
            )
        return dict(zip(("code", "zh", "en"), parts, strict=True))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class AttributeForm(forms.ModelForm):
    choices = ChoicesField(
        label=_("choices"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 34}),
        help_text=_("One a line: code | Chinese | English"),
    )

    class Meta:
        model = CategoryAttribute
        fields = ("position", "key", "name_zh", "name_en", "kind", "choices", "unit_zh", "unit_en", "required", "facet")


class AttributeInline(admin.StackedInline):  # type: ignore[type-arg]
    model = CategoryAttribute
    form = AttributeForm
    extra = 0
    fields = (
        ("name_zh", "name_en"),
        ("key", "kind", "position"),
        "choices",
        ("unit_zh", "unit_en"),
        ("required", "facet"),
    )


class CategoryForm(forms.ModelForm):
    deposit_minor = YuanField(label=_("deposit (yuan)"))
    required_documents = forms.MultipleChoiceField(
        label=_("documents"),
        required=False,
        choices=lambda: [(each.code, each.name) for each in DOCUMENTS],
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Category
        fields = (
            "parent", "name_zh", "name_en", "slug", "text_zh", "text_en", "icon", "position", "risk", "deposit_minor",
            "required_documents", "auto_accept_days", "is_active",
        )  # fmt: skip
        widgets = {"text_zh": forms.Textarea(attrs={"rows": 2}), "text_en": forms.Textarea(attrs={"rows": 2})}


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = CategoryForm
    list_display = ("in_words", "parent", "risk", "deposit", "auto_accept_days", "is_active")
    list_filter = ("is_active", "risk", ("parent", admin.RelatedOnlyFieldListFilter))
    search_fields = ("name_zh", "name_en", "slug")
    search_help_text = _("Name in either language, or slug")
    list_select_related = ("parent",)
    prepopulated_fields = {"slug": ("name_en",)}
    inlines = (AttributeInline,)

    @admin.display(description=_("category"), ordering="name_zh")
    def in_words(self, row: Category) -> str:
        return row.name

    @admin.display(description=_("deposit"), ordering="deposit_minor")
    def deposit(self, row: Category) -> str:
        return formats.money(row.deposit_minor, CURRENCY)
