"""manage.py verify_ledger [--json]: balances against entries, transfers against zero, books against each other."""

from typing import Any

from marketplace.commands import ReportCommand
from marketplace.kernel.errors import UserError
from marketplace.ledger.queries import verify_all


class LedgerOff(UserError):
    """The ledger does not add up; the message says where."""


class Command(ReportCommand):
    help = "Check every balance against its entries, every transfer against zero, and that books clear each other."

    def report(self, **options: Any) -> dict[str, Any]:
        found = verify_all()
        if found["accounts_off"] or found["transfers_off"] or found["clearing_off"]:
            raise LedgerOff(f"The ledger is off: {found}")
        return found
