"""The milestones a contract makes: its stages at the signing, the periods of a standing service one by one."""

from datetime import date, datetime, timedelta
from typing import Any

from orders.service.calendar import ONE_DAY, day_of, end_of, period
from orders.service.models import Milestone, ServiceOrder
from orders.service.operations.common import parties
from orders.service.terms import MilestoneTerms, Terms

#: The report of a period is due so long after its last day.
REPORTING = timedelta(days=3)


def plan(order: ServiceOrder, terms: Terms) -> list[Milestone]:
    """The milestones of a contract just signed; of a standing service the first period, whose days follow from its start."""
    if not terms.is_recurring:
        return [stage(order, number, milestone) for number, milestone in enumerate(terms.milestones, 1)]
    return [_period(order, terms, position=1)]


def stage(order: ServiceOrder, position: int, agreed: MilestoneTerms) -> Milestone:
    return Milestone.objects.create(
        **parties(order), order=order, position=position, name=agreed.name, deliverable=agreed.deliverable,
        amount=agreed.amount_minor, due_at=end_of(agreed.due_on) if agreed.due_on else None, basis=_days(agreed),
    )  # fmt: skip


def _days(agreed: MilestoneTerms) -> dict[str, Any]:
    return {"due_days": agreed.due_days} if agreed.due_days is not None else {}


def restage(milestone: Milestone, agreed: MilestoneTerms) -> None:
    """A stage that has not begun, as it is agreed now."""
    milestone.name, milestone.deliverable, milestone.amount = agreed.name, agreed.deliverable, agreed.amount_minor
    milestone.due_at, milestone.basis = end_of(agreed.due_on) if agreed.due_on else None, _days(agreed)
    milestone.save(update_fields=["name", "deliverable", "amount", "due_at", "basis"])


def _period(order: ServiceOrder, terms: Terms, *, position: int, days: tuple[date, date] | None = None) -> Milestone:
    first, last = days or (None, None)
    return Milestone.objects.create(
        **parties(order), order=order, position=position, kind=Milestone.Kind.PERIOD, name=period_name(first, last),
        amount=terms.first_minor, period_from=first, period_until=last, due_at=end_of(first - ONE_DAY) if first else None,
    )  # fmt: skip


def period_name(first: date | None, last: date | None) -> str:
    """Digits and a dash: the same in every language."""
    return "1" if first is None or last is None else f"{first.isoformat()} – {last.isoformat()}"


def next_period(order: ServiceOrder, milestones: list[Milestone], terms: Terms) -> Milestone:
    """The invoice of the period after the last one. Periods are reckoned from the first day of the first."""
    known = [row for row in milestones if row.kind == "period" and row.period_from is not None]
    start = min(row.period_from for row in known if row.period_from)
    months = terms.recurring.period_months if terms.recurring else 1
    return _period(order, terms, position=next_position(milestones), days=period(start, len(known), months))


def next_position(milestones: list[Milestone]) -> int:
    return max((milestone.position for milestone in milestones), default=0) + 1


def begin_period(milestone: Milestone, terms: Terms, at: datetime) -> None:
    """The first period begins on the day it is funded; later ones have their days already."""
    if milestone.period_from is None or milestone.period_until is None:
        months = terms.recurring.period_months if terms.recurring else 1
        milestone.period_from, milestone.period_until = period(day_of(at), 0, months)
        milestone.name = period_name(milestone.period_from, milestone.period_until)
    milestone.due_at = end_of(milestone.period_until) + REPORTING
