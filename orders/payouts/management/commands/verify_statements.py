"""Compute every monthly statement again from the ledger alone and name those that differ. Exit 1 when there is one."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders.payouts.operations.stating import verify_statements


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        count, off = verify_statements()
        shown = [{"statement": each.number, "stored": each.stored, "ledger": each.found} for each in off]
        self.stdout.write(json.dumps({"statements": count, "off": shown}, ensure_ascii=False))
        if off:
            raise CommandError(f"{len(off)} statements differ from the ledger")
