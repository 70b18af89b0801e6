"""The price section of the editor: one form and its lists, each price model showing the parts it has a use for."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.kernel.market import MARKET_ZONE
from providers.catalogue.rates import CURRENCIES
from providers.listings.models import ListingVersion, PricingModel
from providers.listings.prices import PARTS
from providers.listings.shape import PERIODS
from providers.listings.web.fields import CellField, MinorField, PercentField, PricedForm, RowForm, rows_of

BEIJING = MARKET_ZONE
#: What one price buys, by price model; `own` is said by the provider.
UNITS = {
    "project": {"code": "project", "zh": "次", "en": "project"},
    "month": {"code": "month", "zh": "月", "en": "month"},
    "seat_month": {"code": "seat_month", "zh": "席位/月", "en": "seat and month"},
    "shift": {"code": "shift", "zh": "班次", "en": "shift"},
    "session": {"code": "session", "zh": "人", "en": "person"},
}
UNIT_OF = {
    "fixed": "project", "milestone": "project", "retainer": "month", "retainer_commission": "month", "subscription": "month",
    "metered": "month", "session": "session",
}  # fmt: skip
SLOTS = 3
EDITIONS = 4


def whole(label: Any, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=options.pop("least", 1), **options)


def words(label: Any, length: int) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=length)


class PackageForm(RowForm):
    name_zh = words(_("Name in Chinese"), 30)
    name_en = words(_("Name in English"), 60)
    price = MinorField(label=pgettext_lazy("listing", "Price"))
    delivery_days = whole(_("Delivered in (days)"), max_value=730)
    revisions = whole(_("Revisions"), least=0, max_value=99, help_text=_("Empty: no limit."))
    min_quantity = whole(_("Least quantity"), max_value=1_000_000)


class ScopeForm(RowForm):
    label_zh = words(_("In Chinese"), 40)
    label_en = words(_("In English"), 80)

    def __init__(self, *args: Any, heads: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        for n, head in enumerate(heads):
            self.fields[f"cell_{n}"] = CellField(label=head, required=False, max_length=103)


class ExtraForm(RowForm):
    name_zh = words(_("Name in Chinese"), 60)
    name_en = words(_("Name in English"), 120)
    price = MinorField(label=pgettext_lazy("listing", "Price"))
    days = whole(_("Days more"), least=0, max_value=365)


class MilestoneForm(RowForm):
    name_zh = words(_("Name in Chinese"), 40)
    name_en = words(_("Name in English"), 80)
    share = PercentField(label=_("Share in percent"))


class EditionForm(RowForm):
    name_zh = words(_("Name in Chinese"), 30)
    name_en = words(_("Name in English"), 60)
    price_1 = MinorField(label=_("1 month"), required=False)
    price_3 = MinorField(label=_("3 months"), required=False)
    price_6 = MinorField(label=_("6 months"), required=False)
    price_12 = MinorField(label=_("12 months"), required=False)


class TierForm(RowForm):
    upto = whole(_("Up to"), max_value=10**12, help_text=_("Empty: all beyond."))
    price = MinorField(label=pgettext_lazy("listing", "Price"))


class SessionForm(RowForm):
    starts_at = forms.DateTimeField(
        label=_("Begins (Beijing time)"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )  # fmt: skip
    minutes = forms.IntegerField(label=_("Minutes"), min_value=15, max_value=1_440)
    seats = forms.IntegerField(label=_("Seats"), min_value=1, max_value=10_000)
    price = MinorField(label=_("Price per person"))
    place_zh = words(_("Place in Chinese"), 60)
    place_en = words(_("Place in English"), 120)
    online = forms.BooleanField(label=_("Online"), required=False)

    def clean_starts_at(self) -> datetime:
        # The form's own zone is UTC; what was typed is Beijing's.
        return self.cleaned_data["starts_at"].replace(tzinfo=BEIJING)


class PriceForm(PricedForm):
    pricing_model = forms.ChoiceField(
        label=_("Price model"), choices=PricingModel, widget=forms.Select(attrs={"data-submit-on-change": True})
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in CURRENCIES])
    unit = forms.ChoiceField(
        label=_("Price is per"), required=False, choices=[("seat_month", _("seat and month")), ("shift", _("shift"))]
    )
    unit_zh = words(_("Unit in Chinese"), 12)
    unit_en = words(_("Unit in English"), 24)
    min_months = whole(_("Shortest term (months)"), max_value=60)
    rate = PercentField(label=_("Commission in percent"), required=False)
    baseline = MinorField(label=_("On monthly sales above"), required=False, help_text=_("Empty: on all sales."))
    floor = MinorField(label=_("Least commission a month"), required=False)
    cap = MinorField(label=_("Most commission a month"), required=False)
    excludes_returns = forms.BooleanField(label=_("Returns are taken off the sales"), required=False)
    metered_zh = words(_("What is counted, in Chinese"), 20)
    metered_en = words(_("What is counted, in English"), 40)
    base = MinorField(label=_("Base price a month"), required=False)
    included = whole(_("Included"), least=0, max_value=10**9)
    per = whole(_("Priced by (units)"), max_value=10**6, help_text=_("1000: the prices below are for 1,000."))
    metered_cap = MinorField(label=_("Most a month"), required=False)
    hint_zh = words(_("What the price depends on, in Chinese"), 200)
    hint_en = words(_("What the price depends on, in English"), 400)


class Pricing:
    """The whole section. Parts of other price models are kept in the draft, unseen, in case the provider goes back."""

    def __init__(self, version: ListingVersion, data: Any = None, more: str = "") -> None:
        self.version, self.data = version, data
        self.model = data.get("pricing_model", "") if data is not None else version.pricing_model
        self.model = self.model if self.model in PricingModel.values else version.pricing_model
        currency = data.get("currency", "") if data is not None else version.currency
        self.currency = currency if currency in CURRENCIES else "CNY"
        self.form = PriceForm(data, initial=_initial(version), currency=self.currency)
        self.lists = {name: make(self, self._sent(name), more) for name, make in LISTS.items() if name in self.parts}

    def _sent(self, name: str) -> Any:
        """The data, where it has this list at all."""
        return self.data if self.data is not None and f"{name}-TOTAL_FORMS" in self.data else None

    @property
    def parts(self) -> frozenset[str]:
        """What this price model consists of."""
        return PARTS[self.model]

    @property
    def has_commission(self) -> bool:
        return "commission" in self.parts

    @property
    def has_metered(self) -> bool:
        return "metered" in self.parts

    @property
    def hint_shown(self) -> bool:
        return "hint_zh" in self.parts

    def part(self, *names: str) -> list[forms.BoundField]:
        return [self.form[name] for name in names]

    @property
    def commission(self) -> list[forms.BoundField]:
        return self.part("rate", "baseline", "floor", "cap", "excludes_returns")

    @property
    def metered(self) -> list[forms.BoundField]:
        return self.part("metered_zh", "metered_en", "base", "included", "per", "metered_cap")

    @property
    def hint(self) -> list[forms.BoundField]:
        return self.part("hint_zh", "hint_en")

    @property
    def unit(self) -> list[forms.BoundField]:
        """What the price is per, where that is the provider's choice; and the shortest term."""
        names = {"seat_shift": ("unit",), "unit": ("unit_zh", "unit_en")}.get(self.model, ())
        return self.part(*names, *(("min_months",) if "min_months" in self.parts else ()))

    def is_valid(self) -> bool:
        return all([self.form.is_valid(), *(rows.is_valid() for rows in self.lists.values() if rows.is_bound)])

    def values(self) -> dict[str, Any]:
        """What was sent. Where the page did not show a part yet (the price model was changed just now), the stored one stays."""
        data = self.form.cleaned_data
        offer = {**self.version.offer, **_lists({name: found.rows() for name, found in self.lists.items() if found.is_bound})}
        tiers = offer.pop("tiers", None)
        for name, make in SINGLES.items():
            if name in self.parts and (name not in MARKS or MARKS[name] in self.data):
                offer[name] = make(data, self.model)
        if "metered" in offer and tiers is not None:
            offer["metered"] = {**offer["metered"], "tiers": tiers}
        flat = {name: data[name] for name in ("min_months", "hint_zh", "hint_en") if name in self.parts and name in self.data}
        return {"pricing_model": self.model, "currency": self.currency, "offer": {**offer, **flat}}


