"""Resting, giving notice, leaving: how people end a contract before its work is done, and what is handed over."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound
from marketplace.kernel.transitions import NotPossible
from marketplace.outbox import both
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.service.calendar import day_of, end_of
from orders.service.errors import NotLateEnough, NotYourTurn
from orders.service.events import happened
from orders.service.models import HandoverItem, Milestone, ServiceOrder
from orders.service.operations.amending import end_of_period, term_end
from orders.service.operations.closing import cancel_planned, close
from orders.service.operations.common import Case, change, locked, say, settled, told
from orders.service.operations.concluding import conclude, end, hand_over_list, has_last_fee
from orders.service.operations.planning import has_run_out, move_periods
from orders.service.operations.recurring import invoice_next_period
from orders.service.policies import is_on_trial, is_too_late, require_order, waits_for_a_word
from orders.service.queries import handover_of
from orders.service.states import HELD, WORKING

#: What is left to finish work under way when a contract of one-off work is given up.
FINISHING = timedelta(days=7)


def pause_order(*, organization_id: int, order_id: int, reason: str, by: Actor, at: datetime) -> ServiceOrder:
    """Let the work rest. What is delivered is still looked at in time; what is due moves on by as long as it rests."""
    with scope(organization_id, durable=True):
        case = locked(organization_id, order_id)
        state = require_order(case.order, case.acting, "pause")
        rest(case, state, case.acting, at)
        told(case, "contract.paused", by, reason=reason)
        settled(case, at)
        say(case, "contract.paused", at=at, key=f"paused:{at:%Y%m%d%H%M}", reason=reason or "–")
    return case.order


def rest(case: Case, state: str, side: str, at: datetime) -> None:
    """Pause a locked order; `side` is empty when it rests because nobody has paid."""
    change(case.order, state=state, paused_at=at, paused_by=side)


def resume_order(*, organization_id: int, order_id: int, by: Actor, at: datetime) -> ServiceOrder:
    """Go on. Only who paused can; what rests because nobody paid goes on when it is paid."""
    with scope(organization_id, durable=True):
        case = locked(organization_id, order_id)
        state = require_order(case.order, case.acting, "resume")
        if case.order.paused_by != case.side:
            raise NotYourTurn(_("Fund what is due; the work goes on by itself then."))
        wake(case, state, by, at)
        told(case, "contract.resumed", by)
        settled(case, at)
        say(case, "contract.resumed", at=at, key=f"resumed:{at:%Y%m%d%H%M}")
    return case.order


def wake(case: Case, state: str, by: Actor, at: datetime) -> None:
    """Resume a locked order: what was due while it rested is due that much later, and no period is billed that rested."""
    order = case.order
    since = order.paused_at or at
    for milestone in case.milestones:
        if milestone.state in WORKING and milestone.due_at is not None:
            change(milestone, due_at=milestone.due_at + (at - since))
    if case.terms.is_recurring:
        last = move_periods(case.milestones, case.terms, rested=day_of(since), resumed=day_of(at))
        if order.ends_at is not None and last is not None:  # with a whole period
            change(order, ends_at=max(order.ends_at, end_of(last)))
        if has_run_out(case.milestones, day_of(at)) and (order.ends_at is None or order.ends_at > at):
            invoice_next_period(case, by, at, begins=day_of(at))
    change(order, state=state, paused_at=None, paused_by="")


def give_notice(*, organization_id: int, order_id: int, reason: str, by: Actor, at: datetime) -> ServiceOrder:
    """End the contract at the end of the notice: of a standing service not before its shortest term, and with a whole period.

    Of one-off work, a week is left to deliver what is funded; what is not delivered by then goes back to the merchant.
    """
    with scope(organization_id, durable=True):
        case = locked(organization_id, order_id)
        order = case.order
        require_order(order, case.acting, "give_notice")
        if order.notice_by:
            raise NotPossible(_("Notice has been given already."))
        ends = notice_end(case, at)
        change(order, notice_by=case.acting, notice_at=at, ends_at=ends, end_reason=reason.strip()[:500])
        hand_over_list(case)
        told(case, "contract.notice_given", by, ends_at=ends.isoformat(), reason=reason)
        settled(case, at)
        say(
            case, "contract.notice_given", at=at, key=f"notice:{at:%Y%m%d%H%M}", reason=reason or "–", until=both.moment(ends)
        )  # fmt: skip
        happened("notice", order, None, by, at)
    return order


def notice_end(case: Case, at: datetime) -> datetime:
    """When the contract would end if notice were given now; one that ends by itself before that does so."""
    terms, order = case.terms, case.order
    if not terms.is_recurring:
        return at + FINISHING
    earliest = at + timedelta(days=terms.notice_days)
    if order.started_at is not None:
        earliest = max(earliest, term_end(order.started_at, terms))
    ends = end_of_period(case, earliest)
    return min(ends, order.ends_at) if order.ends_at is not None else ends


def withdraw_notice(*, organization_id: int, order_id: int, by: Actor, at: datetime) -> ServiceOrder:
    """Take one's own notice back while the contract still runs."""
    with scope(organization_id, durable=True):
        case = locked(organization_id, order_id)
        order = case.order
        require_order(order, case.acting, "withdraw_notice")
        if order.notice_by != case.side:
            raise NotPossible(_("You have not given notice."))
        fixed = term_end(order.started_at, case.terms) if case.terms.model == "subscription" and order.started_at else None
        change(order, notice_by="", notice_at=None, ends_at=fixed, end_reason="")
        told(case, "contract.notice_withdrawn", by)
        settled(case, at)
        say(case, "contract.notice_withdrawn", at=at, key=f"notice_withdrawn:{at:%Y%m%d%H%M}")
    return order


