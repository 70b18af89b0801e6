"""python -m bench [--scale 1m] [--only ingest,protection,growth] [--json]: print both sides of every benchmark and the ratio."""

import argparse
import json
import os
import sys

DATABASE = "shangban_bench"
SUFFIXES = {"k": 1_000, "m": 1_000_000}


def lines(text: str) -> int:
    """'200k' or '10m' as a number of order lines."""
    return int(text[:-1]) * SUFFIXES[text[-1]] if text[-1:] in SUFFIXES else int(text)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--scale", type=lines, default="1m", help="lines of the larger history; the smaller has a tenth")
    only = "ingest,native,protection,growth,memory,previews,reminders,reminders_memory,retention,retention_card,guards,outbox"
    parser.add_argument("--only", default=f"{only},ledger,search,browse,timers")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    os.environ["DATABASE_NAME"] = DATABASE
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    if settings.EMBEDDED:
        call_command("embedded", "start", stdout=sys.stderr)
    from bench import browse, growth, guards, ingest, ledger, outbox, previews, protection, reminders, retention, search, timers
    from bench.scratch import scratch_database

    parts = {
        "ingest": ingest.online_retail,
        "native": ingest.native,
        "protection": protection.run,
        "growth": lambda: growth.run(options.scale),
        "memory": lambda: growth.memory(options.scale),
        "previews": lambda: previews.run(options.scale),
        "reminders": reminders.run,
        "reminders_memory": lambda: reminders.memory(options.scale),
        "retention": retention.run,
        "guards": guards.run,
        "outbox": outbox.run,
        "ledger": ledger.run,
        "retention_card": retention.arrivals,
        "search": lambda: search.run(options.scale),
        "browse": browse.run,
        "timers": lambda: timers.run(options.scale),
    }
    results = []
    with scratch_database(DATABASE):
        for name in options.only.split(","):
            for result in parts[name]():
                results.append(result)
                print(result.as_text(), file=sys.stderr if options.json else sys.stdout, flush=True)
    if options.json:
        print(json.dumps([result.as_dict() for result in results], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
