"""Fields and rows of the editor. Amounts are typed in major units and become exact minor units; shares are percentages."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from marketplace.kernel.money import BadAmount, format_major, parse_minor

CJK = re.compile(r"[\u3400-\u9fff]")
YES, NO = {"✓", "√", "yes", "y", "是", "有"}, {"", "-", "–", "—", "no", "n", "否", "无"}


class MinorField(forms.CharField):
    """An amount as text; cleans to minor units of `currency`, or None when it is left empty."""

    def __init__(self, **options: Any) -> None:
        self.currency = "CNY"
        options.setdefault("max_length", 24)
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**options)

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            amount = parse_minor(text, self.currency)
        except BadAmount as error:
            raise forms.ValidationError(_amount_words(error.reason, self.currency)) from error
        if amount < 0:
            raise forms.ValidationError(_("The amount cannot be negative."))
        return amount

    def prepare_value(self, value: Any) -> Any:
        return format_major(value, self.currency) if isinstance(value, int) else value


def _amount_words(reason: str, currency: str) -> str:
    if reason in ("too_many_decimals", "below_minor_unit"):
        return _("%(currency)s has fewer decimals than that.") % {"currency": currency}
    if reason == "too_large":
        return _("The amount is too large.")
    return _("Write the amount in plain digits, for example 6800 or 6800.50.")


class PercentField(MinorField):
    """A percentage with at most two decimals; cleans to 1/10,000: 3.5 → 350."""

    def clean(self, value: Any) -> int | None:
        try:
            found = super().clean(value)
        except forms.ValidationError as error:
            raise forms.ValidationError(_("Write a percentage with at most two decimals, for example 3.5.")) from error
        if found is not None and found > 10_000:
            raise forms.ValidationError(_("At most 100%."))
        return found


class CellField(forms.CharField):
    """A cell of the comparison: ✓, –, a number, or words (`中文 | English`)."""

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value)).strip()
        if text.lower() in YES:
            return True
        if text.lower() in NO:
            return False
        if text.isascii() and text.isdigit() and len(text) <= 9:
            return int(text)
        zh, bar, en = text.partition("|")
        if bar:
            return {"zh": zh.strip()[:40], "en": en.strip()[:60]}
        return {"zh": text[:40], "en": ""} if CJK.search(text) else {"zh": "", "en": text[:60]}

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, bool):
            return "✓" if value else "–"
        if isinstance(value, dict):
            return " | ".join(part for part in (value.get("zh", ""), value.get("en", "")) if part)
        return value


class PricedForm(forms.Form):
    """A form whose amounts are in one currency."""

    use_required_attribute = False

    def __init__(self, *args: Any, currency: str = "CNY", **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            if isinstance(field, MinorField) and not isinstance(field, PercentField):
                field.currency = currency


class RowForm(PricedForm):
    """One row of a list. An empty row is no row; `key` names a stored one and counts for nothing by itself."""

    key = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def has_changed(self) -> bool:
        return bool(set(self.changed_data) - {"key"})

    @property
    def shown(self) -> list[forms.BoundField]:
        return [bound for bound in self.visible_fields() if bound.name != "DELETE"]


class BaseRows(forms.BaseFormSet):  # type: ignore[type-arg]
    """Rows as they were typed: emptied ones are gone, whatever they were before."""

    def initial_form_count(self) -> int:
        return 0 if self.is_bound else super().initial_form_count()

    def rows(self) -> list[dict[str, Any]]:
        """The rows that say something, in order, each with its `slot`."""
        return [{**form.cleaned_data, "slot": n} for n, form in enumerate(self.forms) if form.has_changed()]


def rows_of(
    form: type[RowForm], prefix: str, *, stored: Sequence[dict[str, Any]], data: Any, spare: int = 1, slots: int = 0,
    limit: int, more: str = "", **form_options: Any,
) -> BaseRows:  # fmt: skip
    """A list of rows: what is stored with `spare` empty ones beneath, or a fixed number of `slots`.

    With `data` the rows as sent, and two more when `more` names this list.
    """
    total = slots or min(limit, len(stored) + spare)
    kind: Any = forms.formset_factory(
        form, formset=BaseRows, extra=max(0, total - len(stored)), max_num=limit, absolute_max=limit + 10
    )
    if data is not None and more == prefix:
        data = data.copy()
        sent = data.get(f"{prefix}-TOTAL_FORMS", "")
        data[f"{prefix}-TOTAL_FORMS"] = str(min(limit, (int(sent) if sent.isdecimal() and len(sent) < 4 else 0) + 2))
    found: BaseRows = kind(
        data, prefix=prefix, initial=(list(stored)[:limit] or None) if data is None else None, form_kwargs=form_options
    )
    return found
