"""Trial operation (A6): a new provider takes a few small orders before its deposit is due.

How many it took is known above, where orders are; that room registers its count.
"""

from collections.abc import Callable

TRIAL_ORDERS = 3
#: The largest order of a trial: ¥20,000, in fen.
TRIAL_ORDER_CAP = 2_000_000

#: Orders this provider ever took; called in the provider's scope.
Count = Callable[[int], int]
_counts: list[Count] = []


def register_order_count(count: Count) -> Count:
    """Let the gate know how many orders a provider ever took (from `AppConfig.ready()`); several counts add up."""
    if count not in _counts:
        _counts.append(count)
    return count


def orders_taken(provider_id: int) -> int:
    return sum(count(provider_id) for count in _counts)
