"""When money goes back, what is invoiced about it has to fit: requests shrink or lapse, issued invoices are to be reversed."""

from collections.abc import Sequence
from datetime import datetime

from marketplace.kernel.transitions import after
from marketplace.outbox import both
from marketplace.outbox.people import Fact
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import current, scope
from orders.escrow.models import Release, Reversal
from orders.invoices import amounts
from orders.invoices.models import CommissionInvoice, Invoice, ServiceInvoice
from orders.invoices.operations.common import note, tell_side
from orders.invoices.rules import due_at
from orders.invoices.states import ALIVE, INVOICE, InvoiceState
from orders.payouts.accounts import ZONE


def fit_to_money(made: Reversal, by: Actor, at: datetime) -> None:
    """Make both kinds of requests fit what is left after a reversal; in its transaction, under its deal's lock."""
    rows = ServiceInvoice.objects.select_for_update().filter(merchant_id=made.merchant_id, deal_id=made.deal_id, state__in=ALIVE)
    _fit(list(rows.order_by("id")), amounts.released(made.deal), by, at)
    if made.fee_back:
        with scope(made.provider_id):
            _fit_commission(made, by, at)


def _fit_commission(made: Reversal, by: Actor, at: datetime) -> None:
    released = Release.objects.filter(merchant_id=made.merchant_id, pk=made.release_id).get()
    month = released.released_at.astimezone(ZONE).date().replace(day=1)
    rows = CommissionInvoice.objects.select_for_update(of=("self",)).select_related("statement").filter(
        provider_id=made.provider_id, statement__provider_id=made.provider_id, statement__month=month,
        statement__currency=released.currency, state__in=ALIVE,
    )  # fmt: skip
    found = list(rows.order_by("id"))
    if found:
        _fit(found, amounts.charged(found[0].statement), by, at)


def _fit(rows: Sequence[Invoice], base: int, by: Actor, at: datetime) -> None:
    """Take what is too much from requests first, then from what is issued, the newest first."""
    over = sum(row.standing for row in rows) - base
    for row in sorted(rows, key=lambda each: (each.state != InvoiceState.ASKED, -each.pk)):
        part = min(over, row.standing)
        if part > 0:
            _lessen(row, part, by, at)
            over -= part


def _lessen(row: Invoice, part: int, by: Actor, at: datetime) -> None:
    if row.state != InvoiceState.ASKED:
        _exceed(row, part, by, at)
        return
    act = "lapse" if part == row.amount else "shrink"
    row.state = after(INVOICE, row.state, act)
    if act == "lapse":
        row.ended_at = at
    else:
        row.amount -= part
    row.save(update_fields=["state", "amount", "ended_at"])
    _tell_both(row, "lapsed" if act == "lapse" else "shrunk", row.amount, f"{row.amount}", part, by, at)


def _exceed(row: Invoice, part: int, by: Actor, at: datetime) -> None:
    """An issued invoice, or one whose note is owed already: the note is about more, and its time begins anew."""
    row.state, row.excess, row.due_at = after(INVOICE, row.state, "exceed"), row.excess + part, due_at(at)
    row.save(update_fields=["state", "excess", "due_at"])
    step = f"{row.reversed_amount}+{row.excess}"
    _tell_both(row, "exceeded", row.excess, step, part, by, at, day=both.day(row.due_at))


def _tell_both(row: Invoice, what: str, amount: int, step: str, part: int, by: Actor, at: datetime, **facts: Fact) -> None:
    seen = current()
    party = seen.tenant_id if seen is not None and seen.tenant_id is not None else row.requester_id
    note(row, what, by, party=party, less=part)
    tell_side(row, "requester", what, at, step=step, amount=amount, **facts)
    tell_side(row, "issuer", what, at, step=step, amount=amount, **facts)
