"""What is missing before a listing can be handed in. Each problem names the section where it is put right."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from providers.catalogue.models import CategoryAttribute
from providers.listings.models import ListingVersion

BODY_LEAST = 80


@dataclass(frozen=True)
class Problem:
    """`code` for programs, `text` for people, `section` to go to."""

    code: str
    text: str
    section: str


def problems(version: ListingVersion, asked: list[CategoryAttribute]) -> list[Problem]:
    """Everything that keeps this version from being handed in, in the order of the sections."""
    return [*_basics(version), *_body(version), *_fit(version, asked), *_price(version), *_terms(version)]


def _basics(version: ListingVersion) -> Iterator[Problem]:
    if not version.category.is_active:
        yield Problem("CATEGORY_CLOSED", _("The category is no longer open. Choose another one."), "basics")
    if not (version.title_zh or version.title_en):
        yield Problem("NO_TITLE", _("Give it a title, in Chinese or English."), "basics")
    if not (version.summary_zh or version.summary_en):
        yield Problem("NO_SUMMARY", _("Say in one sentence what merchants get."), "basics")
    for code, other in (("zh", "en"), ("en", "zh")):
        if getattr(version, f"title_{code}") and not getattr(version, f"summary_{code}") and getattr(version, f"summary_{other}"):
            words = _("The Chinese summary is missing.") if code == "zh" else _("The English summary is missing.")
            yield Problem(f"NO_SUMMARY_{code.upper()}", words, "basics")


def _body(version: ListingVersion) -> Iterator[Problem]:
    if max(len(version.body_zh), len(version.body_en) // 2) < BODY_LEAST:
        yield Problem("SHORT_BODY", _("Describe the service in at least %(n)s characters.") % {"n": BODY_LEAST}, "text")


def _fit(version: ListingVersion, asked: list[CategoryAttribute]) -> Iterator[Problem]:
    for attribute in asked:
        if attribute.required and version.attributes.get(attribute.key) in (None, "", []):
            yield Problem("NO_ATTRIBUTE", _("“%(name)s” is missing.") % {"name": attribute.name}, "fit")
    if not version.languages:
        yield Problem("NO_LANGUAGE", _("Choose the languages you work in."), "fit")


def _price(version: ListingVersion) -> Iterator[Problem]:
    offer, model = version.offer, version.pricing_model
    check = {"subscription": _editions, "metered": _metered, "session": _sessions, "quote": _quote}.get(model, _packages)
    yield from (Problem(code, words, "price") for code, words in check(offer))
    if model == "milestone":
        yield from (Problem(code, words, "price") for code, words in _milestones(offer))
    if model == "retainer_commission":
        yield from (Problem(code, words, "price") for code, words in _commission(offer))


Found = Iterator[tuple[str, str]]


def _packages(offer: dict[str, Any]) -> Found:
    packages = offer.get("packages", [])
    if not packages:
        yield "NO_PACKAGE", _("Offer at least one package with a price.")
    for package in packages:
        name = package.get("name_zh") or package.get("name_en")
        if not name:
            yield "PACKAGE_NAME", _("Every package needs a name.")
        if package["price_minor"] <= 0:
            yield "PACKAGE_PRICE", _("The package “%(name)s” needs a price above zero.") % {"name": name}
    amounts = [package["price_minor"] for package in packages]
    if amounts != sorted(set(amounts)):
        yield "PACKAGE_ORDER", _("Packages go from the cheapest to the dearest, each with its own price.")
    if len(packages) > 1 and not offer.get("scope"):
        yield "NO_SCOPE", _("Say in the comparison what each package includes.")


def _milestones(offer: dict[str, Any]) -> Found:
    shares = [milestone["share"] for milestone in offer.get("milestones", [])]
    if len(shares) < 2 or sum(shares) != 10_000:
        yield "MILESTONES", _("Name at least two milestones whose shares add up to 100%.")


def _commission(offer: dict[str, Any]) -> Found:
    commission = offer.get("commission")
    if not commission or not commission["rate"]:
        yield "NO_RATE", _("Enter the commission in percent.")
        return
    floor, cap = commission.get("floor_minor"), commission.get("cap_minor")
    if floor is not None and cap is not None and floor > cap:
        yield "FLOOR_ABOVE_CAP", _("The least commission is above the most.")


def _editions(offer: dict[str, Any]) -> Found:
    editions = offer.get("editions", [])
    if not editions or not any(edition["prices"] for edition in editions):
        yield "NO_EDITION", _("Enter at least one edition with a price for a period.")
    for edition in editions:
        name = edition.get("name_zh") or edition.get("name_en")
        if not name:
            yield "EDITION_NAME", _("Every edition needs a name.")
        elif not edition["prices"]:
            yield "EDITION_PRICE", _("The edition “%(name)s” needs a price for at least one period.") % {"name": name}


def _metered(offer: dict[str, Any]) -> Found:
    metered = offer.get("metered") or {}
    tiers = metered.get("tiers", [])
    if not (metered.get("unit_zh") or metered.get("unit_en")):
        yield "NO_UNIT", _("Say what is counted, for example calls or orders.")
    if not tiers:
        yield "NO_TIER", _("Enter at least one price by use.")
    ends = [tier.get("upto") for tier in tiers]
    known = [end for end in ends[:-1] if end is not None]
    if tiers and (ends[-1] is not None or len(known) < len(ends) - 1 or known != sorted(set(known))):
        yield "TIERS", _("Steps grow, and the last one has no end.")


def _sessions(offer: dict[str, Any]) -> Found:
    sessions = offer.get("sessions", [])
    if not sessions:
        yield "NO_SESSION", _("Enter at least one session with date, seats and price.")
    for session in sessions:
        if not session.get("online") and not (session.get("place_zh") or session.get("place_en")):
            yield "NO_PLACE", _("A session that is not online needs a place.")


def _quote(offer: dict[str, Any]) -> Found:
    if not (offer.get("hint_zh") or offer.get("hint_en")):
        yield "NO_HINT", _("Say what the price depends on, so that merchants can ask for a quote.")


def _terms(version: ListingVersion) -> Iterator[Problem]:
    if not (version.terms.get("cancellation_zh") or version.terms.get("cancellation_en")):
        yield Problem("NO_CANCELLATION", _("Say how the service can be cancelled."), "terms")
    if version.pricing_model not in ("session", "subscription") and version.terms.get("lead_days") is None:
        yield Problem("NO_LEAD", _("Say after how many days you can start."), "terms")
