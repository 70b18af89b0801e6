"""Numbers, money and time as the reader's language writes them. Amounts are integer minor units, times are aware."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, get_currency_symbol
from django.utils import timezone
from django.utils.translation import get_language

from marketplace.kernel.money import exponent

#: Babel patterns per language: sortable in Chinese, unambiguous month names in English.
DATETIME_PATTERNS = {"zh": "yyyy-MM-dd HH:mm", "en": "d MMM yyyy, HH:mm"}
DATE_PATTERNS = {"zh": "yyyy-MM-dd", "en": "d MMM yyyy"}
SHORT_DATE_PATTERNS = {"zh": "MM-dd", "en": "d MMM"}
MONTH_PATTERNS = {"zh": "yyyy-MM", "en": "MMM yyyy"}
#: Numbers and amounts of which the text is kept: Babel takes a tenth of a millisecond for each, and pages repeat them.
REMEMBERED = 8_192
COMPACT_STEPS = {
    "zh": ((10**8, "亿"), (10**4, "万")),
    "en": ((10**9, "B"), (10**6, "M"), (10**3, "k")),
}
#: What stands for an amount that the reader is not to know.
COVERED = "•••"
_covered: ContextVar[bool] = ContextVar("amounts_covered", default=False)


@contextmanager
def covered_amounts() -> Iterator[None]:
    """Within, every amount of money is written as dots: staff who look as somebody else see what he sees, but no money."""
    token = _covered.set(True)
    try:
        yield
    finally:
        _covered.reset(token)


def locale() -> Locale:
    """Babel's locale for the active language; Simplified Chinese unless English is active."""
    return _locale(language())


@lru_cache(maxsize=2)
def _locale(code: str) -> Locale:
    return Locale.parse("en_GB") if code == "en" else Locale.parse("zh_Hans_CN")


def language() -> str:
    """`en` or `zh`: the two the site speaks."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def minor_to_decimal(amount: int, currency: str) -> Decimal:
    """Major units of an amount: (926338, GBP) → 9263.38, (505, KWD) → 0.505, (50, JPY) → 50."""
    return Decimal(amount).scaleb(-exponent(currency))


def money(amount: int, currency: str) -> str:
    """An amount with its currency's own decimals, for example ¥1,288.00."""
    return COVERED if _covered.get() else _money(amount, currency, language())


@lru_cache(maxsize=REMEMBERED)
def _money(amount: int, currency: str, code: str) -> str:
    digits, known = exponent(currency), _locale(code)
    spaced = get_currency_symbol(currency, locale=known)[-1:].isalpha()
    pattern = ("¤\N{NO-BREAK SPACE}" if spaced else "¤") + "#,##0" + ("." + "0" * digits if digits else "")
    major = minor_to_decimal(amount, currency)
    return format_currency(major, currency, format=pattern, locale=known, currency_digits=False)


def price(amount: int, currency: str) -> str:
    """An amount as prices are written: no decimals when it is whole, for example ¥6,800 but ¥0.35."""
    text = money(amount, currency)
    digits = exponent(currency)
    return text[: -digits - 1] if digits and amount % 10**digits == 0 and text != COVERED else text


def number(value: int | float | Decimal) -> str:
    """A number with grouping, at most two decimals."""
    return _number(value, language())


@lru_cache(maxsize=REMEMBERED, typed=True)
def _number(value: int | float | Decimal, code: str) -> str:
    return format_decimal(value, format="#,##0.##", locale=_locale(code))


def percent(share: float, digits: int = 1) -> str:
    """A share of 1 as a percentage: 0.124 → 12.4%."""
    return _percent(share, digits, language())


@lru_cache(maxsize=REMEMBERED, typed=True)
def _percent(share: float, digits: int, code: str) -> str:
    return format_decimal(share * 100, format="0." + "#" * digits, locale=_locale(code)) + "%"


def compact(value: float | Decimal, currency: str | None = None) -> str:
    """A short axis label: 400000 → 40万 or 400k. `value` is in major units."""
    if currency and _covered.get():
        return COVERED
    symbol = get_currency_symbol(currency, locale=locale()) if currency else ""
    if symbol[-1:].isalpha():
        symbol = ""  # a code such as KWD would be longer than the figure; the title says the currency
    sign = "-" if value < 0 else ""
    size = abs(Decimal(str(value)))
    for step, suffix in COMPACT_STEPS[language()]:
        if size >= step:
            return f"{sign}{symbol}{_plain(size / step)}{suffix}"
    return f"{sign}{symbol}{_plain(size)}"


def _plain(size: Decimal) -> str:
    return format_decimal(size, format="#,##0.###", locale=locale())


def zone(name: str | ZoneInfo | None) -> ZoneInfo:
    """A shop's time zone; UTC when none is given."""
    if isinstance(name, ZoneInfo):
        return name
    return ZoneInfo(name or "UTC")


def local_datetime(moment: datetime, tz: str | ZoneInfo | None = None) -> str:
    """An aware datetime, in the given zone (UTC when none), to the minute."""
    local = timezone.localtime(moment, zone(tz))
    return format_datetime(local, DATETIME_PATTERNS[language()], locale=locale())


def local_date(moment: date, tz: str | ZoneInfo | None = None) -> str:
    """The local calendar day of an aware datetime, or a plain date."""
    return format_date(_day(moment, tz), DATE_PATTERNS[language()], locale=locale())


def short_date(moment: date, tz: str | ZoneInfo | None = None) -> str:
    """Month and day only, for axes."""
    return format_date(_day(moment, tz), SHORT_DATE_PATTERNS[language()], locale=locale())


def month(moment: date, tz: str | ZoneInfo | None = None) -> str:
    """Year and month only, for long axes."""
    return format_date(_day(moment, tz), MONTH_PATTERNS[language()], locale=locale())


def _day(moment: date, tz: str | ZoneInfo | None) -> date:
    return timezone.localtime(moment, zone(tz)).date() if isinstance(moment, datetime) else moment
