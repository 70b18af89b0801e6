"""What staff keep themselves: reasons, free days, and what passes by rule."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from marketplace.tenancy.staff import StaffTable
from providers.moderation.kinds import kinds, label_of
from providers.moderation.models import AutoApproval, Holiday, ReasonTemplate

#: Kinds of reasons that are no kinds of reviews.
OTHERS = {"reported": _("What people report"), "penalty": _("Violations")}


def kind_choices() -> list[tuple[str, Any]]:
    """Kinds of reviews, and what else has reasons."""
    return [*((kind.name, kind.label) for kind in kinds()), *OTHERS.items()]


def kind_label(name: str) -> str:
    """A kind of reasons in words."""
    return str(OTHERS.get(name) or label_of(name))


class ByReasonKind(admin.SimpleListFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return kind_choices()

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class ReasonForm(forms.ModelForm):
    kind = forms.ChoiceField(label=_("kind"), choices=kind_choices)

    class Meta:
        model = ReasonTemplate
        fields = (
            "kind", "code", "label_zh", "label_en", "text_zh", "text_en", "points", "position", "is_active",
        )  # fmt: skip
        widgets = {"text_zh": forms.Textarea(attrs={"rows": 3}), "text_en": forms.Textarea(attrs={"rows": 3})}


@admin.register(ReasonTemplate)
class ReasonTemplateAdmin(StaffTable):
    """Never deleted: old decisions name them. Taken out of use instead."""

    form = ReasonForm
    list_display = ("label", "kind_in_words", "text", "points", "position", "is_active")
    list_filter = (ByReasonKind, "is_active")
    search_fields = ("code", "label_zh", "label_en", "text_zh", "text_en")
    search_help_text = _("Label or text, in either language")

    @admin.display(description=_("kind"), ordering="kind")
    def kind_in_words(self, row: ReasonTemplate) -> str:
        return kind_label(row.kind)

    @admin.display(description=_("label"), ordering="label_zh")
    def label(self, row: ReasonTemplate) -> str:
        return row.label

    @admin.display(description=_("what the provider reads"))
    def text(self, row: ReasonTemplate) -> str:
        return row.text

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("kind_in_words", *ReasonForm.Meta.fields[1:]) if obj else ReasonForm.Meta.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("kind_in_words", "code") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Holiday)
class HolidayAdmin(StaffTable):
    list_display = ("date", "name", "is_working_day")
    list_filter = ("is_working_day",)
    search_fields = ("name",)
    date_hierarchy = "date"


class RuleForm(forms.ModelForm):
    kind = forms.ChoiceField(label=_("kind"), choices=lambda: [(kind.name, kind.label) for kind in kinds()])

    class Meta:
        model = AutoApproval
        fields = ("kind", "is_active", "sample_percent")


@admin.register(AutoApproval)
class AutoApprovalAdmin(StaffTable):
    form = RuleForm
    list_display = ("kind_in_words", "is_active", "sample_percent")
    list_filter = ("is_active",)

    @admin.display(description=_("kind"), ordering="kind")
    def kind_in_words(self, row: AutoApproval) -> str:
        return str(label_of(row.kind))
