"""How often a key or an address may call. One counter each a minute; adding is atomic in the cache: threads cannot slip by."""

import time
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

log = structlog.get_logger(__name__)
WINDOW = 60


class Throttle(BaseThrottle):
    """So many calls a minute. Without the cache everybody passes: reads must work while the broker is down."""

    def caller(self, request: Request) -> str:
        """Who is counted; nobody is not."""
        raise NotImplementedError

    @property
    def limit(self) -> int:
        raise NotImplementedError

    def allow_request(self, request: Request, view: Any) -> bool:
        caller = self.caller(request)
        if not caller:
            return True
        name = f"api:{caller}:{int(time.time()) // WINDOW}"
        try:
            cache.add(name, 0, 2 * WINDOW)
            return bool(cache.incr(name) <= self.limit)
        except (RedisError, ValueError) as error:
            log.warning("throttle.unavailable", error=str(error))
            return True

    def wait(self) -> float:
        return WINDOW - time.time() % WINDOW


class KeyThrottle(Throttle):
    """At most API_REQUESTS_PER_MINUTE per key."""

    def caller(self, request: Request) -> str:
        return str(request.user.pk) if request.user.is_authenticated else ""

    @property
    def limit(self) -> int:
        return int(settings.API_REQUESTS_PER_MINUTE)


class AddressThrottle(Throttle):
    """What needs no key: at most PUBLIC_API_REQUESTS_PER_MINUTE per network address."""

    def caller(self, request: Request) -> str:
        return f"address:{request.META.get('REMOTE_ADDR', '')}"

    @property
    def limit(self) -> int:
        return int(settings.PUBLIC_API_REQUESTS_PER_MINUTE)
