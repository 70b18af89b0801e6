"""What the state and the side allow. Who of a side may at all is a matter of `marketplace.accounts.roles`."""

from datetime import datetime

from marketplace.kernel.transitions import allows
from orders.invoices.states import INVOICE, OWED, SIDES, Side

#: An act of people → the entry of the table that tells whether it is possible.
ENTRIES = {"reverse": "reverse_all"}


def possible(state: str, side: Side) -> list[str]:
    """The acts a side can do now."""
    return [act for act, whose in SIDES.items() if whose == side and allows(INVOICE, state, ENTRIES.get(act, act))]


def next_side(state: str) -> Side | None:
    """Who acts next: the issuer while something is owed, nobody otherwise."""
    return "issuer" if state in OWED else None


def is_late(state: str, due_at: datetime, at: datetime) -> bool:
    return state in OWED and due_at < at
