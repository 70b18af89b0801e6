"""The milestones a contract makes: its stages at the signing, the periods of a standing service one by one."""

from collections.abc import Iterable
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


def next_period(order: ServiceOrder, milestones: list[Milestone], terms: Terms, begins: date | None = None) -> Milestone:
    """The invoice of the period after the last one, or after a rest of the one that `begins` now."""
    start, number = (begins, 0) if begins else reckoned(milestones)
    days = period(start, number, months_of(terms))
    return _period(order, terms, position=next_position(milestones), days=days)


def months_of(terms: Terms) -> int:
    """How long a period is."""
    return terms.recurring.period_months if terms.recurring else 1


def reckoned(milestones: Iterable[Milestone]) -> tuple[date, int]:
    """From which day periods are reckoned, and how many there are since: the first day of the first one, or of that after a rest.

    Raises ValueError before the first period has its days.
    """
    start, number, last = None, 0, None
    for first, until, _row in _dated(milestones):
        if last is None or first != last + ONE_DAY:
            start, number = first, 0
        number, last = number + 1, until
    if start is None:
        raise ValueError("no period has begun")
    return start, number


def _dated(milestones: Iterable[Milestone]) -> list[tuple[date, date, Milestone]]:
    """Periods that have their days, by them."""
    found = [
        (row.period_from, row.period_until, row)
        for row in milestones
        if row.kind == "period" and row.period_from is not None and row.period_until is not None
    ]
    return sorted(found, key=lambda each: each[:2])


def has_run_out(milestones: Iterable[Milestone], day: date) -> bool:
    """Whether the last period was over before the eve of this day: nothing is paid, nor invoiced, for it."""
    known = _dated(milestones)
    return bool(known) and known[-1][1] + ONE_DAY < day


def move_periods(milestones: Iterable[Milestone], terms: Terms, *, rested: date, resumed: date) -> date | None:
    """After a rest, periods that had not begun begin when the work goes on; one that nobody had paid keeps the days worked of it.

    A period that was paid and had begun keeps its days: the rest was part of it. Returns the last day of the last one that moved.
    """
    free, end = date.min, None
    for first, until, row in _dated(milestones):
        free_after = until + ONE_DAY
        worked = max(rested - first, timedelta())
        if row.state == "planned" or (row.state == "funded" and first > rested):
            begins = max(first, resumed - worked, free)
            if begins != first:
                end = _moved(row, begins, terms)
                free_after = end + ONE_DAY
        free = free_after
    return end


def _moved(row: Milestone, begins: date, terms: Terms) -> date:
    first, until = period(begins, 0, months_of(terms))
    row.period_from, row.period_until, row.name = first, until, period_name(first, until)
    row.due_at = end_of(until) + REPORTING if row.state == "funded" else end_of(begins - ONE_DAY)
    row.save(update_fields=["period_from", "period_until", "name", "due_at"])
    return until


def next_position(milestones: list[Milestone]) -> int:
    return max((milestone.position for milestone in milestones), default=0) + 1


def begin_period(milestone: Milestone, terms: Terms, at: datetime) -> None:
    """The first period begins on the day it is funded; later ones have their days already."""
    if milestone.period_from is None or milestone.period_until is None:
        milestone.period_from, milestone.period_until = period(day_of(at), 0, months_of(terms))
        milestone.name = period_name(milestone.period_from, milestone.period_until)
    milestone.due_at = end_of(milestone.period_until) + REPORTING
