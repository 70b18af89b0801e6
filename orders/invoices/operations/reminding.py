"""Telling the sides of a request what its clock says: the issuer a day before it is due, both once it is late."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import F, Q

from marketplace.outbox import both
from marketplace.tenancy.scope import scope
from orders.invoices.models import ServiceInvoice
from orders.invoices.operations.common import tell_side
from orders.invoices.policies import is_late
from orders.invoices.states import OWED, Side

#: Before the due date.
AHEAD = timedelta(days=1)
BATCH = 500


def _due(at: datetime) -> Q:
    """What was not said since the day before the due date, or not since that date. A new due date begins anew."""
    unsaid = Q(reminded_at__isnull=True)
    soon = Q(due_at__lte=at + AHEAD) & (unsaid | Q(reminded_at__lt=F("due_at") - AHEAD))
    late = Q(due_at__lt=at) & (unsaid | Q(reminded_at__lte=F("due_at")))
    return Q(state__in=OWED) & (soon | late)


def due(at: datetime) -> list[tuple[int, int]]:
    """(merchant, request) of which something is to be said, across tenants (system role)."""
    rows = ServiceInvoice.objects.using("system").filter(_due(at)).order_by("due_at", "id")
    return list(rows.values_list("merchant_id", "id")[:BATCH])


def remind(*, at: datetime) -> int:
    """Say what is to be said, each in a transaction of its own; how many requests that were. Twice says nothing twice."""
    return sum(_said(merchant_id, pk, at) for merchant_id, pk in due(at))


def _said(merchant_id: int, pk: int, at: datetime) -> int:
    with scope(merchant_id, durable=True):
        rows = ServiceInvoice.objects.select_for_update(of=("self",), skip_locked=True).select_related("deal")
        row = rows.filter(_due(at), merchant_id=merchant_id, pk=pk).first()
        if row is None:  # issued meanwhile, or another worker is at it
            return 0
        for side, what in _words(row, at):
            step, owed = f"{row.due_at:%Y%m%d}", row.excess or row.amount
            tell_side(row, side, what, at, step=step, amount=owed, day=both.day(row.due_at))
        row.reminded_at = at
        row.save(update_fields=["reminded_at"])
    return 1


def _words(row: ServiceInvoice, at: datetime) -> Iterator[tuple[Side, str]]:
    if is_late(row.state, row.due_at, at):
        yield "issuer", "overdue"
        yield "requester", "late"
    else:
        yield "issuer", "due_soon"
