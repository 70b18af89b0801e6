"""What a listing offers, ready to print: packages, editions, extras, terms. Reads `PublicListing.offer` and `.terms`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from marketplace.ui import formats
from marketplace.ui.kit import Text
from marketplace.ui.offers import Cell, Column, Comparison, Price, Row
from providers.catalogue.models import CategoryAttribute
from providers.discovery.web.cards import named, rate, unit_of
from providers.listings.models import PublicListing

Facts = list[tuple[Text, Text]]
Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """Something that costs extra: its name, what it costs, and a remark."""

    name: Text
    price: Text
    note: Text = ""


@dataclass(frozen=True, slots=True)
class Session:
    """A date of a lecture; `starts_at` is aware."""

    starts_at: datetime
    minutes: int
    seats: int
    price: Text
    place: Text
    is_online: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """Every part of an offer; what a price model has no use for is empty."""

    packages: Comparison | None
    editions: Comparison | None
    scope: Comparison | None
    commission: Facts
    metered: list[Line]
    metered_facts: Facts
    milestones: list[tuple[Text, Text]]
    extras: list[Line]
    sessions: list[Session]
    hint: str
    min_months: int | None


def offer_of(listing: PublicListing, *, now: datetime) -> Offer:
    """Sessions that have begun are left out."""
    offer, code = listing.offer, listing.currency
    return Offer(
        packages=_packages(listing),
        editions=_editions(offer, code),
        scope=_edition_scope(offer),
        commission=_commission(offer, code),
        metered=_tiers(offer, code),
        metered_facts=_metered_facts(offer, code),
        milestones=[(named(each, "name"), rate(each["share"])) for each in offer.get("milestones", ())],
        extras=[_extra(each, code) for each in offer.get("extras", ())],
        sessions=[found for each in offer.get("sessions", ()) if (found := _session(each, code)).starts_at > now],
        hint=named(offer, "hint"),
        min_months=offer.get("min_months"),
    )


def days(count: int | None) -> str:
    return "" if count is None else ngettext("%(days)s day", "%(days)s days", count) % {"days": count}


def _packages(listing: PublicListing) -> Comparison | None:
    packages = listing.offer.get("packages") or []
    if not packages:
        return None
    unit = unit_of(listing)
    columns = tuple(
        Column(named(each, "name"), Price(formats.price(each["price_minor"], listing.currency), unit)) for each in packages
    )
    rows = []
    if any(each.get("delivery_days") for each in packages):
        rows.append(Row(_("Delivered within"), tuple(Cell(days(each.get("delivery_days"))) for each in packages)))
    if any("revisions" in each for each in packages) and listing.pricing_model in ("fixed", "milestone", "unit"):
        rows.append(Row(_("Rounds of changes"), tuple(Cell(_revisions(each.get("revisions"))) for each in packages)))
    if any((each.get("min_quantity") or 1) > 1 for each in packages):
        rows.append(Row(_("Smallest order"), tuple(Cell(formats.number(each.get("min_quantity") or 1)) for each in packages)))
    return Comparison(_("Packages"), columns, (*rows, *_scope(listing.offer, len(packages))))


def _revisions(count: int | None) -> str:
    return _("as many as needed") if count is None else formats.number(count)


def _scope(offer: Item, width: int) -> list[Row]:
    rows = []
    for each in offer.get("scope", ()):
        cells = tuple(_cell(value) for value in each["cells"][:width])
        rows.append(Row(named(each, "label"), cells + (Cell(),) * (width - len(cells))))
    return rows


def _cell(value: Any) -> Cell:
    if isinstance(value, bool):
        return Cell(is_yes=value)
    if isinstance(value, dict):
        return Cell(named(value, ""))
    return Cell(formats.number(value) if isinstance(value, int) else str(value or ""))


def _editions(offer: Item, currency: str) -> Comparison | None:
    """Editions down, periods across: the price of the whole period, and what that is by the month."""
    editions, periods = offer.get("editions") or [], [str(months) for months in offer.get("periods") or ()]
    if not editions:
        return None
    columns = tuple(Column(ngettext("%(n)s month", "%(n)s months", int(each)) % {"n": each}) for each in periods)
    rows = tuple(Row(named(each, "name"), tuple(_period(each, months, currency) for months in periods)) for each in editions)
    return Comparison(_("Editions and periods"), columns, rows)


def _period(edition: Item, months: str, currency: str) -> Cell:
    amount = edition["prices"].get(months)
    if amount is None:
        return Cell()
    monthly = edition.get("per_month", {}).get(months)
    by_month = _("%(amount)s a month") % {"amount": formats.price(monthly, currency)} if monthly and months != "1" else ""
    return Cell(formats.price(amount, currency), by_month)


def _edition_scope(offer: Item) -> Comparison | None:
    editions = offer.get("editions") or []
    if not editions or not offer.get("scope"):
        return None
    columns = tuple(Column(named(each, "name")) for each in editions)
    return Comparison(_("What each edition holds"), columns, tuple(_scope(offer, len(editions))))


def _commission(offer: Item, currency: str) -> Facts:
    """The base fee stands with the packages; this is what comes on top."""
    found = offer.get("commission")
    if not found:
        return []
    facts: Facts = [(_("Commission"), rate(found["rate"]))]
    facts.append(
        (_("Counted on sales above"), _("%(amount)s a month") % {"amount": formats.price(found["baseline_minor"], currency)})
    )
    for key, text in (("floor_minor", pgettext("commission", "At least")), ("cap_minor", pgettext("commission", "At most"))):
        if found.get(key) is not None:
            facts.append((text, _("%(amount)s a month") % {"amount": formats.price(found[key], currency)}))
    facts.append((_("Returned goods"), _("do not count") if found.get("excludes_returns") else _("count as sales")))
    return facts


def _metered_facts(offer: Item, currency: str) -> Facts:
    found = offer.get("metered")
    if not found:
        return []
    unit = named(found, "unit")
    facts: Facts = []
    if found.get("base_minor"):
        facts.append((_("Base fee"), _("%(amount)s a month") % {"amount": formats.price(found["base_minor"], currency)}))
    if found.get("included"):
        facts.append((_("Included"), f"{formats.number(found['included'])} {unit}"))
    if found.get("cap_minor") is not None:
        facts.append(
            (pgettext("commission", "At most"), _("%(amount)s a month") % {"amount": formats.price(found["cap_minor"], currency)})
        )
    return facts


def _tiers(offer: Item, currency: str) -> list[Line]:
    found = offer.get("metered")
    if not found:
        return []
    unit, per = named(found, "unit"), formats.number(found.get("per") or 1)
    lines = []
    for tier in found.get("tiers", ()):
        upto = tier.get("upto")
        name = _("beyond that") if upto is None else _("up to %(count)s %(unit)s") % {"count": formats.number(upto), "unit": unit}
        price = _("%(amount)s per %(per)s %(unit)s") % {
            "amount": formats.price(tier["price_minor"], currency), "per": per, "unit": unit,
        }  # fmt: skip
        lines.append(Line(name, price))
    return lines


def _extra(each: Item, currency: str) -> Line:
    more = _("takes %(days)s longer") % {"days": days(each["days"])} if each.get("days") else ""
    return Line(named(each, "name"), formats.price(each["price_minor"], currency), more)


def _session(each: Item, currency: str) -> Session:
    return Session(
        starts_at=datetime.fromisoformat(each["starts_at"]),
        minutes=each["minutes"],
        seats=each["seats"],
        price=formats.price(each["price_minor"], currency),
        place=named(each, "place"),
        is_online=bool(each.get("online")),
    )


@dataclass(frozen=True, slots=True)
class Terms:
    """The service-terms block (B8): what is known before anything is ordered."""

    facts: Facts
    free: list[str]
    paid: list[Line]
    remote: list[Line]
    cancellation: str

    @property
    def is_empty(self) -> bool:
        return not (self.facts or self.free or self.paid or self.remote or self.cancellation)


def terms_of(listing: PublicListing) -> Terms:
    terms, currency = listing.terms, listing.currency
    hours = terms.get("response_hours")
    known: Facts = [
        (_("Starts within"), days(terms.get("lead_days"))),
        (_("Trial"), days(terms.get("trial_days"))),
        (_("First answer within"), ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours} if hours else ""),
        (_("Notice to end it"), days(terms.get("notice_days"))),
        (_("Hours"), named(terms, "hours")),
    ]
    return Terms(
        facts=[(label, text) for label, text in known if text],
        free=[named(each, "") for each in terms.get("free", ())],
        paid=[
            Line(named(each, "name"), _amount(each.get("price_minor"), currency), named(each, "unit"))
            for each in terms.get("paid", ())
        ],
        remote=[Line(named(each, "region"), _amount(each.get("fee_minor"), currency)) for each in terms.get("remote", ())],
        cancellation=named(terms, "cancellation"),
    )


def _amount(amount: int | None, currency: str) -> str:
    return _("on request") if amount is None else formats.price(amount, currency)


def attributes_of(listing: PublicListing, known: list[CategoryAttribute]) -> Facts:
    """What the category asks, as far as the listing answers, in the category's order."""
    stated = listing.attributes
    return [(each.name, each.value_label(stated[each.key])) for each in known if stated.get(each.key) not in (None, "", [])]
