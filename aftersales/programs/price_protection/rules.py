"""Price protection's policy as data: parameters, defaults, presets, and what each value may be.

The rules themselves are `selection.sql`; this module only says which values reach it. Units: amounts in minor units, windows
in shop-local days. Source of the parameters and the formula: docs/price-protection.md.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from aftersales.programs.checks import BadPolicy, checked, choice, flag, whole

PROGRAM = "price_protection"
EXCLUSIONS = ("bundle", "gift", "out_of_stock", "flash", "free", "clearance", "live_room")
#: How buyers can be told what was paid back to them.
NOTICE_CHANNELS = ("email", "sms", "in_app")
Settings = dict[str, Any]

DEFAULTS: Settings = {
    "window_days": 7,
    "window_days_by_category": {"big_appliance": 30},
    "window_anchor": "delivered",
    "purchase_day": "include",
    "promo_extension": True,
    "coupon_basis": "public",
    "consume_coupon": True,
    "price_point": "claim",
    "max_claims_per_line": 1,
    "exclude": ["bundle", "out_of_stock", "flash", "free", "clearance", "live_room"],
    "member_price": "own_tier",
    "gift_policy": "deduct",
    "payout": "original",
    "min_diff": None,
    "late_claims": True,
    "returns": "deduct",
    "open_aftersale": "refuse",
    "channel": None,
    "max_quantity": None,
    "price_error_hold": 70,
    "headroom": True,
    "cap_per_claim": None,
    "notice": "email",
}
ONLINE_RETAIL: Settings = {
    **DEFAULTS,
    "window_days_by_category": {},
    "window_anchor": "paid",
    "purchase_day": "exclude",
    "promo_extension": False,
    "coupon_basis": "none",
    "consume_coupon": False,
    "price_point": "lowest",
    "exclude": [],
    "min_diff": 0,
    "returns": "ignore",
    "open_aftersale": "ignore",
    "channel": "account",
    "max_quantity": 12,
    "price_error_hold": None,
    "headroom": False,
    "notice": None,
}
PRESETS: dict[str, Settings] = {
    "default": DEFAULTS,
    "online-retail": ONLINE_RETAIL,
    "online-retail-kept": {**ONLINE_RETAIL, "returns": "deduct"},
}


def _days_by_category(name: str, value: Any) -> dict[str, int]:
    if not isinstance(value, dict):
        raise BadPolicy(gettext("%(name)s must map categories to days.") % {"name": name})
    return {str(key): whole(0, 400)(name, days) or 0 for key, days in value.items()}


def _exclusions(name: str, value: Any) -> list[str]:
    found = [v for v in value.split(",") if v] if isinstance(value, str) else value
    if not isinstance(found, list) or any(item not in EXCLUSIONS for item in found):
        raise BadPolicy(gettext("%(name)s may list %(allowed)s.") % {"name": name, "allowed": ", ".join(EXCLUSIONS)})
    return sorted(set(found))


def _channel(name: str, value: Any) -> str | None:
    if value is not None and (not isinstance(value, str) or len(value) > 20):
        raise BadPolicy(gettext("%(name)s must be a channel's name of at most 20 characters.") % {"name": name})
    return value or None


def _notice(name: str, value: Any) -> str | None:
    if value in (None, "", "none", "off"):
        return None
    return str(choice(*NOTICE_CHANNELS)(name, value))


_NOTHING = ("off", "none", "unlimited")
CHECKS: Mapping[str, Callable[[str, Any], Any]] = {
    "window_days": whole(0, 400),
    "window_days_by_category": _days_by_category,
    "window_anchor": choice("delivered", "paid", "completed"),
    "purchase_day": choice("include", "exclude"),
    "promo_extension": flag,
    "coupon_basis": choice("none", "public", "held"),
    "consume_coupon": flag,
    "price_point": choice("claim", "lowest", lowest_in_window="lowest", at_claim="claim", current="claim"),
    "max_claims_per_line": whole(0, 1000, nothing=_NOTHING),
    "exclude": _exclusions,
    "member_price": choice("own_tier", "ignore", tier="own_tier"),
    "gift_policy": choice("deduct", "block", "ignore"),
    "payout": choice("original", "voucher"),
    "min_diff": whole(0, 10**9, nothing=("default",)),
    "late_claims": flag,
    "returns": choice("deduct", "ignore"),
    "open_aftersale": choice("refuse", "ignore"),
    "channel": _channel,
    "max_quantity": whole(1, 10**6, nothing=_NOTHING),
    "price_error_hold": whole(1, 100, nothing=_NOTHING),
    "headroom": flag,
    "cap_per_claim": whole(1, 10**12, nothing=_NOTHING),
    "notice": _notice,
}


def validated(settings: Mapping[str, Any]) -> Settings:
    """Every parameter with an allowed value, defaults filled in. Raises BadPolicy naming the parameter."""
    return checked(settings, CHECKS, DEFAULTS)


def may_pay(settings: Settings) -> bool:
    """Whether a run under this policy may book money: ignoring returns is for comparison only."""
    return bool(settings["returns"] == "deduct")


REASONS = {
    "PRICE_DROP": _("The price fell inside the protection window."),
    "CAPPED": _("The price fell; the amount is limited by what is left of the payment or by the cap."),
    "PRICE_ERROR": _("The drop is so large that it may be a mistake; a person decides."),
    "NO_DROP": _("The price did not fall inside the protection window."),
    "WINDOW_CLOSED": _("The protection window is over."),
    "BELOW_MIN": _("The difference is below the minimum."),
    "CLAIM_LIMIT": _("This line has been protected as often as the policy allows."),
    "NOTHING_KEPT": _("Nothing of this line was kept."),
    "AFTERSALE_OPEN": _("An after-sale case is open on this line."),
    "OUT_OF_STOCK": _("The cheaper price is out of stock."),
    "CURRENCY_MISMATCH": _("The price is in another currency than the order."),
    "ORDER_INACTIVE": _("The order is not paid or was cancelled."),
    "GIFT_GONE": _("The gift that came with it is no longer given."),
    "BUDGET": _("The amount does not fit what may be spent; a person decides."),
    "APPROVAL": _("The amount is so large that a second person approves it."),
    "BREAKER": _("Far more than usual was being paid; a person looks first."),
    "EXCLUDED": _("The policy excludes this kind of product."),
}