# From the stored offer to the form.


def _initial(version: ListingVersion) -> dict[str, Any]:
    offer = version.offer
    commission, metered, unit = offer.get("commission") or {}, offer.get("metered") or {}, offer.get("unit") or {}
    return {
        "pricing_model": version.pricing_model,
        "currency": version.currency,
        "unit": unit.get("code"),
        "unit_zh": unit.get("zh") if unit.get("code") == "own" else "",
        "unit_en": unit.get("en") if unit.get("code") == "own" else "",
        "min_months": offer.get("min_months"),
        "rate": commission.get("rate"),
        "baseline": commission.get("baseline_minor") or None,
        "floor": commission.get("floor_minor"),
        "cap": commission.get("cap_minor"),
        "excludes_returns": commission.get("excludes_returns", True),
        "metered_zh": metered.get("unit_zh"),
        "metered_en": metered.get("unit_en"),
        "base": metered.get("base_minor") or None,
        "included": metered.get("included"),
        "per": metered.get("per"),
        "metered_cap": metered.get("cap_minor"),
        "hint_zh": offer.get("hint_zh"),
        "hint_en": offer.get("hint_en"),
    }


def _priced(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "price": row.get("price_minor")} for row in rows]


def _packages(section: Pricing, data: Any, more: str) -> Any:
    stored = _priced(section.version.offer.get("packages", []))
    return rows_of(PackageForm, "packages", stored=stored, data=data, slots=SLOTS, limit=SLOTS, currency=section.currency)


