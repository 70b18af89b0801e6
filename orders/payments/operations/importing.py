"""The bank's own list of transfers (CSV), handed in by staff: each line that names a payment settles it, once."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from marketplace.tenancy.actor import Actor
from orders.payments.gateways.bank.callback import lines_of
from orders.payments.operations.settling import Outcome, receive

BANK = "bank"


@dataclass
class Imported:
    """How many lines had which outcome, and the lines that need a person."""

    lines: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    to_look_at: list[tuple[int, str, str]] = field(default_factory=list)


def import_bank_file(*, content: bytes, currency: str, at: datetime, by: Actor) -> Imported:
    """Settle what the file says. The whole file is read first; the same file again changes nothing. Raises BadFile."""
    done = Imported()
    for line in lines_of(content, currency=currency):
        outcome = receive(gateway=BANK, notice=line.notice, at=at, by=by)
        done.lines += 1
        done.outcomes[outcome.value] += 1
        if outcome in (Outcome.DIFFERENT, Outcome.STRAY):
            done.to_look_at.append((line.number, line.transaction, outcome.value))
    return done
