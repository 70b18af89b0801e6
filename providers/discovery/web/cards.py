"""Public rows as the kit's components want them. Nothing is looked up here: every row was read by the page's query."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from marketplace.files.queries import WIDTHS, image_url
from marketplace.ui import formats
from marketplace.ui.kit import Text
from marketplace.ui.offers import Picture, Price, Seller, ServiceCard
from providers.catalogue.lists import label
from providers.catalogue.models import Category
from providers.catalogue.queries import Branch
from providers.discovery.results import Hit
from providers.discovery.web.links import listing_url, provider_url
from providers.listings.models import PublicListing
from providers.profiles.models import PublicProvider
from providers.scorecards.models import PublicScore

Named = dict[str, Any]


def named(item: Named, name: str) -> str:
    """`name_zh` or `name_en` of a JSON value of a listing, in the reader's language; for `name=""` its `zh` or `en`."""
    code = formats.language()
    return str(item.get(f"{name}_{code}" if name else code) or "")


def picture(key: str, *, alt: Text = "", width: int = 0, height: int = 0, largest: int = WIDTHS[-1]) -> Picture | None:
    """A stored picture in all its widths up to `largest`; None without a key."""
    if not key:
        return None
    widths = [each for each in WIDTHS if each <= largest]
    several = ", ".join(f"{image_url(key, each)} {each}w" for each in widths)
    return Picture(image_url(key, widths[min(1, len(widths) - 1)]), several, width, height, alt)


def cover(listing: PublicListing) -> Picture | None:
    """The first picture; beside a title its text would be read twice, so it has none."""
    first = listing.cover
    if first is None:
        return None
    return picture(first["key"], width=first["width"], height=first["height"], largest=WIDTHS[1])


@dataclass(frozen=True, slots=True)
class Trial:
    """Trial operation as merchants read it: orders left, and the largest of them in fen."""

    left: int
    cap: int


def seller_of(provider: PublicProvider | None, score: PublicScore | None) -> Seller:
    if provider is None:
        return Seller(name="")
    return Seller(
        name=provider.text("name", formats.language()),
        url=provider_url(provider.slug),
        logo=picture(provider.logo_key, largest=WIDTHS[0]),
        level=score.level if score else 1,
        is_newcomer=score.newcomer if score else False,
        score=points(score.score if score else None),
        is_verified=provider.verified_at is not None,
    )


def trial_of(provider: PublicProvider | None) -> Trial | None:
    """What a new provider may take before its deposit is paid; None when it has no trial. Needs `public.with_trial`."""
    taken = provider.document.get("trial_orders") if provider is not None else None
    left = 0 if provider is None or taken is None else provider.trial_limit - taken  # type: ignore[attr-defined]
    return Trial(left, provider.trial_cap) if provider is not None and left > 0 else None  # type: ignore[attr-defined]


def points(score: int | None) -> str:
    """1/100 points → one decimal: 8640 → 86.4. Nothing without events."""
    return "" if score is None else f"{score / 100:.1f}"


def price_of(listing: PublicListing) -> Price:
    """The least one pays, and for what."""
    if listing.from_minor is None:
        return Price()
    return Price(formats.price(listing.from_minor, listing.currency), unit_of(listing), _has_dearer(listing))


def _has_dearer(listing: PublicListing) -> bool:
    offer = listing.offer
    dearer = [package["price_minor"] for package in offer.get("packages", ()) if package["price_minor"] != listing.from_minor]
    several = len(offer.get("editions", ())) * len(offer.get("periods", ())) > 1 or len(offer.get("sessions", ())) > 1
    return bool(dearer) or several


def unit_of(listing: PublicListing) -> str:
    """What `from_minor` buys: "month", "seat and month" …; nothing where it is the whole job."""
    if listing.pricing_model == "subscription":
        return pgettext("unit of a price", "month")
    if listing.pricing_model == "session":
        return pgettext("unit of a price", "seat")
    if listing.pricing_model == "metered":
        metered = listing.offer.get("metered") or {}
        if metered.get("base_minor"):
            return pgettext("unit of a price", "month")
        return f"{formats.number(metered.get('per') or 1)} {named(metered, 'unit')}"
    unit = listing.offer.get("unit") or {}
    return "" if unit.get("code") == "project" else named(unit, "")


