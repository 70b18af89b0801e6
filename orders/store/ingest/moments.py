"""Times as files write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def parse_moment(text: str, timezone: str) -> datetime:
    """UTC of an ISO 8601 text; without an offset it is in the given zone. Raises ValueError and OverflowError."""
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(timezone))).astimezone(UTC)
