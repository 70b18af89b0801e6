"""Handing a week in, and deciding about it. Nothing here moves money: what is paid is the count of the accepted delivery."""

import hashlib
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotAllowed
from marketplace.kernel.market import MARKET_ZONE
from marketplace.kernel.transitions import NotPossible, after
from marketplace.outbox import both
from marketplace.outbox.people import Fact, tell
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from marketplace.ui.formats import number
from orders.service.calendar import day_of
from orders.service.models import ServiceOrder
from orders.shifts import queries
from orders.shifts.clock import WHOLE
from orders.shifts.files import BadFile, Planned, events_of, roster_of
from orders.shifts.lines import stored
from orders.shifts.models import Timesheet
from orders.shifts.states import TIMESHEET, TimesheetState
from orders.shifts.timesheet import timesheet
from orders.shifts.weeks import closes_at, is_over, monday_of

PAGES = {"merchant": "/contracts/shifts/week/{}/", "provider": "/desk/jobs/shifts/week/{}/"}
MOST_SHIFTS = 500


def hand_in(
    *, provider_id: int, order_id: int, week: date, roster: bytes, events: bytes, by: Actor, at: datetime
) -> Timesheet:  # fmt: skip
    """Hand in a week that is over, or hand it in anew; the merchant's time to look begins. The same files twice change nothing.

    `week` is its Monday. Raises BadFile, NotPossible (accepted, not over, not a week of the contract's), NotFound.
    """
    with scope(provider_id, durable=True):
        order = queries.access_shift_order(organization_id=provider_id, pk=order_id, locked=True)
        if order.provider_id != provider_id:
            raise NotAllowed(_("The provider hands in its shifts."))
        known = queries.timesheets_of(order).select_for_update().filter(week=week).first()
        if known is not None and known.state == TimesheetState.ACCEPTED:
            raise NotPossible(_("This week is accepted already."))
        if not is_over(week, at) or week not in queries.weeks_to_hand_in(order, at):
            raise NotPossible(_("Only whole weeks of the contract that are over, and at most eight weeks old, are handed in."))
        values = _read(week, roster, events)
        if known is not None and _is_same(known, values):
            return known
        row = _kept(order, week, known, values, by, at)
        _noted(row, "handed_in", provider_id, by, version=row.version, parts=row.parts)
        _say(row, "merchant", "handed_in", f"v{row.version}", at, events=number(row.events), until=both.moment(row.closes_at))
    return row


def _read(week: date, roster: bytes, events: bytes) -> dict[str, Any]:
    planned, known = roster_of(roster, MARKET_ZONE), events_of(events, MARKET_ZONE)
    _require_week(week, planned)
    lines = [stored(line, known) for line in timesheet(planned, known)]
    return {
        "lines": lines, "parts": sum(line["parts"] for line in lines), "planned": len(lines), "events": len(known),
        "roster_hash": hashlib.sha256(roster).hexdigest(), "events_hash": hashlib.sha256(events).hexdigest(),
    }  # fmt: skip


def _require_week(week: date, planned: list[Planned]) -> None:
    if not 0 < len(planned) <= MOST_SHIFTS:
        raise BadFile(_("The roster has 1 to %(most)s shifts.") % {"most": MOST_SHIFTS})
    for shift in planned:
        day = day_of(shift.window.starts)
        if monday_of(day) != week:
            facts = {"agent": shift.agent, "day": day.isoformat()}
            raise BadFile(_("The shift of %(agent)s on %(day)s is not in this week.") % facts)


def _is_same(known: Timesheet, values: dict[str, Any]) -> bool:
    files = ("roster_hash", "events_hash")
    return known.state == TimesheetState.REVIEW and all(getattr(known, name) == values[name] for name in files)


def _kept(
    order: ServiceOrder, week: date, known: Timesheet | None, values: dict[str, Any], by: Actor, at: datetime
) -> Timesheet:  # fmt: skip
    row = known or Timesheet(merchant_id=order.merchant_id, provider_id=order.provider_id, order=order, week=week)
    if known is not None:
        row.state, row.version = after(TIMESHEET, known.state, "hand_in"), known.version + 1
    for name, value in values.items():
        setattr(row, name, value)
    row.handed_in_at, row.handed_in_by, row.closes_at = at, by.label, closes_at(at)
    row.reason, row.decided_at, row.decided_by = "", None, ""
    row.save()
    return row