def _editions(section: Pricing, data: Any, more: str) -> Any:
    stored = [
        {**row, **{f"price_{months}": row["prices"].get(str(months)) for months in PERIODS}}
        for row in section.version.offer.get("editions", [])
    ]
    return rows_of(EditionForm, "editions", stored=stored, data=data, slots=EDITIONS, limit=EDITIONS, currency=section.currency)


def _scope(section: Pricing, data: Any, more: str) -> Any:
    width = EDITIONS if "editions" in section.parts else SLOTS
    heads = [str(_("Edition %(n)s") if width == EDITIONS else _("Package %(n)s")) % {"n": n + 1} for n in range(width)]
    stored = [
        {**row, **{f"cell_{n}": cell for n, cell in enumerate(row.get("cells", ()))}}
        for row in section.version.offer.get("scope", [])
    ]
    return rows_of(ScopeForm, "scope", stored=stored, data=data, more=more, spare=2, limit=30, heads=heads)


def _extras(section: Pricing, data: Any, more: str) -> Any:
    stored = _priced(section.version.offer.get("extras", []))
    return rows_of(ExtraForm, "extras", stored=stored, data=data, more=more, limit=12, currency=section.currency)


def _milestones(section: Pricing, data: Any, more: str) -> Any:
    stored = section.version.offer.get("milestones", [])
    return rows_of(MilestoneForm, "milestones", stored=stored, data=data, more=more, spare=3 if not stored else 1, limit=8)


def _tiers(section: Pricing, data: Any, more: str) -> Any:
    stored = _priced((section.version.offer.get("metered") or {}).get("tiers", []))
    return rows_of(TierForm, "tiers", stored=stored, data=data, more=more, spare=2, limit=6, currency=section.currency)


