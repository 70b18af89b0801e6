"""manage.py verify_escrow [--json]: every commission recalculated from the ledger alone, every deal against it."""

from typing import Any

from marketplace.commands import ReportCommand
from marketplace.kernel.errors import UserError
from orders.escrow.verifying import verify


class EscrowOff(UserError):
    """What the ledger says and what escrow says differ; the message says where."""


class Command(ReportCommand):
    help = "Recalculate every commission, release and refund of contracts from the ledger and compare it with what is stored."

    def report(self, **options: Any) -> dict[str, Any]:
        found = verify()
        if found["differences"]:
            raise EscrowOff("\n".join(found["differences"][:50]))
        return found
