"""The policy as a form. Values are checked by the program's own rules, so form, API and CLI agree."""

from itertools import permutations
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _

from aftersales.programs.checks import BadPolicy
from aftersales.programs.presale_balance.rules import CHANNELS, DEFAULTS, STEPS, validated
from marketplace.outbox.models import Channel
from marketplace.ui.kit import Text

BASIC = ("t1_after_minutes", "t1_channels", "t2_percent", "t2_channels", "t3_before_minutes", "t3_channels", "is_automatic")


def _in_order(channels: tuple[str, ...]) -> Text:
    """E-mail → SMS: the first channel on which the buyer can be reached is used."""
    return lazystr(_LabelOfChannels(channels))


class _LabelOfChannels:
    def __init__(self, channels: tuple[str, ...]) -> None:
        self.channels = channels

    def __str__(self) -> str:
        return " → ".join(str(Channel(channel).label) for channel in self.channels)


ORDERS = [(",".join(order), _in_order(order)) for size in range(1, len(CHANNELS) + 1) for order in permutations(CHANNELS, size)]


def _channels(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=ORDERS, help_text=_("The first one on which the buyer can be reached."))


class PolicyForm(forms.Form):
    t1_after_minutes = forms.IntegerField(
        label=_("First reminder: minutes after opening"), required=False, min_value=0, help_text=_("Empty: no such reminder.")
    )
    t1_channels = _channels(_("First reminder by"))
    t2_percent = forms.IntegerField(
        label=_("Second reminder: percent of the window"),
        required=False,
        min_value=1,
        max_value=99,
        help_text=_("Empty: no such reminder."),
    )
    t2_channels = _channels(_("Second reminder by"))
    t3_before_minutes = forms.IntegerField(
        label=_("Last reminder: minutes before closing"), required=False, min_value=1, help_text=_("Empty: no such reminder.")
    )
    t3_channels = _channels(_("Last reminder by"))
    is_automatic = forms.BooleanField(label=_("Remind by itself, every few minutes"), required=False)
    max_touches = forms.IntegerField(label=_("Reminders per buyer and presale"), min_value=1, max_value=3)
    min_gap_minutes = forms.IntegerField(
        label=_("Smallest gap (minutes)"), min_value=1, help_text=_("Of two reminders closer than this the later is sent.")
    )
    quiet_from = forms.CharField(label=_("Quiet hours from"), widget=forms.TimeInput(attrs={"type": "time"}))
    quiet_to = forms.CharField(label=_("Quiet hours until"), widget=forms.TimeInput(attrs={"type": "time"}))
    quiet_channels = forms.MultipleChoiceField(
        label=_("Quiet hours apply to"),
        required=False,
        choices=[(channel, Channel(channel).label) for channel in CHANNELS],
        widget=forms.CheckboxSelectMultiple,
    )
    max_late_minutes = forms.IntegerField(
        label=_("Drop reminders later than (minutes)"), min_value=1, help_text=_("After an outage nothing old is sent.")
    )
    plan_ahead_minutes = forms.IntegerField(label=_("Plan ahead (minutes)"), min_value=0, max_value=60)
    holdout_percent = forms.IntegerField(
        label=_("Control group (%)"),
        required=False,
        min_value=0,
        max_value=90,
        help_text=_("Buyers who are not reminded, to see what reminding is worth. Empty: 20, above 20,000 orders 10."),
    )
    price_drop = forms.ChoiceField(
        label=_("When the price is below the presale price"),
        choices=[("hand_over", _("Do not remind: price protection")), ("ignore", _("Remind all the same"))],
    )
    out_of_stock = forms.ChoiceField(
        label=_("When it is out of stock"),
        choices=[("stop", _("Do not remind; alert us")), ("ignore", _("Remind all the same"))],
    )
    success_days = forms.IntegerField(
        label=_("A success after (days)"),
        min_value=0,
        max_value=365,
        help_text=_("A balance refunded in full before does not count."),
    )
    forfeit_cap_percent = forms.IntegerField(
        label=_("Most of a deposit that is kept (percent of the price)"),
        min_value=0,
        max_value=100,
        help_text=_("The rest of a larger deposit goes back to the buyer."),
    )
    cost_per_email = forms.IntegerField(label=_("Cost of an e-mail (minor units)"), min_value=0)
    cost_per_sms = forms.IntegerField(label=_("Cost of an SMS (minor units)"), min_value=0)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            known = {name: value for name, value in cleaned.items() if name in DEFAULTS}
            try:
                cleaned["settings"] = validated(known)
            except BadPolicy as error:
                raise forms.ValidationError(str(error)) from error
        return cleaned

    @classmethod
    def showing(cls, settings: dict[str, Any], *, automatic: bool) -> "PolicyForm":
        """A form filled with a policy's values."""
        orders = {f"t{step}_channels": ",".join(settings[f"t{step}_channels"]) for step in STEPS}
        return cls(initial={**settings, **orders, "is_automatic": automatic})

    @property
    def basic_fields(self) -> list[BoundField]:
        return [self[name] for name in BASIC]

    @property
    def advanced_fields(self) -> list[BoundField]:
        return [self[name] for name in self.fields if name not in BASIC]
