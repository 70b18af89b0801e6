"""Listings may be priced in these currencies. Rates only order and filter prices side by side; nobody pays by them."""

from collections.abc import Mapping

from marketplace.kernel.money import exponent

#: Fen (CNY minor units) for one major unit of the currency, rounded; reviewed with the code.
FEN_PER_MAJOR: Mapping[str, int] = {
    "CNY": 100, "USD": 712, "EUR": 778, "GBP": 912, "HKD": 91, "JPY": 5, "SGD": 533, "AED": 194,
}  # fmt: skip
CURRENCIES = tuple(FEN_PER_MAJOR)


def cny_minor(amount: int, currency: str) -> int:
    """An amount in minor units of a listed currency as fen, rounded down."""
    return amount * FEN_PER_MAJOR[currency] // 10 ** exponent(currency)
