"""The policy of price protection as a form. Values are checked by the program's own rules, so form, API and CLI agree."""

import json
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from aftersales.programs.checks import BadPolicy
from aftersales.programs.price_protection.rules import DEFAULTS, EXCLUSIONS, validated

EXCLUSION_LABELS = {
    "bundle": _("Bundles"),
    "gift": _("Gifts"),
    "out_of_stock": _("Out of stock at the lower price"),
    "flash": _("Flash sales"),
    "free": _("Free items"),
    "clearance": _("Clearance"),
    "live_room": _("Live-room exclusives"),
}
BASIC = ("window_days", "window_anchor", "price_point", "max_claims_per_line", "min_diff", "is_automatic")


class PolicyForm(forms.Form):
    window_days = forms.IntegerField(label=_("Protected for (days)"), min_value=0, max_value=400)
    window_anchor = forms.ChoiceField(
        label=_("Counted from"),
        choices=[("delivered", _("Delivery")), ("paid", _("Payment")), ("completed", _("Completion"))],
    )
    price_point = forms.ChoiceField(
        label=_("Compared with"),
        choices=[("claim", _("The price at the time of the claim")), ("lowest", _("The lowest price in the window"))],
    )
    max_claims_per_line = forms.IntegerField(
        label=_("Claims per order line"), required=False, min_value=1, max_value=1000, help_text=_("Empty: unlimited.")
    )
    min_diff = forms.IntegerField(
        label=_("Smallest difference (minor units)"),
        required=False,
        min_value=0,
        max_value=10**9,
        help_text=_("Empty: 10, or 1 where the currency has no decimals."),
    )
    is_automatic = forms.BooleanField(label=_("Run every day by itself"), required=False)
    purchase_day = forms.ChoiceField(
        label=_("Day of purchase"),
        choices=[("include", _("Protected from payment on")), ("exclude", _("Protected from the next day on"))],
    )
    window_days_by_category = forms.CharField(
        label=_("Days by category"), required=False, help_text=_('For example {"big_appliance": 30}.')
    )
    promo_extension = forms.BooleanField(label=_("Sales extend the window"), required=False)
    late_claims = forms.BooleanField(label=_("Runs also pay for drops found after the window closed"), required=False)
    returns = forms.ChoiceField(
        label=_("Returned units"),
        choices=[("deduct", _("Only units kept count")), ("ignore", _("Ignore returns (preview only)"))],
    )
    open_aftersale = forms.ChoiceField(
        label=_("Open after-sale case"), choices=[("refuse", _("Wait until it is closed")), ("ignore", _("Ignore it"))]
    )
    member_price = forms.ChoiceField(
        label=_("Member prices"),
        choices=[("own_tier", _("Compare within the buyer's tier")), ("ignore", _("Compare with the public price"))],
    )
    coupon_basis = forms.ChoiceField(
        label=_("Coupons in the comparison"),
        choices=[
            ("public", _("Coupons anybody may claim count")),
            ("held", _("Only coupons the buyer holds count")),
            ("none", _("Coupons do not count")),
        ],
    )
    consume_coupon = forms.BooleanField(label=_("A coupon that was counted is used up"), required=False)
    gift_policy = forms.ChoiceField(
        label=_("Gifts no longer given"),
        choices=[
            ("deduct", _("Their value is deducted")),
            ("block", _("The line is not protected")),
            ("ignore", _("Ignore them")),
        ],
    )
    payout = forms.ChoiceField(
        label=_("Paid back"),
        choices=[("original", _("The way the order was paid, in proportion")), ("voucher", _("As a voucher"))],
    )
    notice = forms.ChoiceField(
        label=_("Tell the buyer what was paid back"),
        required=False,
        choices=[("", _("No")), ("email", _("By e-mail")), ("sms", _("By text message")), ("in_app", _("In the shop's app"))],
    )
    channel = forms.CharField(label=_("Only this channel"), required=False, max_length=20)
    max_quantity = forms.IntegerField(label=_("Largest quantity of a line"), required=False, min_value=1)
    price_error_hold = forms.IntegerField(
        label=_("Hold drops above (%)"),
        required=False,
        min_value=1,
        max_value=100,
        help_text=_("A person decides. Empty: never hold."),
    )
    cap_per_claim = forms.IntegerField(label=_("Cap per claim (minor units)"), required=False, min_value=1)
    headroom = forms.BooleanField(label=_("Never above what is left of the payment"), required=False)
    exclude = forms.MultipleChoiceField(
        label=_("Not protected"),
        required=False,
        choices=[(name, EXCLUSION_LABELS[name]) for name in EXCLUSIONS],
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_window_days_by_category(self) -> dict[str, Any]:
        text = self.cleaned_data["window_days_by_category"].strip() or "{}"
        try:
            found = json.loads(text)
        except ValueError as error:
            raise forms.ValidationError(_('Write it like {"big_appliance": 30}.')) from error
        if not isinstance(found, dict):
            raise forms.ValidationError(_('Write it like {"big_appliance": 30}.'))
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            known = {name: value for name, value in cleaned.items() if name in DEFAULTS}
            known["channel"] = known["channel"] or None
            try:
                cleaned["settings"] = validated(known)
            except BadPolicy as error:
                raise forms.ValidationError(str(error)) from error
        return cleaned

    @classmethod
    def showing(cls, settings: dict[str, Any], *, automatic: bool) -> "PolicyForm":
        """A form filled with a policy's values."""
        initial = {**settings, "is_automatic": automatic}
        initial["window_days_by_category"] = json.dumps(settings["window_days_by_category"])
        return cls(initial=initial)

    @property
    def basic_fields(self) -> list[BoundField]:
        return [self[name] for name in BASIC]

    @property
    def advanced_fields(self) -> list[BoundField]:
        return [self[name] for name in self.fields if name not in BASIC]
