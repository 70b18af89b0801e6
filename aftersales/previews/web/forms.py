"""What to replay: which days of which shop, under which policy."""

import json
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.models import ProgramPolicy
from aftersales.programs.checks import BadPolicy
from aftersales.programs.registry import program_named
from merchants.models import Shop

DAYS = 90


class ForecastForm(forms.Form):
    """The window, the policy (one in force, saved or preset, with single changes) and the margin to weigh the cost with."""

    shop = forms.ModelChoiceField(queryset=Shop.objects.none(), label=gettext_lazy("Shop"), empty_label=None)
    since = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    until = forms.DateField(
        label=gettext_lazy("Until (included)"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    policy = forms.ChoiceField(label=gettext_lazy("Policy"))
    changes = forms.CharField(
        label=gettext_lazy("Changes to it"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One a line, for example window_days=15."),
    )
    margin_percent = forms.IntegerField(
        label=gettext_lazy("Margin (%)"),
        min_value=1,
        max_value=100,
        initial=30,
        help_text=gettext_lazy("What is left of a sale, to weigh the cost with. Your assumption."),
    )

    def __init__(self, *args: Any, program: str, shops: Any, policies: list[ProgramPolicy], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._program, self._policies = program_named(program), {str(one.version): one for one in policies}
        self.fields["shop"].queryset = shops  # type: ignore[attr-defined]
        self.fields["policy"].choices = self._choices()  # type: ignore[attr-defined]
        self.fields["since"].initial, self.fields["until"].initial = today - timedelta(days=DAYS), today - timedelta(days=1)

    def _choices(self) -> list[tuple[str, str]]:
        saved = [(version, self._name(one)) for version, one in self._policies.items()]
        presets = [(f"preset:{name}", _("Preset %(name)s") % {"name": name}) for name in self._program.presets]
        return [*saved, ("defaults", _("Defaults")), *presets]

    def _name(self, one: ProgramPolicy) -> str:
        in_force = one.valid_to is None
        text = _("Version %(n)s (in force)") if in_force else _("Version %(n)s")
        return text % {"n": one.version}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            cleaned["settings"] = self._program.validated({**self._base(cleaned["policy"]), **_changes(cleaned["changes"])})
        except BadPolicy as error:
            self.add_error("changes", str(error))
        if cleaned["until"] < cleaned["since"]:
            self.add_error("until", _("The window ends before it begins."))
        return cleaned

    def _base(self, chosen: str) -> dict[str, Any]:
        if chosen.startswith("preset:"):
            return dict(self._program.presets[chosen.removeprefix("preset:")])
        return dict(self._policies[chosen].settings) if chosen in self._policies else {}


def _changes(text: str) -> dict[str, Any]:
    found = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, equals, value = line.partition("=")
        if not equals:
            raise BadPolicy(_("Write changes as name=value, not %(line)s.") % {"line": line[:60]})
        try:
            found[name.strip()] = json.loads(value)
        except ValueError:
            found[name.strip()] = value.strip()
    return found
