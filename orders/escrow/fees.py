"""What fees come to. Pure: minor units and rates in 1/10,000, no clock, no database.

Every component is a function of all that a deal has released so far; a release costs what the function grew by. So any split of
an amount into parts costs exactly what the amount costs at once, a least or a fixed fee is taken once per deal, and roundings
(down, in the provider's favour) never add up.
"""

from collections.abc import Sequence
from dataclasses import dataclass

BASIS = 10_000
#: The order in which components take from an amount that is smaller than all of them together.
ORDER = ("fixed", "service", "payment")


@dataclass(frozen=True)
class Terms:
    """One frozen component: what it takes, and whether it is kept when released money goes back."""

    component: str
    rate: int = 0
    fixed: int = 0
    least: int | None = None
    most: int | None = None
    is_kept: bool = False
    is_waived: bool = False

    def on(self, total: int) -> int:
        """What the component asks for a total above zero."""
        if self.is_waived:
            return 0
        if self.component == "fixed":
            return self.fixed
        asked = total * self.rate // BASIS
        asked = asked if self.least is None else max(asked, self.least)
        return asked if self.most is None else min(asked, self.most)


def fees_on(terms: Sequence[Terms], total: int) -> list[int]:
    """What each component comes to once `total` has been released: in their order, together never more than the total."""
    left, found = total, []
    for each in terms:
        taken = min(each.on(total), left) if total > 0 else 0
        left -= taken
        found.append(taken)
    return found


def fees_between(terms: Sequence[Terms], before: int, amount: int) -> list[int]:
    """What each component takes from a release of `amount` after `before` has been released already. Never negative."""
    earlier, later = fees_on(terms, before), fees_on(terms, before + amount)
    return [now - then for then, now in zip(earlier, later, strict=True)]


def given_back(charged: int, *, gross: int, before: int, amount: int, is_kept: bool) -> int:
    """What of a component's `charged` on a release of `gross` goes back when `amount` is reversed after `before` was (G6).

    In proportion to what has been reversed so far, rounded down; reversing everything gives everything back. Kept ones: nothing.
    """
    if is_kept:
        return 0
    return charged * (before + amount) // gross - charged * before // gross
