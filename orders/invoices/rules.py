"""Figures of this room that staff and parties can rely on."""

from datetime import datetime
from typing import Final

from providers.moderation.queries.calendar import working_days_later

#: Working days an issuer has for an invoice, and for a red-letter note.
ISSUE_DAYS: Final = 5
#: An invoice of the People's Republic is made out in yuan.
CURRENCY: Final = "CNY"
MAX_BYTES: Final = 5 * 1024 * 1024
#: Titles an organization keeps; the one unused longest goes first.
MOST_TITLES: Final = 20


def due_at(at: datetime) -> datetime:
    """Until when the issuer has to act."""
    return working_days_later(at, ISSUE_DAYS)
