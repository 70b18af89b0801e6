"""Changing a contract that is signed: what has begun stays, what is only planned follows the new version."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.kernel.transitions import after
from marketplace.tenancy.actor import Actor
from orders.service.calendar import day_of, end_of, months_later, period, start_of
from orders.service.errors import BadTerms, ChangedMeanwhile
from orders.service.events import happened
from orders.service.models import ContractVersion, Milestone
from orders.service.operations.closing import give_back_surplus
from orders.service.operations.common import Case, change, say
from orders.service.operations.planning import months_of, next_position, reckoned, restage, stage
from orders.service.states import ORDER_TABLE
from orders.service.terms import MilestoneTerms, Terms


def require_amendable(case: Case, terms: Terms) -> None:
    """Raises BadTerms when the new terms would change what has begun."""
    if terms.is_recurring != case.terms.is_recurring or (terms.is_recurring and terms.model != case.terms.model):
        raise BadTerms(_("How the work is paid for cannot change any more. End this contract and draw up a new one."), "model")
    for milestone, agreed in _stages(case, terms):
        if milestone is None or milestone.state == "planned":
            continue
        if agreed is None or (agreed.name, agreed.amount_minor) != (milestone.name, milestone.amount):
            text = _("“%(name)s” has begun and stays as it was agreed.") % {"name": milestone.name}
            raise BadTerms(text, f"milestones[{milestone.position - 1}]")


def _stages(case: Case, terms: Terms) -> Iterator[tuple[Milestone | None, MilestoneTerms | None]]:
    """Stages that stand beside what is agreed for them, by their order; extra ones on either side stand alone."""
    rows = [row for row in case.milestones if row.kind == "stage" and row.state != "cancelled"]
    for number in range(max(len(rows), len(terms.milestones))):
        yield (
            rows[number] if number < len(rows) else None,
            terms.milestones[number] if number < len(terms.milestones) else None,
        )


def amend(case: Case, version: ContractVersion, by: Actor, at: datetime) -> None:
    """Both have accepted a new version of a signed contract: put it into effect."""
    order, terms = case.order, version.agreed
    try:
        require_amendable(case, terms)
    except BadTerms as error:  # what it changes began after it was offered
        raise ChangedMeanwhile(str(error)) from error
    for milestone, agreed in list(_stages(case, terms)):
        if milestone is None and agreed is not None:
            case.milestones.append(stage(order, next_position(case.milestones), agreed))
        elif milestone is not None and milestone.state == "planned":
            if agreed is None:
                change(milestone, state="cancelled", closed_at=at)
            else:
                restage(milestone, agreed)
    change(
        order, state=after(ORDER_TABLE, order.state, "amend"), signed_version=version.number, title=terms.title,
        model=terms.model, total_minor=terms.total_minor,
    )  # fmt: skip
    case.forget_terms()
    _reprice(case, terms, by, at)
    if order.ends_at is not None and not order.notice_by and order.started_at is not None:
        change(order, ends_at=term_end(order.started_at, terms))
    say(case, "contract.amended", "merchant", "provider", at=at, key=f"v{version.number}:amended")
    happened("amended", order, None, by, at)


def _reprice(case: Case, terms: Terms, by: Actor, at: datetime) -> None:
    """Periods that are not funded yet cost what is agreed now; what was carried over for one and is more than that goes back."""
    if terms.is_recurring:
        for milestone in case.milestones:
            if milestone.kind == "period" and milestone.state == "planned" and milestone.amount != terms.first_minor:
                change(milestone, amount=terms.first_minor)
                give_back_surplus(case, milestone, by, at)


def term_end(started_at: datetime, terms: Terms) -> datetime:
    """When the shortest term of a standing service is over."""
    months = terms.recurring.min_months if terms.recurring else 1
    return start_of(months_later(day_of(started_at), months))


def end_of_period(case: Case, moment: datetime) -> datetime:
    """The end of the period a moment lies in, invoiced or not: nobody is billed, or left without service, for a part of one."""
    ends = sorted(end_of(row.period_until) for row in case.milestones if row.kind == "period" and row.period_until is not None)
    if not ends:
        return moment
    start, number = reckoned(case.milestones)
    while ends[-1] < moment:
        ends.append(end_of(period(start, number, months_of(case.terms))[1]))
        number += 1
    return next(end for end in ends if end >= moment)
