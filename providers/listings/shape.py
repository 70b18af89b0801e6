"""What the JSON of a listing must look like (types, ranges, lengths); what it must contain to be handed in is in `problems`.

Shapes are functions `(value, where) -> cleaned value` that raise `BadContent` naming the place.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from marketplace.kernel.errors import UserError
from marketplace.kernel.money import MAX_MINOR

Shape = Callable[[Any, str], Any]
#: Controls, and marks that reorder or hide text (bidirectional overrides, zero width).
INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
KEY = re.compile(r"[a-z0-9_-]{1,20}")
IMAGE_KEY = re.compile(r"[0-9a-f]{40}")
PERIODS = (1, 3, 6, 12)


class BadContent(UserError):
    """A value of the wrong kind or out of range. `where` is its place, such as `packages[0].price_minor`."""

    def __init__(self, message: str, where: str) -> None:
        super().__init__(message)
        self.where = where


def clean_text(value: str) -> str:
    """Normal form C, without invisible characters, newlines as `\\n`, trimmed."""
    plain = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    return INVISIBLE.sub("", plain).strip()


def text(limit: int) -> Shape:
    def check(value: Any, where: str) -> str:
        if not isinstance(value, str):
            raise BadContent(_("This is not a text."), where)
        cleaned = clean_text(value)
        if len(cleaned) > limit:
            raise BadContent(
                _("At most %(limit)s characters fit here; there are %(n)s.") % {"limit": limit, "n": len(cleaned)}, where
            )
        return cleaned

    return check


def matching(pattern: re.Pattern[str]) -> Shape:
    def check(value: Any, where: str) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise BadContent(_("This is not a valid key."), where)
        return value

    return check


def whole(low: int, high: int, *, optional: bool = False) -> Shape:
    def check(value: Any, where: str) -> int | None:
        if value is None and optional:
            return None
        if type(value) is not int:
            raise BadContent(_("This is not a whole number."), where)
        if not low <= value <= high:
            raise BadContent(_("Enter a number from %(low)s to %(high)s.") % {"low": low, "high": high}, where)
        return value

    return check


def flag(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise BadContent(_("This is neither yes nor no."), where)
    return value


def moment(value: Any, where: str) -> str:
    """An aware moment as ISO text."""
    try:
        parsed = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        parsed = None
    if parsed is None or parsed.tzinfo is None:
        raise BadContent(_("This is not a date with a time."), where)
    return parsed.isoformat()


def array(of: Shape, limit: int) -> Shape:
    def check(value: Any, where: str) -> list[Any]:
        if not isinstance(value, list):
            raise BadContent(_("This is not a list."), where)
        if len(value) > limit:
            raise BadContent(_("At most %(limit)s entries fit here.") % {"limit": limit}, where)
        return [of(item, f"{where}[{n}]") for n, item in enumerate(value)]

    return check


def record(**fields: Shape) -> Shape:
    """A dictionary with exactly these keys; what is not said is left out where `defaults` has none."""

    def check(value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise BadContent(_("This is not a group of values."), where)
        unknown = set(value) - set(fields)
        if unknown:
            raise BadContent(_("Unknown value “%(name)s”.") % {"name": sorted(unknown)[0]}, where)
        return {name: shape(value[name], f"{where}.{name}" if where else name) for name, shape in fields.items() if name in value}

    return check


def needs(shape: Shape, *names: str) -> Shape:
    """A record in which these keys may not be missing."""

    def check(value: Any, where: str) -> Any:
        missing = [name for name in names if not isinstance(value, Mapping) or name not in value]
        if missing:
            raise BadContent(_("“%(name)s” is missing.") % {"name": missing[0]}, where)
        return shape(value, where)

    return check


def pair(name: str, limit: int) -> dict[str, Shape]:
    """`name_zh` and `name_en`."""
    return {f"{name}_zh": text(limit), f"{name}_en": text(2 * limit)}


def cell(value: Any, where: str) -> Any:
    """✓, –, a number, or a few words in both languages."""
    if isinstance(value, bool):
        return value
    return whole(0, 10**9)(value, where) if isinstance(value, int) else record(zh=text(40), en=text(60))(value, where)


def prices(value: Any, where: str) -> dict[str, int]:
    """{"12": 299000}: price by months."""
    if not isinstance(value, Mapping) or not set(value) <= {str(months) for months in PERIODS}:
        raise BadContent(_("Prices are by 1, 3, 6 or 12 months."), where)
    return {months: money(value[months], f"{where}.{months}") for months in sorted(value, key=int)}


money = whole(0, MAX_MINOR)
some_money = whole(0, MAX_MINOR, optional=True)
keyed = {"key": matching(KEY)}
PACKAGE = needs(
    record(
        **keyed, **pair("name", 30), price_minor=money, delivery_days=whole(1, 730, optional=True),
        revisions=whole(0, 99, optional=True), min_quantity=whole(1, 1_000_000),
    ),
    "key", "price_minor",
)  # fmt: skip
EXTRA = needs(record(**keyed, **pair("name", 60), price_minor=money, days=whole(0, 365)), "key", "price_minor")
COMMISSION = needs(
    record(rate=whole(0, 10_000), baseline_minor=money, floor_minor=some_money, cap_minor=some_money, excludes_returns=flag),
    "rate",
)
METERED = record(
    **pair("unit", 20), base_minor=money, included=whole(0, 10**9), per=whole(1, 10**6),
    tiers=array(needs(record(upto=whole(1, 10**12, optional=True), price_minor=money), "price_minor"), 6), cap_minor=some_money,
)  # fmt: skip
SESSION = needs(
    record(
        **keyed, starts_at=moment, minutes=whole(15, 1_440), seats=whole(1, 10_000), price_minor=money,
        **pair("place", 60), online=flag,
    ),
    "key", "starts_at", "price_minor",
)  # fmt: skip
OFFER = record(
    packages=array(PACKAGE, 3),
    unit=record(code=matching(KEY), zh=text(12), en=text(24)),
    min_months=whole(1, 60, optional=True),
    scope=array(record(**pair("label", 40), cells=array(cell, 6)), 30),
    extras=array(EXTRA, 12),
    milestones=array(needs(record(**pair("name", 40), share=whole(1, 10_000)), "share"), 8),
    commission=COMMISSION,
    periods=array(whole(1, 12), 4),
    editions=array(needs(record(**keyed, **pair("name", 30), prices=prices), "key", "prices"), 6),
    metered=METERED,
    sessions=array(SESSION, 24),
    **pair("hint", 200),
)
TERMS = record(
    lead_days=whole(0, 365, optional=True),
    trial_days=whole(0, 60, optional=True),
    response_hours=whole(1, 240, optional=True),
    notice_days=whole(0, 180, optional=True),
    **pair("hours", 60),
    free=array(record(zh=text(60), en=text(120)), 12),
    paid=array(record(**pair("name", 60), price_minor=some_money, **pair("unit", 12)), 12),
    remote=array(needs(record(**pair("region", 40), fee_minor=money), "fee_minor"), 20),
    **pair("cancellation", 400),
)
IMAGES = array(
    needs(
        record(key=matching(IMAGE_KEY), width=whole(1, 10**5), height=whole(1, 10**5), **pair("alt", 120)),
        "key",
        "width",
        "height",
    ),
    8,
)
