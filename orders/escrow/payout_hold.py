"""How long earnings wait before they can be paid out. The room of payouts knows; here is where it says so."""

from collections.abc import Callable
from datetime import datetime, timedelta

DAYS = 7
_days: list[Callable[[int], int]] = []


def register_payout_hold(days: Callable[[int], int]) -> None:
    """Have a provider's days asked of this (from `AppConfig.ready()`)."""
    _days[:] = [days]


def available_from(provider_id: int, at: datetime) -> datetime:
    """When what is released at this moment can be paid out."""
    return at + timedelta(days=_days[0](provider_id) if _days else DAYS)
