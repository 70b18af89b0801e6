"""manage.py measure FILE --format hillstrom [--json]: the lift of each arm of an experiment in a file. Needs no database."""

import argparse
from pathlib import Path
from typing import Any

from aftersales.measurement.files import FORMATS
from marketplace.commands import ReportCommand


class Command(ReportCommand):
    help = "Print the difference of each arm to the control group, with its 95 % interval (unpooled normal). Needs no database."

    def options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="plain or gzip")
        parser.add_argument("--format", required=True, choices=sorted(FORMATS))

    def report(self, **options: Any) -> dict[str, Any]:
        found = FORMATS[options["format"]](options["file"])
        if options["as_json"]:
            return {"results": found}
        return {f"{row['arm']} {row['metric']}": _line(row) for row in found}


def _line(row: dict[str, Any]) -> str:
    return f"{row['difference']:+.6f}  [{row['low']:.6f}, {row['high']:.6f}]"
