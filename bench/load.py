"""python -m bench.load [--merchants 100] [--seconds 60] [--think 2]: a hundred merchants browse, hire and release at once.

Every merchant is a thread with a session of its own that goes round: search, a listing, the order form, the contract, both
signatures, money held, work delivered, work accepted and its money released. The provider's part is asked over HTTP as well. The
site is the real one (`manage.py up --demo`, two web processes), started for this in a state folder of its own. Printed: requests,
errors, median and 95th percentile per step and altogether, contracts that went all the way, and whether the books balance.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import urlencode

TARGET = 0.5
WORDS = ("代运营", "客服", "详情页", "拍摄", "kefu", "furniture", "直播", "退货率", "shopify", "培训")
STATE = Path("var/load")
PORT = 8931
#: The site closes a connection nobody used for two seconds; a browser opens another one in time, and so do we.
IDLE = 1.0
#: An order is paid from the wallet; this is enough for any of them (minor units).
PURSE = 100_000_000_00


@dataclass
class Clock:
    """Seconds of every request by step, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    rounds: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, step: str, took: float, error: str = "") -> None:
        with self.lock:
            self.seconds[step].append(took)
            if error:
                self.errors.append(f"{step}: {error}")


class Visitor:
    """Somebody signed in, over plain HTTP with a connection that is kept."""

    def __init__(self, session: str, clock: Clock) -> None:
        self.cookies = {"sessionid": session, "django_language": "zh-hans"}
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
            self.clock.note(step, time.perf_counter() - began, repr(error))
            raise Failed from error
        self.used_at = time.perf_counter()
        fault = "" if answer.status in (200, 302) else f"{answer.status} {path}"
        self.clock.note(step, time.perf_counter() - began, fault)
        if fault:
            raise Failed(fault)
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _mark, value = line.partition("=")
            self.cookies[name] = value.split(";")[0]
        return text, answer.headers.get("Location", "")


class Failed(Exception):
    """A request that ends the round."""


def found(pattern: str, text: str, what: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise Failed(f"no {what}")
    return match[1]


def hire(merchant: Visitor, provider: Visitor, slug: str, think: Any) -> None:
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


@contextmanager
def site() -> Iterator[None]:
    """The whole site with the demo market, in a state folder of its own; stopped afterwards."""
    env = {**os.environ, "STATE_DIR": str(STATE.resolve()), "API_REQUESTS_PER_MINUTE": "100000"}
    log = (STATE / "load.log").open("w")
    command = [sys.executable, "manage.py", "up", "--demo", "--with-parent", "--port", str(PORT)]
    process = subprocess.Popen(command, env=env, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait(process)
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(60)
        log.close()


def _wait(process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 600
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit(f"the site did not start: {STATE / 'load.log'}")
        with suppress(OSError, HTTPException):
            connection = HTTPConnection("127.0.0.1", PORT, timeout=2)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        time.sleep(1)
    raise SystemExit("the site did not become ready")


def people(merchants: int) -> tuple[list[str], list[tuple[str, str]]]:
    """Sessions of so many merchants with full wallets, and (listing, session of its provider) of what they may order."""
    from bench.crowd import crowd, offers

    return crowd(merchants, PURSE), offers()


def run(merchants: int, seconds: float, think: float) -> Clock:
    clock, until = Clock(), time.monotonic() + seconds
    sessions, offered = people(merchants)

    def pause() -> None:
        time.sleep(random.uniform(0.5, 1.5) * think)

    def live(session: str, position: int) -> None:
        merchant = Visitor(session, clock)
        chance = random.Random(position)
        time.sleep(chance.uniform(0, think * 5))
        providers: dict[str, Visitor] = {}
        while time.monotonic() < until:
            slug, other = chance.choice(offered)
            provider = providers.setdefault(other, Visitor(other, clock))
            with suppress(Failed):
                provider.ask("jobs", "/desk/jobs/")
                hire(merchant, provider, slug, pause)
                with clock.lock:
                    clock.rounds += 1

    threads = [threading.Thread(target=live, args=(session, n), daemon=True) for n, session in enumerate(sessions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 120)
    return clock


def told(clock: Clock, seconds: float) -> dict[str, Any]:
    """What is printed: milliseconds."""
    everything = [took for each in clock.seconds.values() for took in each]
    rows = {**clock.seconds, "everything": everything}
    table = {name: _row(each) for name, each in rows.items() if each}
    met = bool(everything) and table["everything"]["p95"] < TARGET * 1000 and not clock.errors
    return {
        "requests": len(everything), "per_second": round(len(everything) / seconds, 1), "errors": len(clock.errors),
        "contracts_released": clock.rounds, "steps": table, "first_errors": clock.errors[:5],
        "p95_target_ms": TARGET * 1000, "met": met,
    }  # fmt: skip


def _row(took: list[float]) -> dict[str, float]:
    cuts = quantiles(took, n=20) if len(took) > 1 else [took[0]] * 19
    return {"n": len(took), "p50": round(cuts[9] * 1000, 1), "p95": round(cuts[18] * 1000, 1), "max": round(max(took) * 1000, 1)}


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.load", description=__doc__)
    parser.add_argument("--merchants", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--think", type=float, default=2, help="seconds between two clicks, on average")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    os.environ["STATE_DIR"] = str(STATE.resolve())
    STATE.mkdir(parents=True, exist_ok=True)
    with site():
        import django

        django.setup()
        report = told(run(options.merchants, options.seconds, options.think), options.seconds)
        from marketplace.ledger.queries import verify_all

        checked = verify_all()
        report["books_balance"] = not any(checked[name] for name in ("accounts_off", "transfers_off"))
    print(json.dumps(report, indent=1, ensure_ascii=False) if options.json else _text(report))
    return 0 if report["met"] and report["books_balance"] else 1


def _text(report: dict[str, Any]) -> str:
    verdict = "met" if report["met"] else "MISSED"
    lines = [f"{name:14}{row['n']:7} requests   p50 {row['p50']:8.1f} ms   p95 {row['p95']:8.1f} ms   max {row['max']:8.1f} ms"
             for name, row in report["steps"].items()]  # fmt: skip
    lines += [
        f"{report['requests']} requests, {report['per_second']} per second, {report['errors']} errors, "
        f"{report['contracts_released']} contracts released, books balance: {report['books_balance']}",
        f"p95 {report['steps']['everything']['p95']} ms, target {report['p95_target_ms']:.0f} ms: {verdict}",
        *report["first_errors"],
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
