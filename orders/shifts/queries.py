"""Reading timesheets; each object has one door, and foreign and missing look the same."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound
from marketplace.ui.waiting import Wait
from orders.service.calendar import day_of
from orders.service.models import ServiceOrder
from orders.service.queries import access_order
from orders.shifts.clock import WHOLE
from orders.shifts.lines import shown
from orders.shifts.models import Timesheet
from orders.shifts.states import TimesheetState
from orders.shifts.weeks import WEEK, open_weeks

MODEL = "seat_shift"


def access_shift_order(*, organization_id: int, pk: int, locked: bool = False) -> ServiceOrder:
    """A contract paid by seat or shift whose work has begun, for one of its parties. NotFound, also for other contracts."""
    order = access_order(organization_id=organization_id, pk=pk, locked=locked)
    if order.model != MODEL or order.started_at is None:
        raise NotFound(_("This contract has no shifts."))
    return order


def access_timesheet(*, organization_id: int, pk: int, locked: bool = False) -> Timesheet:
    """A timesheet with its contract, for one of its parties. NotFound."""
    rows = Timesheet.objects.select_related("order")
    if locked:
        rows = rows.select_for_update(of=("self",))
    row = rows.filter(Q(merchant_id=organization_id) | Q(provider_id=organization_id), pk=pk).first()
    if row is None:
        raise NotFound(_("There is no such timesheet."))
    return row


def timesheets_of(order: ServiceOrder) -> QuerySet[Timesheet]:
    """Newest week first."""
    return Timesheet.objects.filter(merchant_id=order.merchant_id, order=order).order_by("-week")


def weeks_to_hand_in(order: ServiceOrder, at: datetime) -> list[date]:
    """Mondays of the weeks that can be handed in now, or anew: those that are over and not accepted. Newest first."""
    if order.started_at is None:
        return []
    known = open_weeks(day_of(order.started_at), day_of(order.ends_at) if order.ends_at else None, at)
    accepted = timesheets_of(order).filter(week__in=known, state=TimesheetState.ACCEPTED).values_list("week", flat=True)
    return [week for week in known if week not in set(accepted)]


def accepted_shifts(order: ServiceOrder) -> Mapping[str, Any]:
    """`shifts`: whole shifts of all accepted weeks, rounded down, since contracts count whole units; `weeks`: how many."""
    rows = timesheets_of(order).filter(state=TimesheetState.ACCEPTED)
    return {"shifts": (rows.aggregate(parts=Sum("parts"))["parts"] or 0) // WHOLE, "weeks": rows.count()}


def shifts_between(order: ServiceOrder, first: date, last: date) -> tuple[int, int]:
    """Of the shifts planned on these days: parts (1/10,000) of accepted weeks, and how many stand in weeks that are not accepted.

    A week may lie in two periods: each shift counts where it begins.
    """
    parts = waiting = 0
    for row in timesheets_of(order).filter(week__gt=first - WEEK, week__lte=last):
        lines = [line for line in map(shown, row.lines) if first <= day_of(line.starts_at) <= last]
        if row.state == TimesheetState.ACCEPTED:
            parts += sum(line.parts for line in lines)
        else:
            waiting += len(lines)
    return parts, waiting


def due(at: datetime, batch: int = 500) -> list[tuple[int, int]]:
    """(merchant, timesheet) of those whose time to look is over, across tenants (system role)."""
    rows = Timesheet.objects.using("system").filter(state=TimesheetState.REVIEW, closes_at__lte=at).order_by("closes_at", "id")
    return list(rows.values_list("merchant_id", "id")[:batch])


def waits_of_merchant(merchant_id: int, at: datetime) -> list[Wait]:
    """Timesheets to look at, the most urgent first; needs its scope."""
    rows = Timesheet.objects.filter(merchant_id=merchant_id, state=TimesheetState.REVIEW).select_related("order")
    return [
        Wait(row.order.title, _("Look at the shifts of %(week)s") % {"week": row}, f"/contracts/shifts/week/{row.pk}/", "warn",
             row.closes_at)
        for row in rows.order_by("closes_at", "id")[:3]
    ]  # fmt: skip


def waits_of_provider(provider_id: int, _at: datetime) -> list[Wait]:
    """Timesheets the merchant objected to; needs its scope."""
    rows = Timesheet.objects.filter(provider_id=provider_id, state=TimesheetState.OBJECTED).select_related("order")
    return [
        Wait(row.order.title, _("Answer the objection to %(week)s") % {"week": row}, f"/desk/jobs/shifts/week/{row.pk}/", "bad")
        for row in rows.order_by("-decided_at", "id")[:3]
    ]