def _sessions(section: Pricing, data: Any, more: str) -> Any:
    stored = [
        {**row, "starts_at": datetime.fromisoformat(row["starts_at"]).astimezone(BEIJING).replace(tzinfo=None)}
        for row in _priced(section.version.offer.get("sessions", []))
    ]
    return rows_of(SessionForm, "sessions", stored=stored, data=data, more=more, limit=24, currency=section.currency)


LISTS: dict[str, Callable[[Pricing, Any, str], Any]] = {
    "packages": _packages, "editions": _editions, "scope": _scope, "extras": _extras, "milestones": _milestones, "tiers": _tiers,
    "sessions": _sessions,
}  # fmt: skip


# From the form to the stored offer.


def _lists(rows: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    slots = [row["slot"] for row in rows.get("packages", rows.get("editions", []))]
    for name, make in ROWS.items():
        if name in rows:
            found[name] = [make(row) for row in rows[name]]
    if "scope" in rows:
        found["scope"] = [
            {"label_zh": row["label_zh"], "label_en": row["label_en"], "cells": [row[f"cell_{slot}"] for slot in slots]}
            for row in rows["scope"]
        ]
    if "tiers" in rows:
        found["tiers"] = [{"upto": row["upto"], "price_minor": row["price"]} for row in rows["tiers"]]
    return found


def _key(row: dict[str, Any], letter: str) -> str:
    return row["key"] or letter + secrets.token_hex(3)


def _package(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": _key(row, "p"), "name_zh": row["name_zh"], "name_en": row["name_en"], "price_minor": row["price"],
        "delivery_days": row["delivery_days"], "revisions": row["revisions"], "min_quantity": row["min_quantity"] or 1,
    }  # fmt: skip


def _extra(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": _key(row, "x"), "name_zh": row["name_zh"], "name_en": row["name_en"], "price_minor": row["price"],
        "days": row["days"] or 0,
    }  # fmt: skip


def _edition(row: dict[str, Any]) -> dict[str, Any]:
    prices = {str(months): row[f"price_{months}"] for months in PERIODS if row[f"price_{months}"] is not None}
    return {"key": _key(row, "e"), "name_zh": row["name_zh"], "name_en": row["name_en"], "prices": prices}


def _session(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": _key(row, "s"), "starts_at": row["starts_at"].isoformat(), "minutes": row["minutes"], "seats": row["seats"],
        "price_minor": row["price"], "place_zh": row["place_zh"], "place_en": row["place_en"], "online": row["online"],
    }  # fmt: skip


def _milestone(row: dict[str, Any]) -> dict[str, Any]:
    return {"name_zh": row["name_zh"], "name_en": row["name_en"], "share": row["share"]}


ROWS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "packages": _package, "extras": _extra, "editions": _edition, "sessions": _session, "milestones": _milestone,
}  # fmt: skip


def _unit(data: dict[str, Any], model: str) -> dict[str, str]:
    if model == "unit":
        return {"code": "own", "zh": data["unit_zh"], "en": data["unit_en"]}
    return UNITS[UNIT_OF.get(model) or data["unit"] or "seat_month"]


def _commission(data: dict[str, Any], model: str) -> dict[str, Any]:
    return {
        "rate": data["rate"] or 0, "baseline_minor": data["baseline"] or 0, "floor_minor": data["floor"],
        "cap_minor": data["cap"], "excludes_returns": data["excludes_returns"],
    }  # fmt: skip


def _metered(data: dict[str, Any], model: str) -> dict[str, Any]:
    return {
        "unit_zh": data["metered_zh"], "unit_en": data["metered_en"], "base_minor": data["base"] or 0,
        "included": data["included"] or 0, "per": data["per"] or 1, "cap_minor": data["metered_cap"],
    }  # fmt: skip


#: A field that is sent whenever the part was on the page.
MARKS = {"commission": "rate", "metered": "metered_zh"}
SINGLES: dict[str, Callable[[dict[str, Any], str], dict[str, Any]]] = {
    "unit": _unit, "commission": _commission, "metered": _metered,
}  # fmt: skip
