"""The policy of refund retention as a form. Values are checked by the program's own rules, so form, API and CLI agree."""

import json
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from aftersales.programs.checks import BadPolicy
from aftersales.programs.refund_retention.rules import (
    DEFAULTS,
    INTENT_LABELS,
    NEVER,
    OFFER_BY_INTENT,
    OFFER_LABELS,
    OFFERS,
    Settings,
    validated,
)

BASIC = ("holdout_percent", "hold_minutes", "cap_percent", "money_offer_days", "settle_days", "channel", "is_automatic")


def _whole(label: Any, low: int, high: int, *, required: bool = True, hint: Any = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=low, max_value=high, required=required, help_text=hint)


class RetentionForm(forms.Form):
    holdout_percent = _whole(_("Control group (share of buyers, %)"), 0, 90, hint=_("What is owed is never held out."))
    hold_minutes = _whole(_("Hold at most (minutes)"), 0, 30)
    cap_percent = _whole(_("Offer at most (share of the line, %)"), 0, 100)
    money_offer_days = _whole(_("One money offer per buyer in (days)"), 1, 3650)
    settle_days = _whole(_("Final after (days)"), 1, 365)
    channel = forms.ChoiceField(
        label=_("Card by"), choices=[("email", _("E-mail")), ("sms", _("SMS")), ("in_app", _("In-app message"))]
    )
    is_automatic = forms.BooleanField(label=_("Answer every request by itself"), required=False)
    hold_percent = _whole(_("Hold at most (share of the platform's deadline, %)"), 0, 100)
    platform_deadline_hours = _whole(_("Platform's deadline where none is given (hours)"), 1, 1440)
    cap_amount = _whole(
        _("Offer at most"), 0, 10**12, required=False, hint=_("In minor units. Empty: 50 in the order's currency.")
    )
    return_logistics_amount = _whole(
        _("Return logistics saved"), 0, 10**12, required=False, hint=_("In minor units. Empty: 12 in the order's currency.")
    )
    serial_requests = _whole(
        _("No money after this many requests"), 1, 10_000, required=False, hint=_("Against farming of cards. Empty: no limit.")
    )
    serial_days = _whole(_("counted over (days)"), 1, 3650)
    undo_minutes = _whole(_("A tap can be undone for (minutes)"), 0, 30)
    min_probability_percent = _whole(_("Smallest probability of the model (%)"), 0, 100, hint=_("Below it the card is neutral."))
    reason_codes = forms.CharField(
        label=_("The platform's own reasons"), required=False, help_text=_("Pairs of code and intent, in braces.")
    )
    never_retain = forms.MultipleChoiceField(
        label=_("Never retain"),
        required=False,
        choices=[(name, label) for name, label in INTENT_LABELS.items() if name not in NEVER],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Besides safety, fake goods, minors, wrong parcels and sellers that cannot deliver."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for intent in OFFER_BY_INTENT:
            self.fields[f"offer_{intent}"] = forms.ChoiceField(
                label=INTENT_LABELS[intent], choices=[(name, OFFER_LABELS[name]) for name in OFFERS]
            )

    def clean_reason_codes(self) -> dict[str, Any]:
        text = self.cleaned_data["reason_codes"].strip() or "{}"
        try:
            found = json.loads(text)
        except ValueError as error:
            raise forms.ValidationError(_("Write pairs of code and intent, in braces.")) from error
        if not isinstance(found, dict):
            raise forms.ValidationError(_("Write pairs of code and intent, in braces."))
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            known = {name: value for name, value in cleaned.items() if name in DEFAULTS}
            known["offers"] = {intent: cleaned[f"offer_{intent}"] for intent in OFFER_BY_INTENT}
            try:
                cleaned["settings"] = validated(known)
            except BadPolicy as error:
                raise forms.ValidationError(str(error)) from error
        return cleaned

    @classmethod
    def showing(cls, settings: Settings, *, automatic: bool) -> "RetentionForm":
        """A form filled with a policy's values."""
        initial = {
            **settings,
            "is_automatic": automatic,
            "reason_codes": json.dumps(settings["reason_codes"], ensure_ascii=False),
        }
        return cls(initial=initial | {f"offer_{intent}": offer for intent, offer in settings["offers"].items()})

    @property
    def basic_fields(self) -> list[BoundField]:
        return [self[name] for name in BASIC]

    @property
    def advanced_fields(self) -> list[BoundField]:
        return [self[name] for name in self.fields if name not in BASIC and not name.startswith("offer_")]

    @property
    def offer_fields(self) -> list[BoundField]:
        return [self[f"offer_{intent}"] for intent in OFFER_BY_INTENT]
