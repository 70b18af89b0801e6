"""Weeks of shifts of the demo: handed in with a roster and ticket events, accepted, objected to."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from marketplace.kernel.market import MARKET_ZONE
from marketplace.tenancy.scope import scope
from orders.demo.acts import Act, Step, order_of
from orders.service.calendar import ONE_DAY, day_of
from orders.shifts import operations
from orders.shifts.models import Timesheet
from orders.shifts.states import TimesheetState
from orders.shifts.weeks import WEEK, monday_of

if TYPE_CHECKING:
    from orders.demo.telling import Deal

EVENING = (17, 7)
#: Minutes from one ticket event of an agent to the next: less than the silence that is not active time.
PACE = 9


def _sheets(deal: "Deal") -> list[Timesheet]:
    """Newest week first."""
    order = order_of(deal)
    with scope(deal.merchant.id):
        return list(Timesheet.objects.filter(merchant_id=deal.merchant.id, order=order).order_by("-week"))


def _evenings(week: date, agents: list[str]) -> Iterator[tuple[int, str, datetime]]:
    """Every planned shift of the week: the day (0 is Monday), whose it is and when it begins."""
    for day in range(7):
        starts = datetime.combine(week + day * ONE_DAY, datetime.min.time(), MARKET_ZONE) + timedelta(hours=EVENING[0])
        for agent in agents:
            yield day, agent, starts


def _files(week: date, step: Step) -> tuple[bytes, bytes]:
    """A roster of every evening, and events that begin late or not at all where the step says so: {"day": [agent, minutes]}."""
    roster, events = ["agent,starts_at,ends_at"], ["event_id,kind,ticket,agent,occurred_at"]
    length = timedelta(hours=EVENING[1])
    for day, agent, starts in _evenings(week, step["agents"]):
        roster.append(f"{agent},{starts:%Y-%m-%d %H:%M},{starts + length:%Y-%m-%d %H:%M}")
        who, late = step.get("late", {}).get(str(day), ["", 0])
        moment = starts + timedelta(minutes=late if who == agent else 0)
        while moment <= starts + length:
            n = len(events)
            events.append(f"e{n},{'first_answer' if n % 4 == 1 else 'reply'},t{n // 4},{agent},{moment:%Y-%m-%d %H:%M}")
            moment += timedelta(minutes=PACE)
    return "\n".join(roster).encode(), "\n".join(events).encode()


def _hand_in(deal: "Deal", step: Step) -> None:
    """The newest week that is over."""
    at = deal.moment(step)
    week = monday_of(day_of(at)) - WEEK
    roster, events = _files(week, step)
    operations.hand_in(
        provider_id=deal.provider.id, order_id=order_of(deal).pk, week=week, roster=roster, events=events, by=deal.provider.by,
        at=at,
    )  # fmt: skip


def _accept(deal: "Deal", step: Step) -> None:
    sheet = _sheets(deal)[0]
    operations.accept(
        merchant_id=deal.merchant.id, timesheet_id=sheet.pk, version=sheet.version, by=deal.merchant.by, at=deal.moment(step)
    )


def _accepted(deal: "Deal") -> int:
    return sum(sheet.state == TimesheetState.ACCEPTED for sheet in _sheets(deal))


ACTS: dict[str, Act] = {
    "hand_in_week": Act(lambda deal, n, _step: len(_sheets(deal)) > n, _hand_in),
    "accept_week": Act(lambda deal, n, _step: _accepted(deal) > n, _accept),
}
