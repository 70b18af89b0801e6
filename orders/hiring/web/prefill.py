"""Where a need can begin: from a listing ("ask for a quote"), or from a program page ("get help with this")."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.kernel.errors import NotFound
from marketplace.ui.kit import Text
from marketplace.ui.labels import program_label
from orders.hiring.operations.writing import SCRATCH, Source
from providers.listings.models import PublicListing

#: Program → category, title, goal. Any other name begins with an empty form.
PROGRAMS: Mapping[str, tuple[str, Text, Text]] = {
    "price_protection": (
        "aftersale-service", gettext_lazy("Answer price protection claims for us"), gettext_lazy("Claims answered within a day"),
    ),
    "presale_balance": (
        "presale-service", gettext_lazy("Recover unpaid presale balances"), gettext_lazy("More balances paid in the tail window"),
    ),
    "refund_retention": (
        "aftersale-service", gettext_lazy("Save refunds before they happen"), gettext_lazy("Fewer refunds within 30 days"),
    ),
}  # fmt: skip
MONTHLY = ("retainer", "retainer_commission", "subscription", "seat_shift")


@dataclass(frozen=True)
class Start:
    """First values of the form, what it began with, and the sentence above it."""

    initial: dict[str, Any]
    source: Source = SCRATCH
    note: str = ""


def start_from(query: Mapping[str, str]) -> Start:
    """`?listing=slug` or `?program=name`; otherwise from scratch. NotFound for a listing that is not public."""
    common = {"mode": "invited", "answer_days": 7, "currency": "CNY", "budget_unit": "once"}
    if query.get("listing"):
        return _listing(query["listing"], common)
    if query.get("program") in PROGRAMS:
        return _program(query["program"], common)
    return Start(common)


def _listing(slug: str, common: dict[str, Any]) -> Start:
    listing = PublicListing.objects.select_related("category").filter(slug=slug[:80]).first()
    if listing is None:
        raise NotFound(f"listing {slug}")
    initial = {
        **common, "title": listing.title[:120], "category": listing.category.slug, "currency": listing.currency,
        "budget_max": listing.from_minor, "budget_unit": "month" if listing.pricing_model in MONTHLY else "once",
        "platforms": listing.platforms[:3], "industries": listing.industries[:3],
    }  # fmt: skip
    note = _("A quote for “%(title)s”: its provider is asked first, and you can ask others as well.") % {"title": listing.title}
    return Start(initial, ("listing", slug), note)


def _program(name: str, common: dict[str, Any]) -> Start:
    category, title, goal = PROGRAMS[name]
    initial = {**common, "category": category, "title": str(title), "kpi": str(goal), "budget_unit": "month"}
    note = _("Help with the program “%(name)s”: say what you need, and see who fits.") % {"name": program_label(name)}
    return Start(initial, ("program", name), note)
