"""The months a page looks back over, chosen in its address."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils.translation import ngettext

from marketplace.kernel.market import MARKET_ZONE
from marketplace.ui.kit import Tab

ZONE = MARKET_ZONE
MONTHS = (1, 3, 12)
USUAL = 12


@dataclass(frozen=True)
class Period:
    """`since` is a midnight of the market's time zone; `until` is now."""

    months: int
    since: datetime
    until: datetime

    @property
    def tabs(self) -> list[Tab]:
        texts = {n: ngettext("%(n)s month", "%(n)s months", n) % {"n": n} for n in MONTHS}
        return [Tab(texts[n], f"?months={n}", active=n == self.months) for n in MONTHS]


def period_of(request: HttpRequest, now: datetime) -> Period:
    """What the address asks for, else the usual."""
    asked = request.GET.get("months", "")
    months = int(asked) if asked in map(str, MONTHS) else USUAL
    today = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return Period(months, today - timedelta(days=round(months * 365 / 12)), now)
