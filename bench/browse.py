"""The market's pages against a bare Django page with one query, in one process, in turns, as visitors see them who are not
signed in: their pages are kept for half a minute. Then what drawing them costs, and what a first visit weighs."""

import gzip
import io
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import psutil
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import path

from bench.result import Result
from bench.synthetic import market
from providers.listings.models import PublicListing

LISTINGS, ROUNDS, REQUESTS = 10_000, 5, 20
PAGES = {"browse": "/market/", "browse, words and facet": "/market/?q=代运营&platform=jd", "browse, home": "/"}
BARE = """<!doctype html><html lang="zh"><head><title>Listings</title></head><body><ul>
{% for row in rows %}<li><a href="/l/{{ row.slug }}/">{{ row.title_zh }}</a> <p>{{ row.summary_zh }}</p> {{ row.from_minor }}
{{ row.currency }} <span>{{ row.published_at }}</span></li>{% endfor %}</ul></body></html>"""
#: What one request may cost, in milliseconds of processor time; the bare page may be at most twice as fast.
ALLOWED, AT_MOST, STATEMENTS, WEIGHT = 13.4, 2.0, 5, 150_000


def bare(request: HttpRequest) -> HttpResponse:
    """Twenty rows by one query through a template: what any Django page with a list costs at least."""
    rows = list(PublicListing.objects.only("slug", "title_zh", "summary_zh", "from_minor", "currency", "published_at")[:20])
    return HttpResponse(engines["django"].from_string(BARE).render({"rows": rows}))


urlpatterns = [path("bare/", bare)]


def run() -> Iterator[Result]:
    market(LISTINGS)
    with override_settings(ROOT_URLCONF="bench.browse", MIDDLEWARE=["django.middleware.common.CommonMiddleware"]):
        plain = WSGIHandler()
    whole = WSGIHandler()
    for name, address in PAGES.items():
        ours, floor = _in_turns(lambda address=address: _ask(whole, address), lambda: _bare(plain))  # type: ignore[misc]
        made, weight = _statements(whole, address), _weight(whole, address)
        note = f"{made} statements when drawn (at most {STATEMENTS}), else none; gzip {weight:,} bytes of HTML"
        yield Result(f"{name}: processor time of a request", ours, ALLOWED, 1.0, "ms", note=note)
        drawn, _floor = _in_turns(lambda address=address: _drawn(whole, address), lambda: _bare(plain))  # type: ignore[misc]
        note = "drawn anew, as for members and for whoever asks first"
        yield Result(f"{name}: processor time of a page that is not kept", drawn, ALLOWED, 1.0, "ms", note=note)
        yield Result(f"{name}: against a bare page with one query", ours, floor, AT_MOST, "ms")


def _in_turns(ours: Callable[[], Any], floor: Callable[[], Any]) -> tuple[float, float]:
    """Milliseconds of processor time per request, both processes; medians of rounds taken in turns."""
    ours(), floor()
    pairs = [(_cost(ours), _cost(floor)) for _round in range(ROUNDS)]
    return median(each[0] for each in pairs), median(each[1] for each in pairs)


def _cost(request: Callable[[], Any]) -> float:
    before = _processor()
    for _request in range(REQUESTS):
        request()
    return (_processor() - before) * 1_000 / REQUESTS


def _processor() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = psutil.Process(int(cursor.fetchone()[0])).cpu_times()
    return time.process_time() + backend.user + backend.system


def _bare(handler: WSGIHandler) -> bytes:
    with override_settings(ROOT_URLCONF="bench.browse"):
        return _ask(handler, "/bare/")


def _ask(handler: WSGIHandler, address: str, cookie: str = "") -> bytes:
    """The body of a page, straight from the handler: no sockets, no client."""
    route, _mark, query = address.partition("?")
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": route, "QUERY_STRING": query.encode().decode("latin-1"), "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.input": io.BytesIO(), "wsgi.url_scheme": "http",
        "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1", "HTTP_COOKIE": cookie,
    }  # fmt: skip
    codes: list[str] = []
    answer = handler(environ, lambda status, _headers: codes.append(status))
    body = b"".join(answer)
    if not codes[0].startswith("200"):
        raise SystemExit(f"{address}: {codes[0]}")
    return body


def _drawn(handler: WSGIHandler, address: str) -> bytes:
    """The page of somebody with a session cookie: it is not kept. Searches without words are remembered all the same."""
    return _ask(handler, address, cookie=f"{settings.SESSION_COOKIE_NAME}=none")


def _statements(handler: WSGIHandler, address: str) -> int:
    with CaptureQueriesContext(connection) as made:
        _drawn(handler, address)
    return len(made)


def _weight(handler: WSGIHandler, address: str) -> int:
    return len(gzip.compress(_ask(handler, address), 6))
