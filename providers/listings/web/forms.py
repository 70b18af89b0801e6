"""The simpler sections of the editor: title and category, description, fit."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from providers.catalogue.models import Category, CategoryAttribute
from providers.catalogue.queries import attributes_of, tree
from providers.listings.models import ListingVersion
from providers.listings.sections import VOCABULARIES

WIDE = forms.Textarea(attrs={"rows": 3})
OPTIONS = {"class": "options"}


def category_choices() -> list[Any]:
    """Sub-categories under their category, in the reader's language."""
    return [(branch.category.name, [(child.pk, child.name) for child in branch.children]) for branch in tree()]


class CategoryForm(forms.Form):
    """What a new listing begins with."""

    category = forms.TypedChoiceField(label=_("Category"), coerce=int)
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=60, required=False)
    title_en = forms.CharField(label=_("Title in English"), max_length=120, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["category"].choices = [("", _("Choose …")), *category_choices()]  # type: ignore[attr-defined]

    def clean_category(self) -> Category:
        return Category.objects.select_related("parent").get(pk=self.cleaned_data["category"])


class BasicsForm(CategoryForm):
    summary_zh = forms.CharField(
        label=_("Summary in Chinese"), max_length=160, required=False, widget=WIDE,
        help_text=_("One sentence: what merchants get."),
    )  # fmt: skip
    summary_en = forms.CharField(label=_("Summary in English"), max_length=320, required=False, widget=WIDE)
    field_order = ("category", "title_zh", "title_en", "summary_zh", "summary_en")

    def __init__(self, version: ListingVersion, data: Any = None, more: str = "") -> None:
        names = ("title_zh", "title_en", "summary_zh", "summary_en")
        super().__init__(data, initial={"category": version.category_id, **{name: getattr(version, name) for name in names}})

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class TextForm(forms.Form):
    body_zh = forms.CharField(
        label=_("Description in Chinese"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"class": "long tall"})
    )
    body_en = forms.CharField(
        label=_("Description in English"), required=False, max_length=40_000, widget=forms.Textarea(attrs={"class": "long tall"})
    )

    def __init__(self, version: ListingVersion, data: Any = None, more: str = "") -> None:
        super().__init__(data, initial={"body_zh": version.body_zh, "body_en": version.body_en})

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class FitForm(forms.Form):
    """Platforms, industries, belts, languages, and what the category asks."""

    platforms = forms.MultipleChoiceField(
        label=_("Platforms"), required=False, widget=forms.CheckboxSelectMultiple(attrs=OPTIONS),
        help_text=_("None: any platform."),
    )  # fmt: skip
    industries = forms.MultipleChoiceField(
        label=_("Industries"), required=False, widget=forms.CheckboxSelectMultiple(attrs=OPTIONS),
        help_text=_("None: any industry."),
    )  # fmt: skip
    belts = forms.MultipleChoiceField(
        label=_("Industrial belts"), required=False, widget=forms.CheckboxSelectMultiple(attrs=OPTIONS),
        help_text=_("Where you know the factories and can be on site."),
    )  # fmt: skip
    languages = forms.MultipleChoiceField(
        label=_("Languages"), required=False, widget=forms.CheckboxSelectMultiple(attrs=OPTIONS)
    )

    def __init__(self, version: ListingVersion, data: Any = None, more: str = "") -> None:
        self.asked = attributes_of(version.category)
        stored = {f"a_{key}": value for key, value in version.attributes.items()}
        super().__init__(data, initial={name: getattr(version, name) for name in VOCABULARIES} | stored)
        for name, vocabulary in VOCABULARIES.items():
            self.fields[name].choices = vocabulary.choices()  # type: ignore[attr-defined]
        for attribute in self.asked:
            self.fields[f"a_{attribute.key}"] = attribute_field(attribute)

    @property
    def questions(self) -> list[forms.BoundField]:
        """What the category asks."""
        return [self[f"a_{attribute.key}"] for attribute in self.asked]

    @property
    def reach(self) -> list[forms.BoundField]:
        return [self[name] for name in ("languages", "platforms", "industries", "belts")]

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        found = {attribute.key: data[f"a_{attribute.key}"] for attribute in self.asked}
        return {**{name: data[name] for name in VOCABULARIES}, "attributes": found}


def attribute_field(attribute: CategoryAttribute) -> forms.Field:
    """The field of an attribute; drafts may leave it empty, handing in may not."""
    choices = [(choice, attribute.choice_label(choice)) for choice in (item["code"] for item in attribute.choices)]
    label = f"{attribute.name} *" if attribute.required else attribute.name
    common: dict[str, Any] = {"label": label, "required": False}
    if attribute.kind == "multi":
        return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple(attrs=OPTIONS), **common)
    if attribute.kind == "choice":
        return forms.ChoiceField(choices=[("", "–"), *choices], **common)
    if attribute.kind == "number":
        return forms.IntegerField(min_value=0, max_value=10**9, help_text=attribute.unit, **common)
    answers = [("", "–"), ("true", _("Yes")), ("false", _("No"))]
    return forms.TypedChoiceField(choices=answers, coerce=lambda value: value == "true", empty_value=None, **common)
