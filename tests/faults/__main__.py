"""Faults on a shop at work; see the package. Exit code 0 only when nothing was lost or doubled."""

import argparse
import json
import logging
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import django

DATABASE = os.environ.get("SHANGBAN_FAULTS_DATABASE", "shangban_faults")
SETTLE_SECONDS = 180
#: What the clock would nudge, sent far more often than it would.
EVERY = 1.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.faults", description=__doc__)
    parser.add_argument("--faults", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--size", type=int, default=0, help="orders of each kind; by default so many that work lasts as long as faults do"
    )
    parser.add_argument("--spare-servers", action="store_true", help="leave database and broker alone: others use them, too")
    options = parser.parse_args()
    seed = options.seed or random.SystemRandom().randrange(1, 2**31)
    print(f"SEED={seed}", flush=True)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    os.environ["DATABASE_NAME"] = DATABASE
    django.setup()
    logging.disable(logging.ERROR)
    report = storm(options.faults, seed, options.size or 2 * options.faults, spare=options.spare_servers)
    print(json.dumps(report, ensure_ascii=False, indent=2, default=str))
    return 0 if report["verdict"] == "nothing lost, nothing doubled" else 1


def storm(faults: int, seed: int, count: int, *, spare: bool) -> dict[str, Any]:
    """Build, let everything work, break it again and again, wait for rest, count."""
    from django.conf import settings

    from bench.scratch import scratch_database
    from tests.faults.feeding import Feeder
    from tests.faults.monkey import Monkey
    from tests.faults.processes import Mailbox, Worker
    from tests.faults.stage import Size, build

    size = Size(protected=count, presales=count // 2, returns=count // 2)
    with tempfile.TemporaryDirectory() as folder, scratch_database(DATABASE):
        mailbox = Mailbox(random.Random(seed + 1))
        mailbox.controller.start()
        environment = {
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(mailbox.port),
            "SANDBOX_FAULTS": "timeout=0.02,busy=0.05,twice=0.05,refuse=0.02",
        }
        shop = build(Path(folder), size)
        workers = [Worker(f"w{n}", environment, Path(settings.STATE_DIR) / "faults.log") for n in range(2)]
        feeder = Feeder(shop, size, random.Random(seed + 2))
        monkey = Monkey(workers, random.Random(seed), spare=spare)
        try:
            begun = time.monotonic()
            feeder.start()
            rage(monkey, feeder, workers, faults)
            feeder.join(300)
            if feeder.failure is not None or feeder.is_alive():
                raise RuntimeError(f"the feeder did not finish: {feeder.failure}")
            raged = time.monotonic() - begun
            left, calm = come_to_rest(shop, workers)
            return report(shop, size, monkey, feeder, mailbox, left) | {
                "seed": seed, "seconds of faults": round(raged), "seconds to rest": round(calm),
            }  # fmt: skip
        finally:
            feeder.stopping.set()
            for worker in workers:
                worker.kill()
            mailbox.controller.stop()


def rage(monkey: Any, feeder: Any, workers: Any, faults: int) -> None:
    """Faults at random moments until there were enough of them; the clock keeps nudging."""
    nudged = 0.0
    while sum(monkey.committed.values()) < faults:
        for worker in workers:
            worker.tend()
        if time.monotonic() - nudged > EVERY:
            nudge()
            nudged = time.monotonic()
        time.sleep(monkey.dice.uniform(0.0, 0.5))
        kind = monkey.commit()
        total = sum(monkey.committed.values())
        if kind and total % 25 == 0:
            print(f"{total} faults {dict(monkey.committed)}, {feeder.done} deeds", file=sys.stderr, flush=True)
        if feeder.failure is not None:
            raise feeder.failure


def nudge() -> None:
    """Every periodic job at once, some of them twice; a broker that is down is not asked."""
    from marketplace.celery import app
    from marketplace.schedule import BEAT_SCHEDULE

    for entry in BEAT_SCHEDULE.values():
        try:
            app.send_task(entry["task"], expires=20, retry=False)
        except Exception:  # noqa: BLE001 - whatever the client library calls a broker that is down
            return


def come_to_rest(shop: Any, workers: Any) -> tuple[dict[str, int], float]:
    """Undisturbed work until there is none left; what is left after a while, and how long it took."""
    from django.db import connections

    from tests.faults.processes import servers
    from tests.faults.verdict import unrest

    servers("start")
    connections.close_all()  # ours were cut, too
    begun = time.monotonic()
    left: dict[str, int] = {"unknown": 1}
    while left and time.monotonic() - begun < SETTLE_SECONDS:
        for worker in workers:
            worker.tend()
        nudge()
        time.sleep(EVERY)
        left = unrest(shop)
    return left, time.monotonic() - begun


def report(shop: Any, size: Any, monkey: Any, feeder: Any, mailbox: Any, left: dict[str, int]) -> dict[str, Any]:
    """What happened, what is broken, and the verdict."""
    from tests.engine import doors
    from tests.faults.verdict import broken, letters

    post = letters(shop, dict(mailbox.taken))
    wrong = broken(shop, size)
    if post["lost"] or post["came without a message"]:
        wrong["letters"] = post
    if left:
        wrong["left undone"] = left
    counts = {
        name: doors.one(shop, f"SELECT count(*) FROM {table}")
        for name, table in (
            ("claims", "aftersales_claim"), ("payments", "aftersales_sandboxpayment"), ("touches", "presale_balance_touch"),
            ("cases", "refund_retention_retentioncase"), ("messages", "outbox_message"),
        )
    }  # fmt: skip
    return {
        "faults": dict(monkey.committed), "total": sum(monkey.committed.values()),
        "deeds": feeder.done, "said twice": feeder.repeated, "counts": counts, "letters": post, "broken": wrong,
        "verdict": "BROKEN" if wrong else "nothing lost, nothing doubled",
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
