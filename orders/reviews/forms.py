"""The forms of a review, of its answer, and of a month's mark."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.reviews.axes import LABELS

MARKS = [(n, str(n)) for n in range(1, 6)]


def _mark(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=MARKS,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a mark from 1 to 5.")},
    )


class ReviewForm(forms.Form):
    """A mark on every axis, and words."""

    def __init__(self, *args: Any, axes: Sequence[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.axes = axes
        for code in axes:
            self.fields[code] = _mark(LABELS[code])
        self.fields["text"] = forms.CharField(
            label=_("In words"), max_length=3000, widget=forms.Textarea,
            help_text=_("Say what went well and what did not. Others may read it; leave names and numbers out."),
        )  # fmt: skip

    @property
    def given(self) -> dict[str, int]:
        return {code: self.cleaned_data[code] for code in self.axes}


class AnswerForm(forms.Form):
    text = forms.CharField(label=_("Your answer"), max_length=3000, widget=forms.Textarea)


class MonthForm(forms.Form):
    mark = _mark(_("How was this month?"))