def cancel_late(*, organization_id: int, order_id: int, reason: str = "", by: Actor, at: datetime) -> ServiceOrder:
    """The provider is late by more than was agreed: end the contract, with everything back that was not accepted (F5).

    Raises NotLateEnough, NotPossible while a delivery waits to be looked at or a dispute is open.
    """
    with scope(organization_id, durable=True):
        case = locked(organization_id, order_id)
        require_order(case.order, case.acting, "cancel_late")
        late_days = case.terms.late_days
        if not any(is_too_late(case.order, milestone, late_days, at) for milestone in case.milestones):
            days = {"n": late_days}
            raise NotLateEnough(_("A contract can be cancelled when work is more than %(n)s days late.") % days)
        if any(waits_for_a_word(milestone) for milestone in case.milestones):
            raise NotPossible(_("Something is delivered or disputed. Decide about that first, then cancel the rest."))
        give_back(case, by, at)
        _leave_late(case, reason.strip()[:500], by, at)
        settled(case, at)
    return case.order


def _leave_late(case: Case, reason: str, by: Actor, at: datetime) -> None:
    """The contract ends now, or as soon as a fee that its end makes due is paid; no further period is begun meanwhile."""
    order = case.order
    if case.terms.is_recurring:
        change(order, ends_at=at)
        if has_last_fee(case, by, at):
            change(order, notice_by=case.acting, notice_at=at, end_reason=reason)
            hand_over_list(case)
            told(case, "contract.notice_given", by, ends_at=at.isoformat(), reason=reason)
            say(case, "contract.notice_given", at=at, key="late", reason=reason or "–", until=both.moment(at))
            return
    end(case, "cancel_late", by, at, reason)


def give_back(case: Case, by: Actor, at: datetime) -> None:
    """Everything that is held for undelivered work goes back, everything planned is cancelled."""
    for milestone in case.milestones:
        if milestone.state in WORKING:
            close(case, milestone, "refunded", 0, by, at)
        elif milestone.state == "planned":
            cancel_planned(case, milestone, by, at)


def continue_trial(*, organization_id: int, order_id: int, by: Actor, at: datetime) -> ServiceOrder:
    """The merchant goes on after the trial; what is held will be paid as agreed (F6)."""
    with scope(organization_id, durable=True):
        case = locked(organization_id, order_id)
        require_order(case.order, case.acting, "continue_trial")
        _require_trial(case)
        change(case.order, trial_continued_at=at)
        told(case, "contract.trial_continued", by)
        settled(case, at)
        say(case, "contract.trial_continued", at=at, key="trial:continued")
    return case.order


def end_trial(*, organization_id: int, order_id: int, reason: str = "", by: Actor, at: datetime) -> ServiceOrder:
    """Leave within the trial: nothing is paid, everything held goes back (F6)."""
    with scope(organization_id, durable=True):
        case = locked(organization_id, order_id)
        require_order(case.order, case.acting, "end_trial")
        _require_trial(case)
        trial_over(case, by, at, reason.strip())
        settled(case, at)
    return case.order


def trial_over(case: Case, by: Actor, at: datetime, reason: str) -> None:
    """The trial ends without going on. On a locked order."""
    for milestone in case.milestones:
        if milestone.state in HELD and milestone.state != "disputed":
            close(case, milestone, "refunded", 0, by, at)
        elif milestone.state == "planned":
            cancel_planned(case, milestone, by, at)
    if not any(milestone.state == "disputed" for milestone in case.milestones):
        end(case, "end_trial", by, at, reason)


def _require_trial(case: Case) -> None:
    if not is_on_trial(case.order):
        raise NotPossible(_("There is no trial running."))


def time_is_up(case: Case, by: Actor, at: datetime) -> None:
    """The contract has reached its end: one-off work that was not delivered is given back; periods are still reported on.

    What is measured waits for its figures, whoever gave notice: nobody leaves a result he does not like.
    """
    for milestone in case.milestones:
        if milestone.state == "planned" and milestone.kind != Milestone.Kind.VARIABLE:
            cancel_planned(case, milestone, by, at)
        elif milestone.state == "funded" and milestone.kind == Milestone.Kind.STAGE and not milestone.is_measured:
            close(case, milestone, "refunded", 0, by, at)
    conclude(case, by, at)


def hand_over(*, organization_id: int, order_id: int, item_id: int, by: Actor, at: datetime) -> HandoverItem:
    """Say that something was handed over, or confirm that the other side did. Raises NotYourTurn, NotPossible, NotFound."""
    with scope(organization_id, durable=True):
        case = locked(organization_id, order_id)
        require_order(case.order, case.acting, "hand_over")
        item = handover_of(case.order).filter(pk=item_id).first()
        if item is None:
            raise NotFound(_("There is no such line."))
        _hand_over(case, item, by, at)
        settled(case, at)
    return item


def _hand_over(case: Case, item: HandoverItem, by: Actor, at: datetime) -> None:
    is_own = item.side == case.side
    if item.done_at is None and is_own:
        change(item, done_at=at, done_by=by.label)
        told(case, "handover.done", by, text=item.text)
        say(case, "handover.done", at=at, key=f"h{item.pk}:done", what=item.text)
    elif item.done_at is not None and item.confirmed_at is None and not is_own:
        change(item, confirmed_at=at, confirmed_by=by.label)
        told(case, "handover.confirmed", by, text=item.text)
    elif item.done_at is None:
        raise NotYourTurn(_("The other side has to hand this over first."))
    else:
        raise NotPossible(_("This line is settled already."))
