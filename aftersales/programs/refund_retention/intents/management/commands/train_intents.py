"""manage.py train_intents --merchant SLUG [--json]"""

import argparse
import time
from typing import Any

from django.utils import timezone

from aftersales.programs.refund_retention.intents.operations import carry_out_training, open_training
from marketplace.commands import ReportCommand
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import CLI
from merchants.queries import shop_of_merchant


class Command(ReportCommand):
    help = "Learn from a merchant's labels, on top of the shipped utterances. The model takes over only when it is no worse."

    def options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--merchant", required=True)

    def report(self, **options: Any) -> dict[str, Any]:
        started = time.monotonic()
        merchant_id, _shop = shop_of_merchant(merchant=options["merchant"], shop=None)
        opened = open_training(merchant_id=merchant_id, by=CLI, at=timezone.now())
        done = carry_out_training(merchant_id=merchant_id, training_id=opened.pk, by=CLI, at=timezone.now())
        if done is None:
            raise UserError("A worker has taken this training over; its result will be on the labelling page.")
        return {
            "merchant": options["merchant"],
            "version": done.version,
            "in_force": done.state == "active",
            "labels": done.labels,
            "accuracy": round(done.accuracy or 0.0, 4),
            "previous_accuracy": round(done.previous_accuracy or 0.0, 4),
            "seconds": round(time.monotonic() - started, 3),
        }
