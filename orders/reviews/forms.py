"""The forms of a review and of its answer."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.reviews.axes import LABELS

MARKS = [
    ("", "—"),
    ("5", _("5 – excellent")),
    ("4", _("4 – good")),
    ("3", _("3 – fair")),
    ("2", _("2 – poor")),
    ("1", _("1 – bad")),
]


class ReviewForm(forms.Form):
    """A mark on every axis, and words."""

    def __init__(self, *args: Any, axes: Sequence[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.axes = axes
        for code in axes:
            self.fields[code] = forms.TypedChoiceField(label=LABELS[code], choices=MARKS, coerce=int)
        self.fields["text"] = forms.CharField(
            label=_("In words"), max_length=3000, widget=forms.Textarea,
            help_text=_("Say what went well and what did not. Others may read it; leave names and numbers out."),
        )  # fmt: skip

    @property
    def given(self) -> dict[str, int]:
        return {code: self.cleaned_data[code] for code in self.axes}


class AnswerForm(forms.Form):
    text = forms.CharField(label=_("Your answer"), max_length=3000, widget=forms.Textarea)
