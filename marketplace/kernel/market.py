"""The market's clock: the zone in which hiring, its money and its staff count days."""

from zoneinfo import ZoneInfo

from django.conf import settings

#: `MARKET_TIME_ZONE`. Merchants' own orders are shown in the zone of their shop instead.
MARKET_ZONE = ZoneInfo(settings.MARKET_TIME_ZONE)