def facts_of(listing: PublicListing) -> tuple[tuple[str, Text], ...]:
    """What tells services of a kind apart at a glance: the commission, and the soonest delivery."""
    found: list[tuple[str, Text]] = []
    commission = listing.offer.get("commission")
    if commission:
        found.append(("coins", _("+ %(share)s of sales") % {"share": rate(commission["rate"])}))
    if listing.delivery_days:
        days = ngettext("%(days)s day", "%(days)s days", listing.delivery_days) % {"days": listing.delivery_days}
        found.append(("clock", days))
    return tuple(found)


def by_id(branches: Sequence[Branch]) -> dict[int, Category]:
    """Every category of the tree; a sub-category without an icon has its parent's."""
    found = {}
    for branch in branches:
        found[branch.category.pk] = branch.category
        for child in branch.children:
            child.icon = child.icon or branch.category.icon
            found[child.pk] = child
    return found


def rate(value: int) -> str:
    """1/10,000 as a percentage: 350 → 3.5%."""
    return formats.percent(value / 10_000, digits=2)


def renewal(value: int | None) -> str:
    """The share of contracts renewed (C6), or that there are too few to say."""
    return _("Renewal: not enough data") if value is None else _("Renewed %(share)s") % {"share": rate(value)}


def tags_of(listing: PublicListing, most: int = 5) -> tuple[str, ...]:
    """Belts, then platforms, then industries: the narrowest first."""
    codes = [*listing.belts, *listing.platforms, *listing.industries]
    return tuple(label(code) for code in codes[:most])


def from_hit(hit: Hit, categories: Mapping[int, Category]) -> ServiceCard:
    """A hit of the search, with the reasons of its place. `categories`: the tree by id, since hits come without theirs."""
    seller = Seller(
        name=hit.provider_name,
        url=provider_url(hit.provider_slug) if hit.provider_slug else "",
        logo=picture(hit.logo_key, largest=WIDTHS[0]),
        level=hit.level,
        is_newcomer=hit.is_newcomer,
        score=points(hit.score),
    )
    facts = (*facts_of(hit.listing), ("refresh", renewal(hit.renewal_rate)))
    category = categories.get(hit.listing.category_id)
    reasons = tuple(reason.text for reason in hit.reasons)
    return _card(hit.listing, category, seller, facts, reasons, _("Newcomer") if hit.is_promoted else "")


def from_listing(listing: PublicListing, seller: Seller) -> ServiceCard:
    """A listing where there is no ranking to explain."""
    return _card(listing, listing.category, seller, facts_of(listing))


def _card(
    listing: PublicListing,
    category: Category | None,
    seller: Seller,
    facts: Iterable[tuple[str, Text]],
    reasons: tuple[Text, ...] = (),
    note: Text = "",
) -> ServiceCard:
    return ServiceCard(
        slug=listing.slug,
        title=listing.title,
        url=listing_url(listing.slug),
        seller=seller,
        price=price_of(listing),
        summary=listing.summary,
        kind=category.name if category else "",
        icon=(category.icon if category else "") or "store",
        cover=cover(listing),
        tags=tags_of(listing),
        facts=tuple(facts),
        reasons=reasons,
        note=note,
    )


def availability(provider: PublicProvider | None, score: PublicScore | None, today: date) -> tuple[str, Text]:
    """(tone, words): whether new orders are taken, and from when."""
    if provider is None:
        return "muted", ""
    if score is not None and score.is_braked:
        return "warn", _("New orders are paused")
    free = provider.next_free_date
    if free is not None and free > today:
        return "warn", _("Free from %(day)s") % {"day": formats.local_date(free)}
    if provider.is_paused and free is None:
        return "warn", _("Not taking orders now")
    return "good", _("Takes orders now")
