"""Stored values as staff read them: names instead of ids, money in its currency, dictionaries as labelled lists."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import display_for_field
from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext

from marketplace.kernel.market import MARKET_ZONE
from marketplace.staff.names import ORGANIZATIONS, Names, is_person, names_of, user_id
from marketplace.ui import formats
from marketplace.ui.facts import readable
from marketplace.ui.labels import channel_label, fact_label, program_label, reason_label, status_label, transfer_label

EMPTY = "–"
#: Names of integers that are minor units; a row without a currency counts in the market's own.
MONEY_ENDINGS = ("_amount", "_minor", "_cents")
MONEY_NAMES = frozenset({"amount", "balance", "price", "limit", "spent", "reserved"})
MARKET_CURRENCY = "CNY"
#: Text columns that hold codes, and what says them in words. A field with choices of its own needs none.
WORDS: Mapping[str, Callable[[str], Any]] = {
    "state": status_label,
    "status": status_label,
    "outcome": status_label,
    "reason": reason_label,
    "program": program_label,
    "channel": channel_label,
    "transfer_kind": transfer_label,
}


def shows(model: type[models.Model], name: str) -> Callable[[Any], Any]:
    """A read-only column or field that shows one field of a model as people read it."""
    return _shows(model, name)


@lru_cache(maxsize=2048)
def _shows(model: type[models.Model], name: str) -> Callable[[Any], Any]:
    field = model._meta.get_field(name)

    def column(row: Any) -> Any:
        found = shown(row, field)
        return EMPTY if found is None else found

    column.__name__ = f"{name}_shown"
    return admin.display(description=capfirst(_label(field)), ordering=name, empty_value=EMPTY)(column)


def _label(field: Any) -> Any:
    return getattr(field, "verbose_name", field.name)


def shown(row: Any, field: Any) -> Any:
    """One field of one row, ready to print; None when there is nothing."""
    value = getattr(row, field.attname)
    if value is None or value in ("", [], {}):
        return None
    if field.attname in ORGANIZATIONS:
        return organization_link(value, _names(row))
    if is_person(field.attname):
        return person(value, _names(row))
    if isinstance(field, models.ForeignKey):
        return link_to(getattr(row, field.name))
    if isinstance(field, models.JSONField):
        return structure(value, getattr(row, "currency", ""))
    if (words := words_for(field)) is not None:
        return words(value)
    if is_money(field):
        return formats.money(value, getattr(row, "currency", "") or MARKET_CURRENCY)
    if isinstance(value, datetime):
        return formats.local_datetime(value, MARKET_ZONE)
    if isinstance(value, date):
        return formats.local_date(value)
    return display_for_field(value, field, EMPTY)


def words_for(field: Any) -> Callable[[str], Any] | None:
    """What says a field's codes in words; None when Django or nobody does."""
    if not isinstance(field, models.CharField) or field.choices:
        return None
    name = "transfer_kind" if field.model._meta.model_name == "ledgertransfer" and field.name == "kind" else field.name
    return WORDS.get(name)


def is_money(field: Any) -> bool:
    """Whether an integer is an amount of money, in minor units."""
    if not isinstance(field, models.IntegerField):
        return False
    has_currency = any(other.name == "currency" for other in field.model._meta.concrete_fields)
    return field.name.endswith(MONEY_ENDINGS) or (field.name in MONEY_NAMES and has_currency)


def _names(row: Any) -> Names:
    """Of the whole page when a list is shown (see `StaffChangeList`), of this row otherwise."""
    found = row.__dict__.get("staff_names")
    if found is None:
        found = row.__dict__["staff_names"] = names_of([row])
    return found  # type: ignore[no-any-return]


def organization_link(pk: int, names: Names) -> SafeString | str:
    """An organization's name, leading to it."""
    name = names.organizations.get(pk)
    if name is None:
        return gettext("no organization any more")
    return format_html('<a href="{}">{}</a>', reverse("admin:accounts_organization_change", args=[pk]), name)


def person(value: object, names: Names) -> str:
    """Who it was."""
    found = user_id(value)
    if found is None:
        return gettext("the system")
    return names.people.get(found) or gettext("somebody who left")


def link_to(target: Any) -> SafeString | str | None:
    """Another row, leading to its page where it has one."""
    if target is None:
        return None
    try:
        url = reverse(f"admin:{target._meta.app_label}_{target._meta.model_name}_change", args=[target.pk])
    except NoReverseMatch:
        return str(target)
    return format_html('<a href="{}">{}</a>', url, target)


def structure(value: Any, currency: str = "") -> SafeString | str:
    """A stored dictionary or list in labels and values, never as it is stored."""
    if isinstance(value, Mapping):
        flat = {key: part for key, part in value.items() if not isinstance(part, Mapping | list)}
        rows = [(fact.label, fact.text) for fact in readable(flat, currency)]
        nested = ((key, part) for key, part in value.items() if isinstance(part, Mapping | list) and part)
        rows += [(fact_label(key), structure(part, currency)) for key, part in nested]
        items = format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", rows)
        return format_html('<dl class="facts facts--rows">{}</dl>', items) if rows else EMPTY
    if isinstance(value, list):
        items = format_html_join("", "<li>{}</li>", ((structure(part, currency),) for part in value))
        return format_html('<ul class="bullets">{}</ul>', items)
    return next((str(fact.text) for fact in readable({"value": value}, currency)), EMPTY)
