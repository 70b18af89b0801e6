"""Reading an offer: the least one pays, and what a month costs. Amounts are minor units."""

from collections.abc import Mapping
from typing import Any

Offer = Mapping[str, Any]
_PACKAGED = frozenset({"unit", "packages", "scope", "extras"})
_STANDING = _PACKAGED | {"min_months"}
#: What an offer of each price model consists of; a draft may hold more, the public sees these.
PARTS: Mapping[str, frozenset[str]] = {
    "fixed": _PACKAGED,
    "milestone": _PACKAGED | {"milestones"},
    "retainer": _STANDING,
    "retainer_commission": _STANDING | {"commission"},
    "seat_shift": _STANDING,
    "unit": _PACKAGED,
    "subscription": frozenset({"unit", "editions", "scope", "extras"}),
    "metered": frozenset({"unit", "metered", "tiers", "extras"}),
    "quote": frozenset({"hint_zh", "hint_en"}),
    "session": frozenset({"unit", "sessions"}),
}


def relevant(pricing_model: str, offer: Offer) -> dict[str, Any]:
    """The parts of an offer its price model has a use for."""
    return {name: value for name, value in offer.items() if name in PARTS[pricing_model]}


def least_price(pricing_model: str, offer: Offer) -> int | None:
    """The least one pays for one `unit` of an offer; None for quotes and for offers without a price yet."""
    if pricing_model == "quote":
        return None
    if pricing_model == "subscription":
        found = [
            per_month(price, int(months)) for edition in offer.get("editions", ()) for months, price in edition["prices"].items()
        ]
    elif pricing_model == "metered":
        metered = offer.get("metered") or {}
        found = [metered["base_minor"] or min(tier["price_minor"] for tier in metered["tiers"])] if metered.get("tiers") else []
    elif pricing_model == "session":
        found = [session["price_minor"] for session in offer.get("sessions", ())]
    else:
        found = [package["price_minor"] for package in offer.get("packages", ())]
    return min(found, default=None)


def per_month(price_minor: int, months: int) -> int:
    """A period's price by the month, rounded half up: 299000 for 12 → 24917."""
    return (2 * price_minor + months) // (2 * months)


def with_month_prices(offer: dict[str, Any]) -> dict[str, Any]:
    """The offer with `per_month` beside every edition's `prices`, and the `periods` in which any edition is sold."""
    if not offer.get("editions"):
        return offer
    editions = [
        {**edition, "per_month": {months: per_month(price, int(months)) for months, price in edition["prices"].items()}}
        for edition in offer["editions"]
    ]
    periods = sorted({int(months) for edition in editions for months in edition["prices"]})
    return {**offer, "editions": editions, "periods": periods}


def delivery_days(offer: Offer) -> int | None:
    """The soonest delivery among the packages, in days; None where nothing is delivered by a day."""
    return min((p["delivery_days"] for p in offer.get("packages", ()) if p.get("delivery_days")), default=None)
