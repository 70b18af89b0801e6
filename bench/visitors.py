"""Those who browse, hire and release in a load run, and the way they go: what each asks for, one request after the other."""

import random
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any, Protocol
from urllib.parse import urlencode

WORDS = ("代运营", "客服", "详情页", "拍摄", "kefu", "furniture", "直播", "退货率", "shopify", "培训")
PORT = 8931
#: The site closes a connection nobody used for two seconds; a browser opens another one in time, and so do we.
IDLE = 1.0
#: Times a merchant stops to think in one round, so that a round takes at least so often the time of a thought.
THOUGHTS = 7


class Failed(Exception):
    """A request that ends the round."""


class Asker(Protocol):
    """Somebody signed in."""

    def ask(self, step: str, path: str, data: dict[str, Any] | None = None) -> tuple[str, str]: ...


@dataclass
class Clock:
    """Seconds of every request by step, and what went wrong. Only what begins within the measured time is measured; errors
    always count."""

    since: float
    until: float
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    arriving: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    rounds: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, step: str, began: float, error: str = "") -> None:
        took = time.perf_counter() - began
        with self.lock:
            if self.since <= began < self.until:
                self.seconds[step].append(took)
            elif began < self.since:
                self.arriving.append(took)
            if error:
                self.errors.append(f"{step}: {error}")


class Visitor:
    """Somebody signed in, over plain HTTP with a connection that is kept."""

    def __init__(self, session: str, clock: Clock) -> None:
        self.cookies = cookies_of(session)
        self.clock = clock
        self.connection = HTTPConnection("127.0.0.1", PORT, timeout=30)
        self.used_at = 0.0

    def ask(self, step: str, path: str, data: dict[str, Any] | None = None) -> tuple[str, str]:
        """(body, where it redirects to); any answer but 200 and 302 counts as an error and ends the round."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "User-Agent": "load"}
        body = None
        if data is not None:
            body = urlencode({**data, "csrfmiddlewaretoken": self.cookies.get("csrftoken", "")})
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"http://127.0.0.1:{PORT}/"}
        began = time.perf_counter()
        if began - self.used_at > IDLE:
            self.connection.close()
        try:
            self.connection.request("POST" if data is not None else "GET", path, body, headers)
            answer = self.connection.getresponse()
            text = answer.read().decode()
        except (OSError, HTTPException) as error:
            self.connection.close()
            self.clock.note(step, began, repr(error))
            raise Failed from error
        self.used_at = time.perf_counter()
        fault = "" if answer.status in (200, 302) else f"{answer.status} {path}"
        self.clock.note(step, began, fault)
        if fault:
            raise Failed(fault)
        for line in answer.headers.get_all("Set-Cookie") or []:
            keep(self.cookies, line)
        return text, answer.headers.get("Location", "")


def cookies_of(session: str) -> dict[str, str]:
    return {"sessionid": session, "django_language": "zh-hans"}


def keep(cookies: dict[str, str], line: str) -> None:
    """What a `Set-Cookie` line asks for."""
    name, _mark, value = line.partition("=")
    cookies[name] = value.split(";")[0]


def found(pattern: str, text: str, what: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise Failed(f"no {what}")
    return match[1]


def hire(merchant: Asker, provider: Asker, slug: str, think: Callable[[], None]) -> None:
    """One round: from a search to the released money."""
    merchant.ask("search", f"/market/?{urlencode({'q': random.choice(WORDS)})}")
    think()
    merchant.ask("listing", f"/listings/{slug}/")
    think()
    form, _to = merchant.ask("order form", f"/contracts/new/?{urlencode({'listing': slug})}")
    package = found(r'name="package"[^>]*value="([^"]+)"', form, "package")
    think()
    chosen = {"listing": slug, "package": package, "quantity": "1", "wish": ""}
    _body, to = merchant.ask("order", "/contracts/new/", chosen)
    number = found(r"/contracts/(\d+)/", to, "contract")
    page, _to = merchant.ask("contract", f"/contracts/{number}/contract/")
    signature = {"hash": found(r'name="hash" value="([0-9a-f]{64})"', page, "hash"), "read": "on"}
    think()
    merchant.ask("sign", f"/contracts/{number}/accept/", signature)
    provider.ask("sign", f"/desk/jobs/{number}/accept/", signature)
    page, _to = merchant.ask("contract", f"/contracts/{number}/")
    milestone = found(r"/contracts/milestones/(\d+)/", page, "milestone")
    think()
    merchant.ask("fund", f"/contracts/milestones/{milestone}/fund/", {})
    provider.ask("deliver", f"/desk/jobs/milestones/{milestone}/deliver/", {"note": "done"})
    think()
    merchant.ask("accept form", f"/contracts/milestones/{milestone}/accept/")
    merchant.ask("release", f"/contracts/milestones/{milestone}/accept/", {})
    page, _to = merchant.ask("contract", f"/contracts/{number}/")
    think()


def visit(sessions: list[str], offered: list[tuple[str, str]], *, seconds: float, think: float, ramp: float) -> Clock:
    """Let all come, one after the other over `ramp` seconds, and go round for `seconds` more; then each ends his round."""
    begin = time.perf_counter()
    clock = Clock(begin + ramp, begin + ramp + seconds)

    def live(session: str, position: int) -> None:
        merchant, chance = Visitor(session, clock), random.Random(position)
        time.sleep(ramp * position / len(sessions))
        providers: dict[str, Visitor] = {}
        while time.perf_counter() < clock.until:
            slug, other = chance.choice(offered)
            provider = providers.setdefault(other, Visitor(other, clock))
            try:
                provider.ask("jobs", "/desk/jobs/")
                hire(merchant, provider, slug, lambda: time.sleep(chance.uniform(0.5, 1.5) * think))
            except Failed as error:
                _missed(clock, error)
            else:
                with clock.lock:
                    clock.rounds += clock.since <= time.perf_counter() < clock.until

    threads = [threading.Thread(target=live, args=(session, n), daemon=True) for n, session in enumerate(sessions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(ramp + seconds + 120)
        if thread.is_alive():
            clock.errors.append("a merchant never came back")
    return clock


def _missed(clock: Clock, error: Failed) -> None:
    """A page without what comes next is an error too: its request was answered, but not with what was asked for."""
    if str(error).startswith("no "):
        with clock.lock:
            clock.errors.append(str(error))
