"""manage.py simulate [--runs N] [--buyers N] [--days N] [--effect X] [--base X] [--holdout X] [--seed N] [--json]"""

import argparse
import secrets
import sys
from dataclasses import asdict
from typing import Any

from aftersales.measurement.simulation import Findings, Setting, simulate
from marketplace.commands import ReportCommand
from marketplace.kernel.errors import UserError


class Command(ReportCommand):
    help = (
        "Try the statistics on simulated buyers with a known true effect. Exits with 1 when the 95 % intervals do not cover the"
        " truth as often as they should, or daily looks raise too many false alarms. Needs no database."
    )

    def options(self, parser: argparse.ArgumentParser) -> None:
        usual = Setting()
        parser.add_argument("--runs", type=int, default=usual.runs, help="experiments to simulate")
        parser.add_argument("--buyers", type=int, default=usual.buyers, help="buyers in each")
        parser.add_argument("--days", type=int, default=usual.days, help="days over which they arrive; one look a day")
        parser.add_argument("--base", type=float, default=usual.base, help="rate without treatment, e.g. 0.74")
        parser.add_argument("--effect", type=float, default=usual.effect, help="true effect on the rate, e.g. 0.03")
        parser.add_argument("--holdout", type=float, default=usual.holdout, help="share of buyers held out")
        parser.add_argument("--seed", type=int, help="repeat a simulation; drawn and printed when left out")

    def report(self, **options: Any) -> dict[str, Any]:
        setting = _setting(options)
        seed = options["seed"] if options["seed"] is not None else secrets.randbelow(2**32)
        found = simulate(seed, setting)
        self.failed = not found.within_tolerance
        return _report(found)

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if self.failed:
            self.stderr.write("The intervals are not what they promise: see the tolerance above.")
            sys.exit(1)


def _setting(options: dict[str, Any]) -> Setting:
    names = ("runs", "buyers", "days", "base", "effect", "holdout")
    setting = Setting(**{name: options[name] for name in names})
    if min(setting.runs, setting.days) < 1 or not 1_000 <= setting.buyers <= 1_000_000:
        raise UserError("At least 1 run, 1 day, and between 1,000 and 1,000,000 buyers.")
    if not 0 < setting.holdout < 1 or not 0 < setting.base < 1 or not 0 < setting.base + setting.effect < 1:
        raise UserError("--holdout, --base and --base plus --effect must lie between 0 and 1.")
    return setting


def _report(found: Findings) -> dict[str, Any]:
    runs, (low, high) = found.setting.runs, found.allowed_coverage
    return {
        "seed": found.seed,
        **asdict(found.setting),
        "coverage": {name: count / runs for name, count in found.covered.items()},
        "coverage_allowed": [low / runs, high / runs],
        "false_alarms": {name: count / runs for name, count in found.alarmed.items()},
        "false_alarms_allowed": found.most_alarms / runs,
        "effect_found": found.found / runs,
        "within_tolerance": found.within_tolerance,
    }
