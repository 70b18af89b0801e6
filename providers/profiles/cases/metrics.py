"""The numbers a case may show. They are computed from the merchant's own orders; a provider only chooses which.

What would tell a merchant's turnover is stored, so that it can be computed again, but shown as a change only.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.utils.translation import gettext_lazy as _

from marketplace.ui.kit import Text

#: Fewer paid orders than this on either side say nothing.
MIN_ORDERS = 30
#: Shortest and longest period, in days.
SHORTEST, LONGEST = 14, 400


@dataclass(frozen=True, slots=True)
class Metric:
    """`unit`: share (1/10,000), money (minor units of the merchant's main currency), count (1/100)."""

    code: str
    label: Text
    text: Text
    unit: Literal["share", "money", "count"]
    #: Whether the values are shown, or only how they changed.
    shows_values: bool
    is_better_up: bool = True


METRICS: Mapping[str, Metric] = {
    metric.code: metric
    for metric in (
        Metric("sales_per_day", _("Sales a day"), _("Captured amount of paid orders, by day of payment."), "money", False),
        Metric("orders_per_day", _("Orders a day"), _("Paid orders, by day of payment."), "count", False),
        Metric("average_order", _("Average order"), _("Captured amount divided by paid orders."), "money", False),
        Metric(
            "refund_rate",
            _("Refunded share"),
            _("Refunded amount divided by captured amount."),
            "share",
            True,
            is_better_up=False,
        ),
        Metric(
            "repeat_rate", _("Returning buyers"), _("Orders of buyers who had paid before, of all paid orders."), "share", True
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number before and after, in the metric's unit, and the paid orders behind each."""

    before: int
    after: int
    n_before: int
    n_after: int

    @property
    def is_enough(self) -> bool:
        return min(self.n_before, self.n_after) >= MIN_ORDERS and self.before > 0

    @property
    def change(self) -> int:
        """In 1/10,000 of the value before, rounded half away from zero."""
        moved = (self.after - self.before) * 10_000
        size = (2 * abs(moved) + self.before) // (2 * self.before)
        return size if moved >= 0 else -size


Period = tuple[date, date]
#: (merchant_id, metrics, before, after) → figure by metric; asked in the merchant's scope. Days are local to each shop.
Compute = Callable[[int, Sequence[str], Period, Period], Mapping[str, Figure]]
_sources: list[Compute] = []


def register_figures(callback: Compute) -> None:
    """Name the room that has the orders. From its `AppConfig.ready()`; there is one."""
    if callback not in _sources:
        _sources.append(callback)


def compute(merchant_id: int, metrics: Sequence[str], before: Period, after: Period) -> dict[str, Figure]:
    """The figures of a merchant, in the order of `METRICS`. Needs the merchant's scope; empty where no room has orders."""
    found: dict[str, Figure] = {}
    for source in _sources:
        found.update(source(merchant_id, metrics, before, after))
    return {code: found[code] for code in METRICS if code in metrics and code in found}
