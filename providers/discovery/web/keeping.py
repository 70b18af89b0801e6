"""Public pages as strangers see them, kept for half a minute: the same HTML for everybody who asks for the same address.

A stranger has no session and no message waiting, so nothing on the page is about him, but for three things: the language and the
theme, by which pages are kept apart, and the CSRF token, for which a mark is kept that every answer replaces by the reader's own.
A page is thrown away when the index changes, and never kept inside of a transaction, which may see what others do not.
"""

import secrets
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from hashlib import sha256
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from redis.exceptions import RedisError

from marketplace.ui.context import theme_of
from providers.discovery.remembering import GENERATION, KEPT_SECONDS

log = structlog.get_logger(__name__)
#: Longer addresses are made up, and would only fill the cache.
LONGEST_ADDRESS = 500
#: The cookie of Django's messages, for visitors without a session.
MESSAGES = "messages"
View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Kept:
    """A page: `mark` stands where a reader's CSRF token belongs, and cannot be foreseen by who writes the page's texts."""

    generation: int
    mark: bytes
    body: bytes
    push_url: str | None

    def answer(self, request: HttpRequest) -> HttpResponse:
        token = get_token(request).encode()
        response = HttpResponse(zlib.decompress(self.body).replace(self.mark, token))
        if self.push_url is not None:
            response["HX-Push-Url"] = self.push_url
        return response


def kept_for_strangers(view: View) -> View:
    """For views that answer with a TemplateResponse and read nothing of a request but its address."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not _is_stranger(request) or connection.in_atomic_block:
            return view(request, *args, **kwargs)
        key = _key(request)
        try:
            found = cache.get_many([GENERATION, key])
        except RedisError as error:
            log.warning("market.cache.unavailable", error=str(error))
            return view(request, *args, **kwargs)
        generation, page = found.get(GENERATION, 0), found.get(key)
        if page is None or page.generation != generation:
            response = view(request, *args, **kwargs)
            if not isinstance(response, TemplateResponse) or response.status_code != 200:
                return response
            page = _keep(key, response, generation)
        return page.answer(request)

    return answered


def _is_stranger(request: HttpRequest) -> bool:
    if request.method not in ("GET", "HEAD") or len(request.get_full_path()) > LONGEST_ADDRESS:
        return False
    return settings.SESSION_COOKIE_NAME not in request.COOKIES and MESSAGES not in request.COOKIES


def _key(request: HttpRequest) -> str:
    """All that a page for strangers depends on."""
    parts = (
        request.scheme, request.get_host(), request.get_full_path(), get_language(), theme_of(request),
        str(bool(getattr(request, "htmx", False))),
    )  # fmt: skip
    return "market:page:" + sha256("\n".join(map(str, parts)).encode()).hexdigest()


def _keep(key: str, response: TemplateResponse, generation: int) -> Kept:
    mark = secrets.token_urlsafe(24)
    response.context_data = {**(response.context_data or {}), "csrf_token": mark}
    response.render()
    page = Kept(generation, mark.encode(), zlib.compress(response.content, 1), response.headers.get("HX-Push-Url"))
    try:
        cache.set(key, page, KEPT_SECONDS)
    except RedisError as error:
        log.warning("market.cache.unavailable", error=str(error))
    return page
