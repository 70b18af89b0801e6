"""Facts of notices in both languages: amounts and dates are written differently in each."""

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import override

from marketplace.outbox.people import CODES, Fact
from marketplace.ui import formats
from orders.service.calendar import ZONE


class both:  # noqa: N801  reads as a word: both.money(…)
    """One text per language."""

    @staticmethod
    def of(write: Callable[[], str]) -> Fact:
        found = {}
        for code, language in CODES.items():
            with override(language):
                found[code] = write()
        return found

    @staticmethod
    def money(amount: int, currency: str) -> Fact:
        return both.of(lambda: formats.money(amount, currency))

    @staticmethod
    def moment(value: datetime) -> Fact:
        """A day and time of the market's."""
        return both.of(lambda: formats.local_datetime(value, ZONE))