def accept(*, merchant_id: int, timesheet_id: int, version: int, by: Actor, at: datetime) -> Timesheet:
    """The merchant agrees to the week as the page showed it. Raises NotPossible, NotFound."""
    with scope(merchant_id, durable=True):
        row = _locked(merchant_id, timesheet_id, version)
        _decided(row, "accept", by, at)
        _noted(row, "accepted", merchant_id, by, parts=row.parts)
        _say(row, "provider", "accepted", f"v{row.version}", at)
    return row


def object_to(*, merchant_id: int, timesheet_id: int, version: int, reason: str, by: Actor, at: datetime) -> Timesheet:
    """The merchant says what is wrong; the week counts for nothing until it is handed in again or accepted after all.

    Raises NotPossible, NotFound.
    """
    said = reason.strip()[:500]
    if not said:
        raise NotPossible(_("Say what is wrong with the week."))
    with scope(merchant_id, durable=True):
        row = _locked(merchant_id, timesheet_id, version)
        _decided(row, "object", by, at, reason=said)
        _noted(row, "objected", merchant_id, by, reason=said)
        _say(row, "provider", "objected", f"v{row.version}", at, reason=said)
    return row


def _locked(merchant_id: int, pk: int, version: int) -> Timesheet:
    row = queries.access_timesheet(organization_id=merchant_id, pk=pk, locked=True)
    if row.merchant_id != merchant_id:
        raise NotAllowed(_("The merchant looks at the shifts."))
    if row.version != version:
        raise NotPossible(_("The week was handed in again meanwhile. Look at the newest version first."))
    return row


def accept_silent(*, by: Actor, at: datetime) -> int:
    """Accept what nobody objected to in time; how many weeks. Twice accepts nothing twice."""
    return sum(_lapsed(merchant_id, pk, by, at) for merchant_id, pk in queries.due(at))


def _lapsed(merchant_id: int, pk: int, by: Actor, at: datetime) -> int:
    with scope(merchant_id, durable=True):
        rows = Timesheet.objects.select_for_update(of=("self",), skip_locked=True).select_related("order")
        row = rows.filter(merchant_id=merchant_id, pk=pk, state=TimesheetState.REVIEW, closes_at__lte=at).first()
        if row is None:  # decided meanwhile, or another worker is at it
            return 0
        _decided(row, "lapse", by, at)
        _noted(row, "accepted", merchant_id, by, parts=row.parts)
        _say(row, "provider", "accepted", f"v{row.version}", at)
    return 1


def _decided(row: Timesheet, act: str, by: Actor, at: datetime, reason: str = "") -> None:
    row.state = after(TIMESHEET, row.state, act)
    row.decided_at, row.decided_by, row.reason = at, by.label, reason
    row.save(update_fields=["state", "decided_at", "decided_by", "reason"])


def _noted(row: Timesheet, what: str, organization_id: int, by: Actor, **facts: Any) -> None:
    about = {"order_id": row.order_id, "number": row.order.number, "week": row.week.isoformat(), **facts}
    record(merchant_id=organization_id, by=by, action=f"orders.timesheet.{what}", facts=about)


def _say(row: Timesheet, side: str, what: str, key: str, at: datetime, **facts: Fact) -> None:
    order = row.order
    reader = row.merchant_id if side == "merchant" else row.provider_id
    other = order.provider_name if side == "merchant" else order.merchant_name
    words: dict[str, Fact] = {"title": order.title, "other": other, "week": str(row), "planned": row.planned}
    words["shifts"] = f"{row.parts / WHOLE:.2f}"
    with scope(reader):
        tell(
            organization_id=reader, kind=f"orders.timesheet.{what}", facts={**words, **facts}, at=at,
            effect_key=f"timesheet:{row.pk}:{what}:{key}", url=PAGES[side].format(row.pk),
        )  # fmt: skip
