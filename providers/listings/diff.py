"""What a version says, line by line, and what changed between two of them. For people: labels and values are words."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.files.queries import image_url
from marketplace.ui import formats
from marketplace.ui.formats import language
from providers.catalogue.models import CategoryAttribute
from providers.listings.models import ListingVersion
from providers.listings.prices import relevant
from providers.listings.sections import VOCABULARIES

Kind = Literal["same", "old", "new"]
Say = Callable[..., str]
WORDS = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)
#: Above, texts are shown whole, one after the other.
LONGEST_COMPARED = 4_000


@dataclass(frozen=True)
class Line:
    """One thing a version says. `key` tells which lines of two versions belong together."""

    key: str
    section: str
    label: str
    value: str
    is_text: bool = False


@dataclass(frozen=True)
class Row:
    """A line of two versions; `parts` mark what changed within a long text."""

    section: str
    label: str
    old: str
    new: str
    is_text: bool = False

    @property
    def is_changed(self) -> bool:
        return self.old != self.new

    @property
    def parts(self) -> list[tuple[Kind, str]]:
        """The texts merged, in stretches that stayed, went, and came."""
        return compared(self.old, self.new)


def diff(old: ListingVersion | None, new: ListingVersion, asked: Mapping[str, CategoryAttribute]) -> list[Row]:
    """Every line of both versions in the order they are written; without an old one everything is new."""
    before = {} if old is None else {line.key: line for line in lines_of(old, asked)}
    after = {line.key: line for line in lines_of(new, asked)}
    rows = []
    for key in _merged(list(before), list(after)):
        line = after.get(key) or before[key]
        old_value, new_value = (found[key].value if key in found else "" for found in (before, after))
        rows.append(Row(line.section, line.label, old_value, new_value, line.is_text))
    return rows


def changes(old: ListingVersion | None, new: ListingVersion, asked: Mapping[str, CategoryAttribute]) -> list[Row]:
    """Only what differs."""
    return [row for row in diff(old, new, asked) if row.is_changed]


def _merged(first: list[str], second: list[str]) -> list[str]:
    """Both orders in one: what went stays where it was."""
    found: list[str] = []
    for tag, a, b, c, d in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        found += first[a:b] if tag != "insert" else []
        found += [key for key in second[c:d] if tag != "equal"]
    return list(dict.fromkeys(found))


def compared(old: str, new: str) -> list[tuple[Kind, str]]:
    """Stretches of both texts by words and by Chinese characters."""
    if not old or not new or max(len(old), len(new)) > LONGEST_COMPARED:
        return [(kind, text) for kind, text in (("old", old), ("new", new)) if text]  # type: ignore[misc]
    left, right = WORDS.findall(old), WORDS.findall(new)
    parts: list[tuple[Kind, str]] = []
    for tag, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            parts.append(("same", "".join(left[a:b])))
        else:
            parts += [("old", "".join(left[a:b]))] if b > a else []
            parts += [("new", "".join(right[c:d]))] if d > c else []
    return parts


# What a version says.


def lines_of(version: ListingVersion, asked: Mapping[str, CategoryAttribute], say: Say | None = None) -> Iterator[Line]:
    """Every line that has a value. `asked` are the attributes by key (of both versions' categories, for a comparison).

    `say` chooses between the languages of a pair: `spoken` (default) says both, `said` only the reader's.
    """
    for line in _all_lines(version, asked, say or spoken):
        if line.value:
            yield line


def _all_lines(version: ListingVersion, asked: Mapping[str, CategoryAttribute], say: Say) -> Iterator[Line]:
    yield Line("category", "basics", _("Category"), f"{version.category.parent} › {version.category}")
    for name, zh, en in (
        ("title", _("Title in Chinese"), _("Title in English")),
        ("summary", _("Summary in Chinese"), _("Summary in English")),
        ("body", _("Description in Chinese"), _("Description in English")),
    ):
        section = "text" if name == "body" else "basics"
        yield Line(f"{name}_zh", section, zh, getattr(version, f"{name}_zh"), True)
        yield Line(f"{name}_en", section, en, getattr(version, f"{name}_en"), True)
    for name, label in (
        ("platforms", _("Platforms")), ("industries", _("Industries")), ("belts", _("Industrial belts")),
        ("languages", _("Languages")),
    ):  # fmt: skip
        yield Line(name, "fit", label, " · ".join(VOCABULARIES[name].label(code) for code in getattr(version, name)))
    for key, attribute in asked.items():
        if key in version.attributes:
            yield Line(f"attributes.{key}", "fit", attribute.name, attribute.value_label(version.attributes[key]))
    yield Line("pricing_model", "price", _("Price model"), str(version.get_pricing_model_display()))
    yield Line("currency", "price", _("Currency"), version.currency)
    yield from _offer(relevant(version.pricing_model, version.offer), version.currency, say)
    yield from _terms(version.terms, version.currency, say)
    yield from _images(version.images, say)


def said(item: Mapping[str, Any], name: str = "") -> str:
    """The half of a `…_zh`/`…_en` pair that the reader reads, else the other one."""
    first, second = ("en", "zh") if language() == "en" else ("zh", "en")
    keys = (f"{name}_{first}", f"{name}_{second}") if name else (first, second)
    return next((text for key in keys if (text := str(item.get(key) or ""))), "")


def spoken(item: Mapping[str, Any], name: str = "") -> str:
    """Both halves of a `…_zh`/`…_en` pair, joined where they differ."""
    keys = (f"{name}_zh", f"{name}_en") if name else ("zh", "en")
    return " / ".join(dict.fromkeys(text for key in keys if (text := str(item.get(key) or ""))))


def _offer(offer: Mapping[str, Any], currency: str, say: Say) -> Iterator[Line]:
    def money(amount: int | None) -> str:
        return "" if amount is None else formats.money(amount, currency)

    def line(key: str, label: str, value: str) -> Line:
        return Line(key, "price", label, value)

    yield line("unit", _("Price is per"), say(offer.get("unit", {})))
    yield line("min_months", _("Shortest term"), _months(offer.get("min_months")))
    for package in offer.get("packages", ()):
        name, key = said(package, "name"), f"package.{package['key']}"
        yield line(f"{key}.name", _("Package"), say(package, "name"))
        yield line(f"{key}.price", _("%(name)s · price") % {"name": name}, money(package["price_minor"]))
        yield line(f"{key}.days", _("%(name)s · delivered in") % {"name": name}, _days(package.get("delivery_days")))
        yield line(f"{key}.revisions", _("%(name)s · revisions") % {"name": name}, _revisions(package.get("revisions")))
        least = package.get("min_quantity", 1)
        yield line(f"{key}.least", _("%(name)s · at least") % {"name": name}, formats.number(least) if least > 1 else "")
    for n, row in enumerate(offer.get("scope", ())):
        cells = " | ".join(cell_text(cell, say) for cell in row.get("cells", ()))
        label = say(row, "label")
        yield line(f"scope.{label or n}", _("Comparison · %(name)s") % {"name": said(row, "label")}, cells)
    for extra in offer.get("extras", ()):
        name = _("Extra · %(name)s") % {"name": said(extra, "name")}
        yield line(f"extra.{extra['key']}", name, _joined(money(extra["price_minor"]), _more_days(extra.get("days"))))
    for n, milestone in enumerate(offer.get("milestones", ())):
        yield line(
            f"milestone.{n}",
            _("Milestone %(n)s") % {"n": n + 1},
            _joined(say(milestone, "name"), rate_text(milestone["share"])),
        )
    yield from (line(*found) for found in _commission(offer.get("commission") or {}, money))
    for edition in offer.get("editions", ()):
        for months, price in edition["prices"].items():
            label = _joined(_("Edition · %(name)s") % {"name": said(edition, "name")}, _months(int(months)))
            yield line(f"edition.{edition['key']}.{months}", label, money(price))
    yield from (line(*found) for found in _metered(offer.get("metered") or {}, money, say))
    for session in offer.get("sessions", ()):
        seats = ngettext("%(n)s seat", "%(n)s seats", session.get("seats", 0)) % {"n": session.get("seats", 0)}
        place = _("Online") if session.get("online") else say(session, "place")
        yield line(
            f"session.{session['key']}", _("Session"),
            _joined(session["starts_at"][:16].replace("T", " "), seats, money(session["price_minor"]), place),
        )  # fmt: skip
    yield line("hint", _("What the price depends on"), say(offer, "hint"))


def _commission(commission: Mapping[str, Any], money: Any) -> Iterator[tuple[str, str, str]]:
    if not commission:
        return
    yield "commission.rate", _("Commission"), rate_text(commission["rate"])
    yield "commission.baseline", _("Commission on sales above"), money(commission.get("baseline_minor"))
    yield "commission.floor", _("Least commission a month"), money(commission.get("floor_minor"))
    yield "commission.cap", _("Most commission a month"), money(commission.get("cap_minor"))
    yield "commission.returns", _("Returns are taken off the sales"), _("Yes") if commission.get("excludes_returns") else _("No")


def _metered(metered: Mapping[str, Any], money: Any, say: Say) -> Iterator[tuple[str, str, str]]:
    if not metered:
        return
    yield "metered.unit", _("What is counted"), say(metered, "unit")
    yield "metered.base", _("Base price a month"), money(metered.get("base_minor"))
    yield "metered.included", _("Included"), formats.number(metered.get("included", 0))
    for n, tier in enumerate(metered.get("tiers", ())):
        end = tier.get("upto")
        label = _("Beyond") if end is None else _("Up to %(n)s") % {"n": formats.number(end)}
        price = _("%(price)s for %(n)s") % {"price": money(tier["price_minor"]), "n": formats.number(metered.get("per", 1))}
        yield f"metered.{n}", label, price
    yield "metered.cap", _("Most a month"), money(metered.get("cap_minor"))


def _terms(terms: Mapping[str, Any], currency: str, say: Say) -> Iterator[Line]:
    def line(key: str, label: str, value: str, is_text: bool = False) -> Line:
        return Line(f"terms.{key}", "terms", label, value, is_text)

    yield line("lead_days", _("Starts within"), _days(terms.get("lead_days")))
    yield line("trial_days", _("On trial"), _days(terms.get("trial_days")))
    response = terms.get("response_hours")
    yield line(
        "response",
        _("Answers within"),
        "" if response is None else ngettext("%(n)s hour", "%(n)s hours", response) % {"n": response},
    )
    yield line("notice", _("Notice period"), _days(terms.get("notice_days")))
    yield line("hours", _("Service hours"), say(terms, "hours"))
    for n, item in enumerate(terms.get("free", ())):
        yield line(f"free.{say(item) or n}", _("Free of charge"), say(item))
    for n, item in enumerate(terms.get("paid", ())):
        price = item.get("price_minor")
        words = _("on request") if price is None else formats.money(price, currency)
        yield line(f"paid.{n}", _("Charged · %(name)s") % {"name": said(item, "name")}, _joined(words, say(item, "unit")))
    for n, item in enumerate(terms.get("remote", ())):
        yield line(
            f"remote.{n}", _("Travel · %(name)s") % {"name": said(item, "region")}, formats.money(item["fee_minor"], currency)
        )
    yield line("cancellation_zh", _("Cancelling, in Chinese"), terms.get("cancellation_zh", ""), True)
    yield line("cancellation_en", _("Cancelling, in English"), terms.get("cancellation_en", ""), True)


def _images(images: list[dict[str, Any]], say: Say) -> Iterator[Line]:
    for n, image in enumerate(images, start=1):
        yield Line(f"image.{n}", "images", _("Picture %(n)s") % {"n": n}, image_url(image["key"], 400))
        yield Line(f"image.{n}.alt", "images", _("Picture %(n)s · described as") % {"n": n}, say(image, "alt"))


def cell_text(cell: Any, say: Say) -> str:
    """A cell of the comparison: ✓, –, a number, words."""
    if isinstance(cell, bool):
        return "✓" if cell else "–"
    return formats.number(cell) if isinstance(cell, int) else say(cell)


def rate_text(rate: int) -> str:
    """1/10,000 as a percentage: 350 → 3.5%."""
    return formats.percent(rate / 10_000, 2)


def _days(days: int | None) -> str:
    return "" if days is None else ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def _more_days(days: int | None) -> str:
    return ngettext("%(n)s day more", "%(n)s days more", days) % {"n": days} if days else ""


def _months(months: int | None) -> str:
    return "" if months is None else ngettext("%(n)s month", "%(n)s months", months) % {"n": months}


def _revisions(revisions: int | None) -> str:
    return _("no limit") if revisions is None else formats.number(revisions)


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
