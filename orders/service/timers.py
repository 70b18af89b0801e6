"""What time will do to an order follows from its state: the wanted timers are worked out anew after every act.

So no act has to remember which timers to stop, and doing it twice changes nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from orders.service.calendar import end_of
from orders.service.models import ContractVersion, Milestone, ServiceOrder, Timer
from orders.service.policies import is_on_trial
from orders.service.queries.steps import UNFUNDED, UNSIGNED
from orders.service.states import ENDED, HELD, WORKING
from orders.service.terms import Terms

Key = tuple[str, int | None]
#: The invoice of a period is written so long before it begins.
AHEAD = timedelta(days=7)
#: Shops hand their last orders in late: a share of sales is computed so long after its period.
SETTLING = timedelta(days=1)
REMINDERS = {"remind_3": timedelta(days=3), "remind_1": timedelta(days=1)}


def wanted(
    order: ServiceOrder,
    milestones: Sequence[Milestone],
    terms: Terms,
    *,
    offered: ContractVersion | None,
    at: datetime,
) -> dict[Key, datetime]:
    """{(kind, milestone id): due}."""
    return dict(_wanted(order, milestones, terms, offered, at)) if order.state not in ENDED else {}


def _wanted(
    order: ServiceOrder, milestones: Sequence[Milestone], terms: Terms, offered: ContractVersion | None, at: datetime
) -> Iterator[tuple[Key, datetime]]:
    if order.state == "drafted":
        if offered is not None:
            yield ("unsigned", None), offered.created_at + UNSIGNED
        return
    if order.state == "signed" and order.signed_at is not None:
        yield ("unfunded", None), order.signed_at + UNFUNDED
        return
    for milestone in milestones:
        yield from _of_milestone(order, milestone, at)
    if is_on_trial(order) and order.trial_ends_at is not None:
        yield ("trial", None), order.trial_ends_at
        if order.trial_ends_at - REMINDERS["remind_3"] > at:
            yield ("trial_remind", None), order.trial_ends_at - REMINDERS["remind_3"]
    shares = list(_shares(milestones, terms))
    yield from shares
    if terms.is_recurring and order.state == "active":
        yield from _next_period(order, milestones)
    if order.ends_at is not None and (order.ends_at > at or _is_to_be_ended(milestones, owed=bool(shares))):
        yield ("end", None), order.ends_at


def _of_milestone(order: ServiceOrder, milestone: Milestone, at: datetime) -> Iterator[tuple[Key, datetime]]:
    if milestone.state == "delivered" and milestone.auto_accept_at is not None:
        yield ("auto_accept", milestone.pk), milestone.auto_accept_at
        for kind, before in REMINDERS.items():
            if milestone.auto_accept_at - before > at:
                yield (kind, milestone.pk), milestone.auto_accept_at - before
    if order.state == "active" and milestone.state in WORKING and milestone.due_at is not None and not milestone.is_late:
        yield ("late", milestone.pk), milestone.due_at
    if order.state == "active" and milestone.state == "planned" and milestone.kind != "stage" and milestone.due_at is not None:
        yield ("unfunded", milestone.pk), milestone.due_at + UNFUNDED


def _next_period(order: ServiceOrder, milestones: Sequence[Milestone]) -> Iterator[tuple[Key, datetime]]:
    last = max((row.period_until for row in milestones if row.kind == "period" and row.period_until), default=None)
    if last is not None and (order.ends_at is None or end_of(last) < order.ends_at):
        yield ("period", None), end_of(last) - AHEAD


def _shares(milestones: Sequence[Milestone], terms: Terms) -> Iterator[tuple[Key, datetime]]:
    """Periods whose share of sales is not computed yet."""
    if terms.recurring is None or terms.recurring.commission is None:
        return
    for row in milestones:
        is_served = row.kind == "period" and row.state not in ("planned", "refunded", "cancelled")
        if is_served and row.period_until and not row.basis.get("share_counted"):
            yield ("share", row.pk), end_of(row.period_until) + SETTLING


def _is_to_be_ended(milestones: Sequence[Milestone], *, owed: bool) -> bool:
    """Whether there is still something for the end to do; else the order would end again and again."""
    if any(
        (row.state == "planned" and row.kind != "variable")
        or (row.state == "funded" and row.kind == "stage" and not row.is_measured)
        for row in milestones
    ):
        return True
    return not owed and not any(row.state == "planned" or row.state in HELD for row in milestones)


def write(order: ServiceOrder, due: Mapping[Key, datetime], at: datetime) -> None:
    """Make the waiting timers of an order these; needs its lock. What had failed is wanted anew, or not any more."""
    mine = Timer.objects.filter(merchant_id=order.merchant_id, order_id=order.pk)
    # Each half has an index of its own: an order's past timers are not read.
    rows = list(mine.filter(state=Timer.State.WAITING).union(mine.filter(state=Timer.State.FAILED), all=True))
    waiting = {(timer.kind, timer.milestone_id): timer for timer in rows if timer.state == Timer.State.WAITING}
    gone = [timer.pk for timer in rows if timer.state == Timer.State.FAILED]
    gone += [timer.pk for key, timer in waiting.items() if due.get(key) != timer.due_at]
    if gone:
        mine.filter(pk__in=gone).update(state=Timer.State.DROPPED, done_at=at)
    new = [
        Timer(
            merchant_id=order.merchant_id, provider_id=order.provider_id, order_id=order.pk, milestone_id=milestone_id,
            kind=kind, due_at=moment,
        )
        for (kind, milestone_id), moment in due.items()
        if (kind, milestone_id) not in waiting or waiting[kind, milestone_id].due_at != moment
    ]  # fmt: skip
    if new:
        Timer.objects.bulk_create(new)
