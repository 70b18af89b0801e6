"""What the provider hands in, and what the merchant objects to."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.shifts.files import MOST_BYTES, BadFile


class HandInForm(forms.Form):
    week = forms.TypedChoiceField(label=_("Week"), coerce=date.fromisoformat)
    roster = forms.FileField(
        label=pgettext_lazy("shifts", "Roster"), widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )  # fmt: skip
    events = forms.FileField(
        label=_("Ticket events"), widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        help_text=_("Only the columns named below are read, and the events are not kept."),
    )  # fmt: skip

    def __init__(self, data: Any = None, files: Any = None, *, weeks: Sequence[date]) -> None:
        super().__init__(data, files)
        self.fields["week"].choices = [(week.isoformat(), _span(week)) for week in weeks]  # type: ignore[attr-defined]

    def contents(self) -> tuple[bytes, bytes]:
        """Both files, after `is_valid()`. Raises BadFile for one that is too large to be read."""
        found = []
        for name in ("roster", "events"):
            file = self.cleaned_data[name]
            if file.size > MOST_BYTES:
                raise BadFile(_("The file is larger than 5 MB. Split it by weeks."))
            found.append(file.read())
        return found[0], found[1]


def _span(week: date) -> str:
    """Digits and a dash: the same in every language."""
    return f"{week.isoformat()} – {(week + timedelta(days=6)).isoformat()}"
