"""Budgets and settings as forms. Amounts are typed in major units of the currency, as people say them."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from aftersales.guards.models import GuardSettings, Level
from aftersales.guards.queries import DEFAULTS
from marketplace.kernel.money import BadAmount, is_currency, parse_minor
from marketplace.ui.labels import PROGRAMS

PROGRAM_CHOICES = [("", _("(only for an hourly limit)")), *((name, label) for name, label in PROGRAMS.items() if name)]


class BudgetForm(forms.Form):
    level = forms.ChoiceField(label=_("Limits what is spent"), choices=Level)
    program = forms.ChoiceField(label=_("Program"), choices=PROGRAM_CHOICES, required=False)
    currency = forms.CharField(label=_("Currency"), min_length=3, max_length=3)
    limit = forms.CharField(
        label=_("Limit (major units)"), required=False, max_length=24, help_text=_("For example 1000.00. Empty: no limit.")
    )
    alert_percent = forms.IntegerField(label=_("Alert at (percent)"), min_value=1, max_value=100, initial=80)

    def clean_currency(self) -> str:
        found = str(self.cleaned_data["currency"]).strip().upper()
        if not is_currency(found):
            raise forms.ValidationError(_("Three letters, such as CNY."))
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        text, currency = str(cleaned.get("limit", "")).strip(), cleaned.get("currency")
        try:
            cleaned["minor"] = parse_minor(text, currency) if text and currency else None
        except BadAmount:
            self.add_error("limit", _("An amount with at most as many decimals as the currency has."))
        if cleaned.get("level") == Level.PROGRAM_HOUR and not cleaned.get("program"):
            self.add_error("program", _("Choose the program that this limit is for."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """What the operation takes: the limit in minor units."""
        data = self.cleaned_data
        return {
            "level": data["level"],
            "program": data["program"],
            "currency": data["currency"],
            "limit": data["minor"],
            "alert_percent": data["alert_percent"],
        }


class SettingsForm(forms.Form):
    payout_limit = forms.IntegerField(
        label=_("A single payout waits above (major units)"),
        min_value=0,
        max_value=10**9,
        help_text=_("A second person approves it."),
    )
    batch_limit = forms.IntegerField(
        label=_("A run waits above (major units)"),
        min_value=0,
        max_value=10**12,
        help_text=_("What one run would pay in a currency."),
    )
    currency_limits = forms.CharField(
        label=_("Other limits for a currency"), required=False, max_length=2_000,
        help_text=_('For example {"JPY": {"payout": 80000, "batch": 1500000}}.'),
    )  # fmt: skip
    approval_days = forms.IntegerField(label=_("Requests expire after (days)"), min_value=1, max_value=90)
    breaker_percent = forms.IntegerField(
        label=_("The breaker opens at (percent of the median)"), min_value=100, max_value=10_000,
        help_text=_("300: three times what is usually paid in a window."),
    )  # fmt: skip
    breaker_hours = forms.IntegerField(label=_("A window (hours)"), min_value=1, max_value=168)
    breaker_windows = forms.IntegerField(label=_("Windows looked back at"), min_value=1, max_value=60)
    breaker_min_windows = forms.IntegerField(
        label=_("Windows with payouts needed"), min_value=1, max_value=60, help_text=_("With fewer the breaker stays closed.")
    )
    may_decide_alone = forms.BooleanField(
        label=_("One person may approve alone"), required=False, help_text=_("For a company of one person. It is recorded.")
    )

    def clean_currency_limits(self) -> dict[str, dict[str, int]]:
        text = self.cleaned_data["currency_limits"].strip() or "{}"
        wrong = forms.ValidationError(_('Write it like {"JPY": {"payout": 80000, "batch": 1500000}}.'))
        try:
            found = json.loads(text)
        except ValueError as error:
            raise wrong from error
        if not isinstance(found, dict) or not all(is_currency(key) and _is_limits(value) for key, value in found.items()):
            raise wrong
        return found

    def values(self) -> dict[str, Any]:
        """What the operation takes."""
        return {name: self.cleaned_data[name] for name in DEFAULTS}

    @classmethod
    def showing(cls, settings: GuardSettings) -> "SettingsForm":
        """A form filled with what is in force."""
        initial = {name: getattr(settings, name) for name in DEFAULTS}
        return cls(initial={**initial, "currency_limits": json.dumps(settings.currency_limits)})


def _is_limits(value: Any) -> bool:
    return isinstance(value, dict) and all(
        kind in ("payout", "batch") and type(amount) is int and 0 <= amount <= 10**12 for kind, amount in value.items()
    )
