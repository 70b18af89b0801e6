"""What a forecast says, whatever the program: amounts in minor units of the shop's currency.

`days` are (ISO day, things, expected amount); `low`, `amount` and `high` are the total of the window as the program's assumptions
give it (docs/measurement.md); `skus` are the ten products that cost most; `base` is the business the cost is compared with.
"""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from aftersales.measurement.stats.quantiles import two_sided

TOP = 10


@dataclass
class Result:
    currency: str
    days: list[tuple[str, int, int]]
    low: int
    amount: int
    high: int
    skus: list[tuple[int, int, int]]
    #: Orders (presale orders, refund requests) in the window and what they were worth.
    base_orders: int
    base_value: int
    count: int = 0
    held: int = 0
    seconds: float = 0.0
    #: Further facts of the program, shown as they are.
    facts: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def resampled(amounts: Iterable[int]) -> tuple[int, int]:
    """The 95 % range of a total whose independent parts come again as often as chance has it.

    The parts are products: when a price falls, it falls for everybody who bought the product. A Poisson bootstrap over them
    (Hanley, MacGibbon, "Creating non-parametric bootstrap samples using Poisson frequencies", 2006) has the total as its mean and
    the sum of squares as its variance, so nothing needs to be drawn.
    """
    parts = list(amounts)
    total, half = sum(parts), two_sided() * math.sqrt(sum(part * part for part in parts))
    return max(0, round(total - half)), round(total + half)


@dataclass(frozen=True)
class BreakEven:
    """What the program has to bring in to pay for itself."""

    orders: float
    share: float


def break_even(*, cost: int, base_orders: int, base_value: int, margin_percent: int) -> BreakEven | None:
    """Further orders of average size whose margin equals the cost, and as a share of the orders of the window."""
    if not base_orders or not base_value or not margin_percent:
        return None
    orders = cost / (base_value / base_orders * margin_percent / 100)
    return BreakEven(orders, orders / base_orders)
