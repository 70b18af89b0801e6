"""Buying what a listing offers as it stands: a package, or an edition for a period, with extras and a quantity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import largest_remainder
from marketplace.tenancy.actor import Actor
from marketplace.ui.formats import language
from orders.service.discounts import discounted
from orders.service.errors import BadTerms
from orders.service.models import ServiceOrder
from orders.service.operations.drafting import Source, draft_order
from orders.service.terms import (
    COUNTED,
    RECURRING,
    CommissionTerms,
    HandoverRow,
    MilestoneTerms,
    Model,
    RecurringTerms,
    Terms,
    TrialTerms,
    UnitTerms,
)
from providers.listings.models import PublicListing

#: Price models that can be bought as they stand; the others need a quote.
BUYABLE: frozenset[str] = frozenset(
    {"fixed", "milestone", "retainer", "retainer_commission", "seat_shift", "unit", "subscription"}
)
NOTICE_DAYS, DEFAULT_REVISIONS = 30, 2


@dataclass(frozen=True)
class Choice:
    """What somebody wants of a listing. `package`: key of a package or an edition; `months`: a subscription's period."""

    package: str
    months: int = 1
    extras: Sequence[str] = ()
    quantity: int = 1
    shop_id: int | None = None
    wish: str = ""
    #: A coupon of the merchant's, by its number.
    coupon: int | None = None


def buy_package(*, merchant_id: int, listing_id: int, choice: Choice, by: Actor, at: datetime) -> ServiceOrder:
    """Draw up the contract of a purchase, for both to accept. Raises NotFound, BadTerms, GateClosed."""
    listing = PublicListing.objects.select_related("category").filter(listing_id=listing_id).first()
    if listing is None:
        raise NotFound(_("There is no such listing."))
    source = Source("listing", listing.listing_id, listing.listing_id, listing.version_id)
    return draft_order(
        merchant_id=merchant_id,
        provider_id=listing.provider_id,
        terms=priced(merchant_id, listing, choice, at),
        source=source,
        by=by,
        at=at,
    )


def priced(merchant_id: int, listing: PublicListing, choice: Choice, at: datetime) -> Terms:
    """The terms a choice comes to for this merchant: with its coupon, if it named one. Raises BadTerms."""
    terms = terms_of(listing, choice)
    return terms if choice.coupon is None else discounted(merchant_id, choice.coupon, listing, choice.package, terms, at)


def terms_of(listing: PublicListing, choice: Choice) -> Terms:
    """The terms a choice comes to, in the reader's language; also for showing the price first. Raises BadTerms."""
    if listing.pricing_model not in BUYABLE:
        raise BadTerms(_("This service has no fixed price. Ask for a quote."), "model")
    model: Model = listing.pricing_model  # type: ignore[assignment]
    package = _chosen(listing, choice)
    least = package.get("min_quantity") or 1
    if not least <= choice.quantity <= 1_000_000:
        raise BadTerms(_("The least that can be ordered is %(n)s.") % {"n": least}, "quantity")
    if model in COUNTED and choice.extras:  # nothing that is counted has a place for their price
        raise BadTerms(_("Extras cannot be added to what is paid by count. Ask for a quote."), "extras")
    given = listing.terms
    trial = TrialTerms(given["trial_days"]) if given.get("trial_days") else None
    is_standing = model in RECURRING and model != "unit"
    return Terms(
        title=f"{listing.title} · {_in_language(package, 'name')}"[:140],
        category=listing.category.slug,
        model=model,
        currency=listing.currency,
        scope=_scope(listing, package, choice),
        milestones=() if is_standing else _milestones(listing, package, choice),
        recurring=_recurring(listing, package, choice) if is_standing else None,
        units=_units(listing, package, choice) if model in ("seat_shift", "unit") else None,
        trial=trial if is_standing else None,
        revisions=package.get("revisions", DEFAULT_REVISIONS),
        auto_accept_days=listing.category.auto_accept_days,
        handover=_handover() if is_standing else (),
    )


def _chosen(listing: PublicListing, choice: Choice) -> Mapping[str, Any]:
    offers = listing.offer.get("editions" if listing.pricing_model == "subscription" else "packages", ())
    found: Mapping[str, Any] | None = next((offer for offer in offers if offer["key"] == choice.package), None)
    if found is None:
        raise BadTerms(_("Choose one of the packages."), "package")
    if listing.pricing_model == "subscription" and str(choice.months) not in found["prices"]:
        raise BadTerms(_("Choose one of the periods."), "months")
    return found


