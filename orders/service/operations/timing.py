"""What time does. One job over all tenants: it finds what is due as the system role and acts in each merchant's scope.

Reminders and lateness, which may be due by the ten thousand, are set-based (`reminding`); what moves money or ends a contract is
one transaction per order. Doing any of it twice changes nothing: a timer is done once, and its order's state is looked at again.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import connections

from marketplace.kernel.errors import UserError
from marketplace.kernel.transitions import after
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.service.events import happened
from orders.service.models import Timer
from orders.service.operations.accepting import accepted
from orders.service.operations.common import Case, locked_by_time, say, settled, told
from orders.service.operations.concluding import conclude
from orders.service.operations.drafting import close_unfunded
from orders.service.operations.ending import rest, time_is_up, trial_over
from orders.service.operations.recurring import count_share, invoice_next_period
from orders.service.operations.reminding import mark_late, remind
from orders.service.policies import is_on_trial
from orders.service.states import ORDER_TABLE

log = logging.getLogger(__name__)
#: A minute after the first failure, twice as long after each, at most an hour: about a day in all.
MOST_ATTEMPTS = 30
BATCH = 500
#: Orders with something due that is not set-based, those waiting longest first.
DUE = """
SELECT merchant_id, order_id, min(due_at) AS since FROM service_timer
WHERE state = 'waiting' AND due_at <= %(at)s AND kind <> ALL (%(bulk)s)
  AND (tried_at IS NULL OR tried_at + least(interval '1 hour', interval '1 minute' * 2 ^ least(attempts - 1, 10)) <= %(at)s)
GROUP BY 1, 2 ORDER BY since LIMIT %(batch)s
"""
BULK = ["remind_3", "remind_1", "late"]


def sweep(*, by: Actor, at: datetime, batch: int = BATCH) -> int:
    """Do everything that is due, at most `batch` orders of what is not set-based; returns how many timers were done."""
    done = mark_late(by=by, at=at) + remind(at=at)
    return done + sum(run_order(merchant_id=merchant, order_id=order, by=by, at=at) for merchant, order in due_orders(at, batch))


def due_orders(at: datetime, batch: int = BATCH) -> list[tuple[int, int]]:
    """(merchant, order) with something due; read as the system role."""
    with scope(using="system", read_only=True), connections["system"].cursor() as cursor:
        cursor.execute(DUE, {"at": at, "bulk": BULK, "batch": batch})
        return [(merchant, order) for merchant, order, _since in cursor.fetchall()]


def run_order(*, merchant_id: int, order_id: int, by: Actor, at: datetime) -> int:
    """Do what is due for one order, in one transaction; returns how many timers were done.

    What fails is undone, counted, and tried again, less and less often, for a day; then it is left to people.
    """
    try:
        with scope(merchant_id):
            return _run(merchant_id, order_id, by, at)
    except UserError as error:
        log.warning("timers of order %s failed: %s", order_id, error)
        return _failed(merchant_id, order_id, str(error), at)
    except Exception as error:  # one broken order must not keep the others waiting; the row keeps what went wrong
        log.exception("timers of order %s failed", order_id)
        return _failed(merchant_id, order_id, f"{type(error).__name__}: {error}", at)


def _run(merchant_id: int, order_id: int, by: Actor, at: datetime) -> int:
    case = locked_by_time(merchant_id, order_id)
    waiting = Timer.objects.select_for_update().filter(merchant_id=merchant_id, order_id=order_id, state=Timer.State.WAITING)
    due = list(waiting.filter(due_at__lte=at).exclude(kind__in=BULK).order_by("due_at", "id"))
    for timer in due:
        timer.state, timer.done_at = Timer.State.DONE, at
        timer.save(update_fields=["state", "done_at"])
        HANDLERS[timer.kind](case, timer, by, at)
    if due:
        settled(case, at)
    return len(due)


def _failed(merchant_id: int, order_id: int, error: str, at: datetime) -> int:
    with scope(merchant_id):
        rows = Timer.objects.filter(merchant_id=merchant_id, order_id=order_id, state=Timer.State.WAITING, due_at__lte=at)
        for timer in rows.exclude(kind__in=BULK).select_for_update().order_by("id"):
            timer.attempts, timer.error, timer.tried_at = timer.attempts + 1, error[:300], at
            timer.state = Timer.State.FAILED if timer.attempts >= MOST_ATTEMPTS else timer.state
            timer.save(update_fields=["attempts", "error", "state", "tried_at"])
    return 0


def try_again(*, merchant_id: int, order_id: int, by: Actor, at: datetime) -> int:
    """Work out an order's timers anew, by staff, once the reason is mended; how many that had failed are gone."""
    with scope(merchant_id, durable=True):
        case = locked_by_time(merchant_id, order_id)
        failed = Timer.objects.filter(merchant_id=merchant_id, order_id=order_id, state=Timer.State.FAILED).count()
        if failed:
            told(case, "timers.tried_again", by, failed=failed)
            settled(case, at)
    return failed


