"""python -m bench.load [--merchants 100] [--seconds 60] [--think 5] [--ramp R]: a hundred merchants browse and hire at once.

Every merchant is a thread with a session of its own that goes round: search, a listing, the order form, the contract, both
signatures, money held, work delivered, work accepted and its money released (`bench.visitors`). The provider's part is asked over
HTTP as well. The site is the real one (`manage.py up --demo`, with as many web processes as it starts for anybody), started for
this in a state folder of its own.

Accounts, wallets and sessions are made before the clock starts: nobody signs in while it runs. The merchants then come one after
the other over `--ramp` seconds, by default the time one of them thinks in a round, so that they are spread over its steps as
people are. From then on all of them are at it, for `--seconds`; only what begins in that time is measured, and what was asked
for while they came is printed beside it. Errors count from the first request to the end of the last round, also a page that
lacks what the next step needs. Printed: requests, errors, median and 95th percentile per step and altogether, contracts that went
all the way, what each kind of process took of the processors, and whether the books balance.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import quantiles
from typing import Any

import psutil

from bench.visitors import PORT, THOUGHTS, Clock, visit

TARGET = 0.5
STATE = Path("var/load")
#: An order is paid from the wallet; this is enough for any of them (minor units).
PURSE = 100_000_000_00


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


def processor() -> dict[str, float]:
    """Seconds of processor time so far, by what the site's processes are for; the visitors are this process."""
    from marketplace.embedded.layout import Layout

    found: dict[str, float] = defaultdict(float)
    found["visitors"] = time.process_time()
    counted = {os.getpid()}
    with suppress(psutil.Error, OSError, ValueError):
        server = psutil.Process(int(Layout(STATE.resolve()).pg_pid.read_text().split()[0]))
        backends = [server, *server.children(recursive=True)]
        found["database"] = sum(_spent(each) for each in backends)
        counted |= {each.pid for each in backends}
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            told = process.environ()
            if told.get("STATE_DIR") == str(STATE.resolve()) and process.pid not in counted:
                found[told.get("SHANGBAN_PROCESS") or "other"] += _spent(process)
    return found


def _spent(process: psutil.Process) -> float:
    """Also of what it started and what ended since: a backend is closed after a minute."""
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


def told(clock: Clock, seconds: float, spent: dict[str, float]) -> dict[str, Any]:
    """What is printed: milliseconds."""
    everything = [took for each in clock.seconds.values() for took in each]
    rows = {**dict(sorted(clock.seconds.items())), "arriving": clock.arriving, "everything": everything}
    table = {name: _row(each) for name, each in rows.items() if each}
    met = bool(everything) and table["everything"]["p95"] < TARGET * 1000 and not clock.errors
    return {
        "requests": len(everything), "per_second": round(len(everything) / seconds, 1), "errors": len(clock.errors),
        "contracts_released": clock.rounds, "steps": table, "first_errors": clock.errors[:5],
        "processor_seconds": {name: round(took, 1) for name, took in spent.items() if took >= 0.1},
        "p95_target_ms": TARGET * 1000, "met": met,
    }  # fmt: skip


def _row(took: list[float]) -> dict[str, float]:
    cuts = quantiles(took, n=20) if len(took) > 1 else [took[0]] * 19
    return {"n": len(took), "p50": round(cuts[9] * 1000, 1), "p95": round(cuts[18] * 1000, 1), "max": round(max(took) * 1000, 1)}


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.load", description=__doc__)
    parser.add_argument("--merchants", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--think", type=float, default=5, help="seconds between two clicks, on average")
    parser.add_argument("--ramp", type=float, help="seconds over which the merchants come; by default one round's thinking")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    ramp = THOUGHTS * options.think if options.ramp is None else options.ramp
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    os.environ["STATE_DIR"] = str(STATE.resolve())
    STATE.mkdir(parents=True, exist_ok=True)
    with site():
        import django

        django.setup()
        sessions, offered = people(options.merchants)
        before = processor()
        clock = visit(sessions, offered, seconds=options.seconds, think=options.think, ramp=ramp)
        after = processor()
        report = told(clock, options.seconds, {name: after[name] - before.get(name, 0.0) for name in after})
        from marketplace.ledger.queries import verify_all

        checked = verify_all()
        report["books_balance"] = not any(checked[name] for name in ("accounts_off", "transfers_off"))
    print(json.dumps(report, indent=1, ensure_ascii=False) if options.json else _text(report))
    return 0 if report["met"] and report["books_balance"] else 1


def _text(report: dict[str, Any]) -> str:
    verdict = "met" if report["met"] else "MISSED"
    asked = report["requests"]
    lines = [
        f"{name:14}{row['n']:7} requests {_share(name, row['n'], asked):>5}   "
        f"p50 {row['p50']:8.1f} ms   p95 {row['p95']:8.1f} ms   max {row['max']:8.1f} ms"
        for name, row in report["steps"].items()
    ]
    lines += [
        "processor, from the first merchant to the last round: "
        + ", ".join(f"{name} {took} s" for name, took in report["processor_seconds"].items()),
        f"{asked} requests, {report['per_second']} per second, {report['errors']} errors, "
        f"{report['contracts_released']} contracts released, books balance: {report['books_balance']}",
        f"p95 {report['steps']['everything']['p95']} ms, target {report['p95_target_ms']:.0f} ms: {verdict}",
        *report["first_errors"],
    ]
    return "\n".join(lines)


def _share(name: str, asked: int, altogether: int) -> str:
    """Of what was measured; those who arrive are not part of it."""
    return "" if name in ("arriving", "everything") else f"{asked / altogether:.0%}"


if __name__ == "__main__":
    sys.exit(main())
