"""How often a key may call. One counter per key and minute; adding is atomic in the cache, so threads cannot slip through."""

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


class KeyThrottle(BaseThrottle):
    """At most API_REQUESTS_PER_MINUTE per key. Without the cache everybody passes: reads must work while the broker is down."""

    def allow_request(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            return True
        name = f"api:{request.user.pk}:{int(time.time()) // WINDOW}"
        try:
            cache.add(name, 0, 2 * WINDOW)
            return bool(cache.incr(name) <= settings.API_REQUESTS_PER_MINUTE)
        except (RedisError, ValueError) as error:
            log.warning("throttle.unavailable", error=str(error))
            return True

    def wait(self) -> float:
        return WINDOW - time.time() % WINDOW
