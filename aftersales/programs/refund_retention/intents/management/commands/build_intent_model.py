"""manage.py build_intent_model [--check] [--json]"""

import argparse
from typing import Any

from aftersales.programs.refund_retention.intents.model import SHIPPED, shipped
from aftersales.programs.refund_retention.intents.utterances import fingerprint, shipped_utterances
from marketplace.commands import ReportCommand
from marketplace.kernel.errors import UserError


class Command(ReportCommand):
    help = "Make the shipped intent model from the shipped utterances. --check only says whether it is up to date."

    def options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true")

    def report(self, **options: Any) -> dict[str, Any]:
        rows = shipped_utterances()
        mark = fingerprint(rows)
        if options["check"]:
            if shipped().fingerprint != mark:
                raise UserError("The shipped intent model is older than its utterances; run build_intent_model.")
        else:
            from aftersales.programs.refund_retention.intents.training import train

            SHIPPED.write_text(train(rows) + "\n", encoding="utf-8")
        return {"utterances": len(rows), "fingerprint": mark, "bytes": SHIPPED.stat().st_size}