def _extras(listing: PublicListing, choice: Choice) -> list[Mapping[str, Any]]:
    known = {extra["key"]: extra for extra in listing.offer.get("extras", ())}
    unknown = [key for key in choice.extras if key not in known]
    if unknown:
        raise BadTerms(_("One of the extras is not offered any more. Choose again."), "extras")
    return [known[key] for key in choice.extras]


def _milestones(listing: PublicListing, package: Mapping[str, Any], choice: Choice) -> tuple[MilestoneTerms, ...]:
    """One, or the listing's own shares of the whole price; the days of delivery stand with the last."""
    extras = _extras(listing, choice)
    total = package["price_minor"] * choice.quantity + sum(extra["price_minor"] for extra in extras)
    days = package.get("delivery_days")
    due = days + sum(extra.get("days") or 0 for extra in extras) if days else None
    shares = listing.offer.get("milestones") or [] if listing.pricing_model == "milestone" else []
    if not shares:
        return (MilestoneTerms(_in_language(package, "name") or listing.title[:80], total, due),)
    amounts = largest_remainder(total, [share["share"] for share in shares])
    each = -(-due // len(shares)) if due else None
    return tuple(
        MilestoneTerms(_in_language(share, "name") or f"{number}", amount, each)
        for number, (share, amount) in enumerate(zip(shares, amounts, strict=True), 1)
        if amount
    )


def _recurring(listing: PublicListing, package: Mapping[str, Any], choice: Choice) -> RecurringTerms:
    notice = listing.terms.get("notice_days")
    common: dict[str, Any] = {"notice_days": NOTICE_DAYS if notice is None else notice, "shop_id": choice.shop_id}
    extras = sum(extra["price_minor"] for extra in _extras(listing, choice))
    if listing.pricing_model == "subscription":
        price = package["prices"][str(choice.months)] * choice.quantity + extras
        return RecurringTerms(
            monthly_minor=price, period_minor=price, period_months=choice.months, min_months=choice.months, **common
        )
    commission = listing.offer.get("commission") if listing.pricing_model == "retainer_commission" else None
    return RecurringTerms(
        monthly_minor=package["price_minor"] * choice.quantity + extras,
        min_months=listing.offer.get("min_months") or 1,
        commission=CommissionTerms(**commission) if commission else None,
        **common,
    )


def _units(listing: PublicListing, package: Mapping[str, Any], choice: Choice) -> UnitTerms:
    unit = listing.offer.get("unit") or {}
    return UnitTerms(unit.get(language()) or unit.get("zh") or _("unit"), package["price_minor"], choice.quantity)


def _scope(listing: PublicListing, package: Mapping[str, Any], choice: Choice) -> str:
    """What the comparison table says of the package, and what the buyer wrote, as lines."""
    offers = listing.offer.get("editions" if listing.pricing_model == "subscription" else "packages", ())
    place = next((n for n, offer in enumerate(offers) if offer["key"] == package["key"]), 0)
    lines = [listing.summary] if listing.summary else []
    for row in listing.offer.get("scope", ()):
        cell = row["cells"][place] if place < len(row["cells"]) else None
        if cell is not None and cell is not False:
            said = "" if cell is True else f": {cell.get(language(), '') if isinstance(cell, Mapping) else cell}"
            lines.append(f"- {_in_language(row, 'label')}{said}")
    lines += [f"- {_in_language(extra, 'name')}" for extra in _extras(listing, choice)]
    return "\n".join([*lines, *([choice.wish.strip()] if choice.wish.strip() else [])])[:8000]


def _handover() -> tuple[HandoverRow, ...]:
    return (
        HandoverRow(_("Hand over all accounts, materials and working files."), "provider"),
        HandoverRow(_("Hand over a written report on open matters."), "provider"),
        HandoverRow(_("Withdraw the provider's access to shops and tools."), "merchant"),
    )


def _in_language(row: Mapping[str, Any], name: str) -> str:
    first, second = ("en", "zh") if language() == "en" else ("zh", "en")
    return str(row.get(f"{name}_{first}") or row.get(f"{name}_{second}") or "")
