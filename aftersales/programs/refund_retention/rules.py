"""Refund retention's policy as data: parameters, defaults, and what each value may be. PROGRAMS §3.

The rules themselves are `decide.sql`; this module only says which values reach it. Amounts in minor units; an empty cap
means the default of 50 (offers) or 12 (return logistics) in major units of the order's currency. There is no parameter that
ties an offer to a review: such a policy cannot be written down.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from aftersales.programs.checks import BadPolicy, Check, checked, choice, whole
from marketplace.kernel.money import exponent

PROGRAM = "refund_retention"
Settings = dict[str, Any]
CAP_MAJOR, RETURN_LOGISTICS_MAJOR = 50, 12
#: In order of precedence.
INTENTS = (
    "withdraw",
    "compliance",
    "fulfilment_error",
    "seller_out_of_stock",
    "quality",
    "price_drop",
    "logistics",
    "size",
    "usage",
    "install",
    "mis_order",
    "changed_mind",
    "status",
    "how_to",
    "unknown",
)
INTENT_LABELS = {
    "withdraw": _("Wants to undo the refund"),
    "compliance": _("Fake, safety, minors or regulator"),
    "fulfilment_error": _("Wrong, empty or incomplete parcel"),
    "seller_out_of_stock": _("Seller cannot deliver"),
    "quality": _("Defect or damage"),
    "price_drop": _("Cheaper now"),
    "logistics": _("Late, lost or stuck"),
    "size": _("Does not fit"),
    "usage": _("Cannot use it"),
    "install": _("Installation failed"),
    "mis_order": _("Ordered by mistake"),
    "changed_mind": _("No longer wanted"),
    "status": _("Asks where the refund is"),
    "how_to": _("Asks how it works"),
    "unknown": _("No reason given"),
}
#: Remedies a card can offer. Money comes only with `partial_refund`; price protection pays by its own rules.
OFFERS = ("price_protection", "expedite", "exchange", "guide", "partial_refund", "edit_order", "undo_request", "neutral")
OFFER_LABELS = {
    "price_protection": _("Price protection"),
    "expedite": _("Delivery date and a push for the parcel"),
    "exchange": _("Exchange"),
    "guide": _("Guide or a call"),
    "partial_refund": _("Keep it, with a partial refund"),
    "edit_order": _("Change the order"),
    "undo_request": _("Undo the refund with one tap"),
    "neutral": _("“Need help?”, without money"),
}
OFFER_BY_INTENT = {
    "withdraw": "undo_request",
    "quality": "partial_refund",
    "price_drop": "price_protection",
    "logistics": "expedite",
    "size": "exchange",
    "usage": "guide",
    "install": "guide",
    "mis_order": "edit_order",
    "changed_mind": "neutral",
    "status": "neutral",
    "how_to": "neutral",
    "unknown": "neutral",
}
#: Nobody is held out of what he is owed or asks for himself.
OWED = ("withdraw", "quality", "price_drop", "seller_out_of_stock", "compliance", "fulfilment_error")
#: Never asked to keep what they bought, whatever the policy says.
NEVER = ("compliance", "fulfilment_error", "seller_out_of_stock")

DEFAULTS: Settings = {
    "hold_percent": 10,
    "hold_minutes": 30,
    "platform_deadline_hours": 48,
    "cap_percent": 8,
    "cap_amount": None,
    "return_logistics_amount": None,
    "money_offer_days": 90,
    "serial_requests": 5,
    "serial_days": 90,
    "settle_days": 30,
    "undo_minutes": 5,
    "holdout_percent": 20,
    "min_probability_percent": 60,
    "never_retain": sorted(NEVER),
    "offers": OFFER_BY_INTENT,
    "reason_codes": {},
    "channel": "email",
}
PRESETS: dict[str, Settings] = {"default": DEFAULTS}


NOTHING = ("off", "none", "default")


def _offers(name: str, value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping) or any(offer not in OFFERS for offer in value.values()) or not set(value) <= set(INTENTS):
        raise BadPolicy(_("%(name)s must map intents to one of %(allowed)s.") % {"name": name, "allowed": ", ".join(OFFERS)})
    return {**OFFER_BY_INTENT, **value}


def _intents(name: str, value: Any) -> list[str]:
    found = [part for part in value.split(",") if part] if isinstance(value, str) else value
    if not isinstance(found, list) or any(item not in INTENTS for item in found):
        raise BadPolicy(_("%(name)s may list %(allowed)s.") % {"name": name, "allowed": ", ".join(INTENTS)})
    return sorted({*found, *NEVER})


def _codes(name: str, value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping) or any(intent not in INTENTS for intent in value.values()):
        allowed = {"name": name, "allowed": ", ".join(INTENTS)}
        raise BadPolicy(_("%(name)s must map the platform's reasons to one of %(allowed)s.") % allowed)
    return {str(code).strip().lower(): str(intent) for code, intent in value.items()}


CHECKS: Mapping[str, Check] = {
    "hold_percent": whole(0, 100),
    "hold_minutes": whole(0, 30),
    "platform_deadline_hours": whole(1, 24 * 60),
    "cap_percent": whole(0, 100),
    "cap_amount": whole(0, 10**12, nothing=NOTHING),
    "return_logistics_amount": whole(0, 10**12, nothing=NOTHING),
    "money_offer_days": whole(1, 3650),
    "serial_requests": whole(1, 10_000, nothing=NOTHING),
    "serial_days": whole(1, 3650),
    "settle_days": whole(1, 365),
    "undo_minutes": whole(0, 30),
    "holdout_percent": whole(0, 90),
    "min_probability_percent": whole(0, 100),
    "never_retain": _intents,
    "offers": _offers,
    "reason_codes": _codes,
    "channel": choice("email", "sms", "in_app"),
}


def validated(settings: Mapping[str, Any]) -> Settings:
    """Every parameter with an allowed value, defaults filled in. Raises BadPolicy naming the parameter."""
    return checked(settings, CHECKS, DEFAULTS)


def may_pay(settings: Settings) -> bool:
    """Every policy of this program may pay."""
    return True


def cap_of(settings: Settings, currency: str) -> int:
    """The most a card may offer in this currency besides the share of the line, in minor units."""
    unit = 10 ** exponent(currency)
    cap, saved = settings["cap_amount"], settings["return_logistics_amount"]
    return min(CAP_MAJOR * unit if cap is None else cap, RETURN_LOGISTICS_MAJOR * unit if saved is None else saved)


REASONS = {
    "OFFERED": _("A card with the best remedy."),
    "OFFERED_MONEY": _("A card with a partial refund under the caps."),
    "HOLDOUT": _("Held out, to measure what cards are worth."),
    "NEVER_COMPLIANCE": _("Safety, fake goods, minors or the regulator: never retained."),
    "NEVER_FULFILMENT_ERROR": _("Wrong, empty or incomplete parcel: never retained."),
    "NEVER_SELLER_OUT_OF_STOCK": _("The seller cannot deliver: compensation by the platform's rules, no retention."),
    "NEVER_RETAIN": _("The policy never retains this reason."),
    "SECOND_REQUEST": _("The second request on the same line: no further card."),
    "OPTED_OUT": _("The buyer opted out of messages."),
    "NO_BUYER": _("The buyer is not known."),
    "NO_PURCHASE": _("No purchase was found for the request."),
    "DEADLINE_PASSED": _("The platform's deadline leaves no time."),
    "CLOSED": _("The platform had closed the request."),
    "NOT_DELIVERED": _("The card could not be delivered in time."),
    "HOLD_OVER": _("The hold ended without an answer; the refund runs."),
    "DECLINED": _("The buyer declined the card."),
    "JUST_REFUND": _("The buyer wants the refund; the hold ended at once."),
    "PLATFORM_REFUNDED": _("The platform refunded; its word wins."),
    "PLATFORM_REJECTED": _("The platform closed the request without a refund."),
    "PLATFORM_SILENT": _("The platform did not confirm the withdrawal before its deadline."),
    "WITHDRAWN": _("The request was withdrawn."),
    "SETTLED": _("No new refund on the line in the settlement time."),
    "REFUNDED_AFTER_ALL": _("Refunded after all; nothing was saved, the cost stays."),
    "GOODWILL": _("Goodwill for keeping the purchase."),
    "BUDGET": _("A budget is used up; a person decides."),
}
