"""Stored inputs and counters, made readable: key → label, value → money, number or time by its name and type."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext

from marketplace.ui import formats
from marketplace.ui.kit import Text
from marketplace.ui.labels import FACTS, fact_label, reason_label, value_label

#: Keys that hold minor units without the `_amount` suffix.
MONEY_KEYS = frozenset(
    {
        "amount",
        "sale_value",
        "price",
        "basis",
        "goodwill",
        "protected",
        "current",
        "difference",
        "gift_gone",
        "order_headroom",
    }
)
#: Where a key stands in the vocabulary.
ORDER = {key: place for place, key in enumerate(FACTS)}
#: Internal references that explain nothing to a reader.
HIDDEN_KEYS = frozenset({"point", "by_day"})
#: Keys whose value, or whose nested keys, are reason codes.
REASON_KEYS = frozenset({"reason", "refused", "skipped"})


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled value, ready to print. `children` holds a nested breakdown."""

    label: Text
    text: Text
    children: tuple["Fact", ...] = ()


def readable(values: Mapping[str, object], currency: str = "", tz: str | ZoneInfo | None = None) -> list[Fact]:
    """Facts in the vocabulary's order (a stored dictionary has none); empty values are left out.

    Amounts are minor units of `currency`.
    """
    shown = ((key, value) for key, value in values.items() if key not in HIDDEN_KEYS and value not in (None, "", {}, []))
    return [_fact(key, value, currency, tz) for key, value in sorted(shown, key=_place)]


def _place(item: tuple[str, object]) -> int:
    return ORDER.get(item[0], len(ORDER))


def _fact(key: str, value: object, currency: str, tz: str | ZoneInfo | None) -> Fact:
    if isinstance(value, Mapping):
        children = tuple(_nested(key, str(k), v, currency, tz) for k, v in value.items())
        return Fact(fact_label(key), "", children)
    return Fact(fact_label(key), _text(key, value, currency, tz))


def _nested(parent: str, key: str, value: object, currency: str, tz: str | ZoneInfo | None) -> Fact:
    label = reason_label(key) if parent in REASON_KEYS else fact_label(key)
    return Fact(label, _text(key, value, currency, tz))


def _text(key: str, value: object, currency: str, tz: str | ZoneInfo | None) -> str:
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, list | tuple):
        return _joined(_text(key, item, currency, tz) for item in value)
    if isinstance(value, int) and currency and (key.endswith("_amount") or key in MONEY_KEYS):
        return formats.money(value, currency)
    if isinstance(value, int | float):
        return formats.number(value)
    moment = _moment(value)
    if isinstance(moment, datetime):
        return formats.local_datetime(moment, tz)
    if moment is not None:
        return formats.local_date(moment)
    return str(reason_label(str(value)) if key in REASON_KEYS else value_label(key, str(value)))


def _moment(value: object) -> date | None:
    """An aware datetime or a date, also from ISO text; None for anything else."""
    if isinstance(value, datetime):
        return value if value.tzinfo else None
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not value[:4].isdigit() or value[4:5] != "-":
        return None
    try:
        parsed = parse_datetime(value)
        return parsed if parsed is not None and parsed.tzinfo else parse_date(value)
    except ValueError:
        return None


def _joined(parts: Iterable[str]) -> str:
    return " · ".join(parts)
