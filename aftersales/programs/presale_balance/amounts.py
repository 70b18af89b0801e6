"""What a presale costs its buyer: deposit, balance, coupon, forfeit. Integer minor units; every amount is rounded once.

Source of the rules: docs/presale-balance.md. The forfeit cap is that of the civil code: a deposit above 20 % of the price counts
as an advance payment for the part above, which goes back to the buyer.
"""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class PresalePrice:
    """`total` is what the buyer pays altogether, and with it the most that can ever be refunded."""

    deposit: int
    balance: int

    @property
    def total(self) -> int:
        return self.deposit + self.balance


def presale_price(list_amount: int, *, deposit: int, reduction: int = 0, deposit_counts_as: int | None = None) -> PresalePrice:
    """The price split in deposit and balance. A deposit may count for more than it is ("50 counts as 100").

    Raises ValueError when the parts do not fit into the list price.
    """
    balance = list_amount - reduction - (deposit if deposit_counts_as is None else deposit_counts_as)
    if min(list_amount, deposit, reduction, balance) < 0:
        raise ValueError("the parts of a presale do not fit into its price")
    return PresalePrice(deposit, balance)


def share_of(amount: int, percent: Fraction | int) -> int:
    """A percentage of an amount, rounded half up, once: 25 % of 19999 is 5000."""
    exact = Fraction(amount) * Fraction(percent) / 100
    return int(exact + Fraction(1, 2)) if exact >= 0 else -int(-exact + Fraction(1, 2))


def coupon_on_balance(*, price: int, balance: int, threshold: int, face_value: int) -> int:
    """What a coupon takes off: its face value if the price reaches the threshold and the balance exceeds it, else 0."""
    return face_value if price >= threshold and balance > face_value else 0


@dataclass(frozen=True)
class Forfeit:
    """What an unpaid balance costs: the part of the deposit the shop keeps, and the part that goes back."""

    kept: int
    refundable: int


def forfeit(*, deposit: int, price: int, cap_percent: int) -> Forfeit:
    """Split a deposit whose balance was not paid; the shop keeps at most `cap_percent` of the price, rounded down."""
    kept = min(deposit, price * cap_percent // 100)
    return Forfeit(kept, deposit - kept)
