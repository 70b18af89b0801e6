"""The window a policy is shown with: the merchant's own next one, or that of a Double-11."""

from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from aftersales.programs.presale_balance.queries import latest_window


class Window(NamedTuple):
    """`[opens_at, closes_at)` in the shop's time zone `tz`."""

    opens_at: datetime
    closes_at: datetime
    tz: str


def example_window(merchant_id: int, tz: str, *, at: datetime) -> Window:
    """The merchant's latest presale window, or 11 November 01:00 to midnight of this year."""
    found = latest_window(merchant_id)
    if found is not None:
        return Window(*found, tz)
    zone = ZoneInfo(tz)
    opens = datetime(at.year, 11, 11, 1, tzinfo=zone)
    return Window(opens.astimezone(UTC), datetime(at.year, 11, 12, tzinfo=zone).astimezone(UTC), tz)
