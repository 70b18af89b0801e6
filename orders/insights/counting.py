"""Views on their way to the database: counted in the cache while pages are read, written down in sets by a task.

A page never waits for its count: without the broker's server the view is lost, which is logged and hurts nobody.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

import structlog
from django.conf import settings
from redis import Redis, RedisError

from marketplace.kernel.market import MARKET_ZONE
from orders.insights.models import Way

log = structlog.get_logger(__name__)
ZONE = MARKET_ZONE
KEY = "shangban:listing-views"
#: How many are taken at once.
MOST = 500_000
ROBOTS = ("bot", "crawl", "spider", "slurp", "preview", "monitor", "curl", "python")


@dataclass(frozen=True)
class View:
    """One look at a listing, on a day of the market."""

    provider_id: int
    listing_id: int
    day: date
    way: str

    def as_text(self) -> str:
        return f"{self.provider_id}:{self.listing_id}:{self.day.isoformat()}:{self.way}"

    @classmethod
    def of_text(cls, text: str) -> "View":
        provider_id, listing_id, day, way = text.split(":")
        return cls(int(provider_id), int(listing_id), date.fromisoformat(day), way)


def way_of(referrer: str, host: str) -> Way:
    """How a visitor came, by the address of the page before (only its path within this site)."""
    _scheme, _mark, rest = referrer.partition("://")
    where, _slash, path = rest.partition("/")
    if not rest or where != host:
        return Way.OUTSIDE
    first = path.split("?")[0].split("/")[0]
    return {
        "": Way.HOME, "market": Way.SEARCH, "find": Way.SEARCH, "compare": Way.COMPARE, "shortlists": Way.COMPARE,
        "providers": Way.PROVIDER, "listings": Way.PROVIDER,
    }.get(first, Way.OUTSIDE)  # fmt: skip


def is_robot(agent: str) -> bool:
    """Whether a user agent says it is no person, or says nothing."""
    name = agent.lower()
    return not name or any(word in name for word in ROBOTS)


def note_view(*, provider_id: int, listing_id: int, way: Way, at: datetime) -> None:
    """Remember a view until the next time the task writes them down."""
    view = View(provider_id, listing_id, at.astimezone(ZONE).date(), way)
    try:
        _server().rpush(KEY, view.as_text())
    except RedisError as error:
        log.warning("insights.view.lost", error=str(error))


def taken(most: int = MOST) -> Counter[View]:
    """Take what has gathered, counted. What is taken and not written down is lost: a view is no money."""
    pipe = _server().pipeline()  # MULTI: two tasks at once take different ones
    pipe.lrange(KEY, 0, most - 1)
    pipe.ltrim(KEY, most, -1)
    rows: Iterable[bytes] = pipe.execute()[0]
    return Counter(View.of_text(row.decode()) for row in rows)


@lru_cache(maxsize=1)
def _server() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_timeout=0.2, socket_connect_timeout=0.2)
