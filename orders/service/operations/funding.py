"""Setting money aside for a milestone: from the wallet, or from a payment that has just arrived."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from marketplace.kernel.transitions import NotPossible, after
from marketplace.outbox import both
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.service.errors import BadAmounts
from orders.service.events import happened
from orders.service.models import Milestone
from orders.service.operations.amending import term_end
from orders.service.operations.closing import set_aside
from orders.service.operations.common import Case, change, locked, say, settled, told
from orders.service.operations.ending import wake
from orders.service.operations.planning import begin_period
from orders.service.policies import require_milestone
from orders.service.queries import access_milestone
from orders.service.states import HELD, ORDER_TABLE


def fund_milestone(*, organization_id: int, order_id: int, milestone_id: int, by: Actor, at: datetime) -> Milestone:
    """Set a milestone's price aside from the merchant's wallet; the work begins. Funding twice changes nothing.

    Raises NotEnoughInWallet (with what is missing), NotPossible, NotYourTurn.
    """
    with scope(organization_id):
        case = locked(organization_id, order_id)
        milestone = case.milestone(milestone_id)
        if case.side == "merchant" and milestone.state in HELD:
            return milestone
        state = require_milestone(case.order, milestone, case.acting, "fund")
        _fund(case, milestone, state, by, at)
        settled(case, at)
    return milestone


def fund_from_payment(*, merchant_id: int, subject_id: int, amount: int, currency: str, at: datetime, by: Actor) -> Milestone:
    """What a payment made for a milestone does once it is in the wallet. Raises BadAmounts, and what `fund_milestone` raises."""
    with scope(merchant_id):
        order, milestone = access_milestone(organization_id=merchant_id, pk=subject_id)
        if order.currency != currency:
            raise BadAmounts(_("The payment is in another currency than the contract."))
        if milestone.state in HELD:
            raise NotPossible(_("It was paid already. The money is in your wallet."))
        return fund_milestone(organization_id=merchant_id, order_id=order.pk, milestone_id=subject_id, by=by, at=at)


def _fund(case: Case, milestone: Milestone, state: str, by: Actor, at: datetime) -> None:
    order, terms = case.order, case.terms
    if order.state == "paused" and not order.paused_by:  # it rested because nobody had paid
        wake(case, after(ORDER_TABLE, order.state, "resume"), by, at)
    if milestone.kind == Milestone.Kind.PERIOD:
        begin_period(milestone, terms, at)  # before the money is set aside under its name
    elif "due_days" in milestone.basis:
        milestone.due_at = at + timedelta(days=milestone.basis["due_days"])
    if milestone.kind != Milestone.Kind.VARIABLE:
        milestone.basis = {**milestone.basis, "version": order.signed_version}
    set_aside(case, milestone, by, at)
    change(
        milestone, state=state, funded_at=at, due_at=milestone.due_at, period_from=milestone.period_from,
        period_until=milestone.period_until, name=milestone.name, basis=milestone.basis,
    )  # fmt: skip
    told(case, "milestone.funded", by, milestone, amount=milestone.amount, currency=order.currency)
    if order.state == "signed":
        _start(case, by, at)
    if milestone.kind == Milestone.Kind.VARIABLE:
        deliver_by_itself(case, milestone, at)
    say(case, "milestone.funded", "provider", at=at, key=f"m{milestone.pk}:funded", milestone=milestone)
    happened("funded", order, milestone, by, at)


def _start(case: Case, by: Actor, at: datetime) -> None:
    """The first money is held: the contract begins, and with it its trial and its term."""
    order, terms = case.order, case.terms
    ends = term_end(at, terms) if terms.model == "subscription" else None
    trial = at + timedelta(days=terms.trial.days) if terms.trial else None
    change(order, state=after(ORDER_TABLE, order.state, "start"), started_at=at, ends_at=ends, trial_ends_at=trial)
    happened("started", order, None, by, at)


def deliver_by_itself(case: Case, milestone: Milestone, at: datetime) -> None:
    """A fee that follows from figures is there to be looked at as soon as it is funded."""
    until = at + timedelta(days=case.terms.auto_accept_days)
    change(milestone, state="delivered", delivered_at=at, auto_accept_at=until)
    say(
        case, "milestone.delivered", "merchant", at=at, key=f"m{milestone.pk}:d0", milestone=milestone, until=both.moment(until)
    )  # fmt: skip
