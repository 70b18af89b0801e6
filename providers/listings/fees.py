"""What a month costs under a monthly fee with commission (B4). Amounts are minor units of one currency, rates 1/10,000."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Bound = Literal["", "floor", "cap"]


@dataclass(frozen=True)
class MonthFee:
    """`counted` are the sales the commission looks at; `bound` says whether the least or the most decided it."""

    base: int
    counted: int
    commission: int
    bound: Bound = ""

    @property
    def total(self) -> int:
        return self.base + self.commission


def month_fee(*, base_minor: int, commission: Mapping[str, Any], sales_minor: int, returned_minor: int) -> MonthFee:
    """base + clamp(rate × max(0, sales − returns − baseline), floor, cap).

    The share is rounded down to the minor unit, in the merchant's favour. Returns count only where the offer takes them off.
    The least and the most apply to the commission alone: the base is owed in any case.
    """
    returned = returned_minor if commission.get("excludes_returns") else 0
    counted = max(0, sales_minor - returned)
    above = max(0, counted - (commission.get("baseline_minor") or 0))
    share = above * int(commission["rate"]) // 10_000
    floor, cap = commission.get("floor_minor"), commission.get("cap_minor")
    if floor is not None and share < floor:
        return MonthFee(base_minor, counted, floor, "floor")
    if cap is not None and share > cap:
        return MonthFee(base_minor, counted, cap, "cap")
    return MonthFee(base_minor, counted, share)
