"""Browsing without words asks the same questions again and again: answers are kept for half a minute, until the index changes.

Only outside of a transaction (visitors who are not signed in): inside one, the database may show what others do not see yet.
Without the cache everything is asked anew.
"""

from collections.abc import Callable
from hashlib import sha256
from time import time_ns
from typing import TypeVar

import structlog
from django.core.cache import cache
from django.db import connection
from redis.exceptions import RedisError

from providers.discovery.criteria import Query

log = structlog.get_logger(__name__)
KEPT_SECONDS = 30
GENERATION = "market:generation"
T = TypeVar("T")


def remembered(query: Query, ask: Callable[[], T]) -> T:
    """The answer to a query without words, perhaps of some seconds ago."""
    if query.q or connection.in_atomic_block:
        return ask()
    try:
        name = f"market:{cache.get(GENERATION, 0)}:{sha256(query.params().encode()).hexdigest()}"
        found: T | None = cache.get(name)
        if found is None:
            found = ask()
            cache.set(name, found, KEPT_SECONDS)
        return found
    except RedisError as error:
        log.warning("market.cache.unavailable", error=str(error))
        return ask()


def renew() -> None:
    """The index has changed: nothing that was answered before counts any more."""
    try:
        cache.set(GENERATION, time_ns(), None)
    except RedisError as error:
        log.warning("market.cache.unavailable", error=str(error))
