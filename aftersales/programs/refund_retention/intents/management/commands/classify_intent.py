"""manage.py classify_intent [--json] [--merchant SLUG] < utterances"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from aftersales.programs.refund_retention.intents.classifying import classify_all
from aftersales.programs.refund_retention.intents.model import Model
from aftersales.programs.refund_retention.intents.normalising import LONGEST
from marketplace.kernel.errors import UserError

BATCH = 512
#: UTF-8 needs at most four bytes a character; the rest of a longer line is skipped, not kept in memory.
LONGEST_LINE = 8 * LONGEST


class Command(BaseCommand):
    help = (
        "Read one utterance a line from stdin and answer one line each, in order. Needs no database unless --merchant is given."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json", help="answer one JSON object a line")
        parser.add_argument("--merchant", help="use what this merchant has taught the model")

    def handle(self, *args: Any, **options: Any) -> None:
        model = _taught_model(options["merchant"]) if options["merchant"] else None
        lines = utterances(sys.stdin.buffer)
        while batch := list(islice(lines, BATCH)):
            for text, found in zip(batch, classify_all([(text, "") for text in batch], model), strict=True):
                row = asdict(found)
                self.stdout.write(json.dumps(row, ensure_ascii=False) if options["as_json"] else f"{found.intent}\t{text}")


def _taught_model(slug: str) -> Model | None:
    """A merchant's own model; only this needs the database. Raises CommandError."""
    from aftersales.programs.refund_retention.intents.queries import active_model
    from marketplace.tenancy.scope import scope
    from merchants.queries import shop_of_merchant

    try:
        merchant_id, _shop = shop_of_merchant(merchant=slug, shop=None)
    except UserError as error:
        raise CommandError(str(error)) from error
    with scope(merchant_id, read_only=True):
        return active_model(merchant_id)


def utterances(stream: BinaryIO) -> Iterator[str]:
    """The lines of a stream, whatever bytes they hold; a line ends at a newline only."""
    while line := stream.readline(LONGEST_LINE):
        rest = line
        while not rest.endswith(b"\n") and (rest := stream.readline(LONGEST_LINE)):
            continue
        yield line.decode("utf-8", "replace").rstrip("\r\n")
