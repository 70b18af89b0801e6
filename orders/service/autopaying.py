"""What contracts tell autopay (`orders.payments.autopay`): which invoices of standing services are due, and how they are paid.

Periods are invoiced before they begin and fall due on their first day; fees that follow from figures fall due a week after they
were computed. What is not paid a week after it fell due lets the work rest (`timers`), with or without autopay.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connections

from marketplace.tenancy.actor import Actor
from orders.payments.autopay import Due, Invoice, Source, Standing
from orders.service.calendar import day_of
from orders.service.models import Milestone, ServiceOrder
from orders.service.operations.funding import fund_milestone
from orders.service.queries import milestones_of, signed_terms
from orders.service.queries.steps import UNFUNDED

KIND = "contract"
PAGE = "/contracts/{}/"
#: Contracts under which invoices may still come.
OPEN = ("signed", "active", "paused")
#: The first period is paid by hand: with it the contract begins. On trial nothing is paid before the merchant goes on.
DUE = """
SELECT a.merchant_id, a.id, m.id
FROM payments_autopay a
JOIN service_serviceorder o ON o.merchant_id = a.merchant_id AND o.id = a.subject_id AND o.state = 'active'
  AND (o.trial_ends_at IS NULL OR o.trial_continued_at IS NOT NULL)
JOIN service_milestone m ON m.merchant_id = o.merchant_id AND m.order_id = o.id AND m.state = 'planned' AND m.kind <> 'stage'
  AND m.due_at <= %(at)s
LEFT JOIN payments_autopayinvoice i ON i.merchant_id = a.merchant_id AND i.autopay_id = a.id AND i.invoice_id = m.id
WHERE a.kind = 'contract' AND a.state = 'active' AND (i.id IS NULL OR (i.state = 'waiting' AND i.next_at <= %(at)s))
ORDER BY coalesce(i.next_at, m.due_at), m.id LIMIT %(limit)s
"""


def due(at: datetime, limit: int) -> Sequence[Due]:
    """(merchant, permission, milestone) of what is to be tried now."""
    with connections["system"].cursor() as cursor:
        cursor.execute(DUE, {"at": at, "limit": limit})
        return [(merchant, permission, milestone) for merchant, permission, milestone in cursor.fetchall()]


def standing(merchant_id: int, order_id: int) -> Standing | None:
    """A standing service and what one of its periods costs; None for anything else."""
    order = ServiceOrder.objects.filter(merchant_id=merchant_id, pk=order_id).first()
    if order is None or not (terms := signed_terms(order)).is_recurring:
        return None
    return Standing(order.title, order.currency, terms.first_minor, order.state in OPEN)


def invoice(merchant_id: int, order_id: int, milestone_id: int, at: datetime) -> Invoice | None:
    """An invoice that is due and unpaid."""
    order = ServiceOrder.objects.filter(merchant_id=merchant_id, pk=order_id, state="active").first()
    rows = list(milestones_of(order)) if order is not None else []
    found = next((row for row in rows if row.pk == milestone_id and row.state == "planned" and row.kind != "stage"), None)
    if order is None or found is None or found.due_at is None or found.due_at > at:
        return None
    amount = found.to_pay
    return Invoice(found.pk, found.name, amount, order.currency, _period(rows, found, at), found.due_at + UNFUNDED)


def _period(rows: Sequence[Milestone], found: Milestone, at: datetime) -> date:
    """The first day of the period an invoice counts towards: its own, or of a fee the one that runs."""
    if found.period_from is not None:
        return found.period_from
    begun = [row.period_from for row in rows if row.period_from is not None and row.period_from <= day_of(at)]
    return max(begun, default=day_of(at))


def pay(*, merchant_id: int, invoice_id: int, by: Actor, at: datetime) -> Milestone:
    """Set the invoice's price aside from the wallet."""
    order_id = Milestone.objects.values_list("order_id", flat=True).get(merchant_id=merchant_id, pk=invoice_id)
    return fund_milestone(organization_id=merchant_id, order_id=order_id, milestone_id=invoice_id, by=by, at=at)


def url(order_id: int) -> str:
    return PAGE.format(order_id)


SOURCE = Source(KIND, pay_in_purpose="milestone", due=due, pay=pay, standing=standing, invoice=invoice, url=url)
