"""Money as integer minor units plus an ISO 4217 currency.

Nothing here uses floating point. `parse_minor` is the only way from text to an amount, `format_major` the only plain way
back (pages use the locale-aware filter of the UI kit).
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

# ISO 4217 exponents that differ from 2.
ZERO_DECIMAL = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
THREE_DECIMAL = frozenset("BHD IQD JOD KWD LYD OMR TND".split())
#: Largest amount the store accepts, in minor units: far above any order, far below bigint.
MAX_MINOR = 10**15


class BadAmount(ValueError):
    """Text that is not an exact amount of money in its currency."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(f"{reason}: {text[:40]!r}")
        self.reason = reason


def exponent(currency: str) -> int:
    """Decimals of a currency: JPY 0, GBP 2, KWD 3."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def is_currency(code: str) -> bool:
    """Whether the text has the form of an ISO 4217 code (three capital ASCII letters)."""
    return len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()


def parse_minor(text: str, currency: str) -> int:
    """Exact minor units of a decimal text; raises `BadAmount` rather than rounding.

    Refuses exponents, signs other than a leading minus, grouping, NaN, infinities, full-width digits and more decimals
    than the currency has.
    """
    stripped = text.strip()
    body = stripped[1:] if stripped.startswith("-") else stripped
    if not body.isascii() or not body.replace(".", "", 1).isdigit() or len(body) > 24:
        raise BadAmount("not_a_number", text)
    try:
        scaled = Decimal(stripped).scaleb(exponent(currency))
    except InvalidOperation as error:
        raise BadAmount("not_a_number", text) from error
    whole = int(scaled)
    if whole != scaled:
        raise BadAmount("below_minor_unit" if abs(scaled) < 1 else "too_many_decimals", text)
    if abs(whole) > MAX_MINOR:
        raise BadAmount("too_large", text)
    return whole


def format_major(amount: int, currency: str) -> str:
    """Plain decimal text of an amount: 926338 GBP → '9263.38'."""
    digits = exponent(currency)
    return f"{Decimal(amount).scaleb(-digits):.{digits}f}"


def largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` minor units in proportion to `weights`, exactly.

    Every share is the floor of its quota; the units left over go to the largest remainders, earlier shares first
    (Hamilton's method). Equal weights give 967, 967, 966 for 2900 over three. Raises ValueError without a positive weight.
    """
    base = sum(weights)
    if base <= 0 or min(weights) < 0:
        raise ValueError("weights must be non-negative with a positive sum")
    shares = [total * weight // base for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % base), i))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares
