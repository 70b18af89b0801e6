"""Trial operation (A6): a new provider takes a few small orders before its deposit is due.

How many, and how large each may be, staff set (`TrialRule`). How many a provider took is known above, where contracts are; that
room registers its count.
"""

from collections.abc import Callable
from datetime import datetime

from providers.onboarding.deposits import deposit_of, required_in_full
from providers.onboarding.models import TrialRule

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


def trial_rule() -> TrialRule:
    """What staff have set: there is always exactly one row."""
    return TrialRule.objects.get()


def trial_orders(provider_id: int, at: datetime) -> int | None:
    """Orders taken by a company that never paid the deposit one of its categories asks for; else None. Needs its scope."""
    deposit = deposit_of(provider_id, at)
    if deposit.was_paid or deposit.covers(required_in_full(provider_id)):
        return None
    return orders_taken(provider_id)
