"""manage.py rotate_contact_keys [--json]"""

import argparse
from typing import Any

from marketplace.commands import ReportCommand
from marketplace.tenancy.actor import CLI
from orders.store.rotation import merchants_with_buyers, rotate_contact_keys


class Command(ReportCommand):
    help = "Close all buyers' contacts with the newest of CONTACT_KEYS. Safe to interrupt and to run twice."

    def options(self, parser: argparse.ArgumentParser) -> None:
        """None."""

    def report(self, **options: Any) -> dict[str, Any]:
        total = {"merchants": 0, "rotated": 0, "current": 0, "unreadable": 0}
        for merchant_id in merchants_with_buyers():
            found = rotate_contact_keys(merchant_id=merchant_id, by=CLI)
            total["merchants"] += 1
            for name, count in vars(found).items():
                total[name] += count
        return total