def _expire(case: Case, timer: Timer, by: Actor, at: datetime) -> None:
    """A draft nobody signed, or a contract nobody paid."""
    if case.order.state not in ("drafted", "signed"):
        return
    close_unfunded(case, after(ORDER_TABLE, case.order.state, "expire"), "", by, at)
    told(case, "contract.expired", by)
    say(case, "contract.expired", "merchant", "provider", at=at, key="expired")
    happened("cancelled", case.order, None, by, at)


def _unfunded(case: Case, timer: Timer, by: Actor, at: datetime) -> None:
    """Before the start the contract lapses; later the work rests until somebody pays."""
    if timer.milestone_id is None:
        _expire(case, timer, by, at)
        return
    milestone = case.milestone(timer.milestone_id)
    if case.order.state == "active" and milestone.state == "planned":
        rest(case, after(ORDER_TABLE, case.order.state, "pause"), "", at)
        told(case, "contract.paused", by, milestone)
        say(case, "contract.unpaid", "merchant", "provider", at=at, key=f"m{milestone.pk}:unpaid", milestone=milestone)


def _auto_accept(case: Case, timer: Timer, by: Actor, at: datetime) -> None:
    milestone = case.milestone(timer.milestone_id or 0)
    if milestone.state == "delivered" and milestone.auto_accept_at is not None and milestone.auto_accept_at <= at:
        accepted(case, milestone, by, at)
        key = f"m{milestone.pk}:accepted"
        say(case, "milestone.auto_accepted", "merchant", "provider", at=at, key=key, milestone=milestone)


def _trial(case: Case, timer: Timer, by: Actor, at: datetime) -> None:
    """Who says nothing does not go on: he pays only if he continues (F6)."""
    if is_on_trial(case.order):
        trial_over(case, by, at, "")


def _trial_remind(case: Case, timer: Timer, by: Actor, at: datetime) -> None:
    if is_on_trial(case.order):
        say(case, "contract.trial_ending", "merchant", at=at, key="trial:ending")


def _period(case: Case, timer: Timer, by: Actor, at: datetime) -> None:
    if case.order.state == "active" and case.terms.is_recurring:
        invoice_next_period(case, by, at)


def _share(case: Case, timer: Timer, by: Actor, at: datetime) -> None:
    milestone = case.milestone(timer.milestone_id or 0)
    if not milestone.basis.get("share_counted"):
        count_share(case, milestone, by, at)
        conclude(case, by, at)


def _end(case: Case, timer: Timer, by: Actor, at: datetime) -> None:
    if case.order.ends_at is not None and case.order.ends_at <= at:
        time_is_up(case, by, at)


HANDLERS: dict[str, Callable[[Case, Timer, Actor, datetime], None]] = {
    "unsigned": _expire,
    "unfunded": _unfunded,
    "auto_accept": _auto_accept,
    "trial": _trial,
    "trial_remind": _trial_remind,
    "period": _period,
    "share": _share,
    "end": _end,
}
