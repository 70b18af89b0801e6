"""Facts of notices in every language: amounts, days and names are written differently in each.

Whoever books money or closes a day reads one language, or none in a worker; whoever is told reads his own.
"""

from collections.abc import Callable
from datetime import date, datetime

from django.utils.translation import override

from marketplace.kernel.market import MARKET_ZONE
from marketplace.outbox.people import CODES
from marketplace.ui import formats


def of(write: Callable[[], str]) -> dict[str, str]:
    """What `write` says with each language active."""
    found = {}
    for code, language in CODES.items():
        with override(language):
            found[code] = write()
    return found


def money(amount: int, currency: str) -> dict[str, str]:
    """Minor units."""
    return of(lambda: formats.money(amount, currency))


def moment(value: datetime) -> dict[str, str]:
    """A day and time of the market's."""
    return of(lambda: formats.local_datetime(value, MARKET_ZONE))


def day(value: date) -> dict[str, str]:
    """A day of the market's, or a plain one."""
    return of(lambda: formats.local_date(value, MARKET_ZONE))
