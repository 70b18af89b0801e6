"""Standing services: the next period's invoice, the share of sales, counted units, and fees that follow from figures."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from marketplace.kernel.transitions import NotPossible
from marketplace.outbox import both
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.service.calendar import end_of, start_of
from orders.service.models import Milestone, ServiceOrder
from orders.service.operations.common import Case, change, locked_by_time, parties, say, settled, told
from orders.service.operations.planning import next_period, next_position
from orders.service.queries import deliveries_of, signed_terms, version_of
from orders.service.queries.cost import sales_between
from orders.service.queries.steps import UNFUNDED
from orders.service.states import ENDED
from orders.service.terms import Terms
from providers.listings.fees import month_fee


def invoice_next_period(case: Case, by: Actor, at: datetime, begins: date | None = None) -> Milestone:
    """Write the invoice of the next period, which follows on the last one or, after a rest, `begins` now. On a locked order."""
    milestone = next_period(case.order, case.milestones, case.terms, begins)
    milestone.order = case.order
    case.milestones.append(milestone)
    _end_with(case, milestone)
    told(case, "milestone.invoiced", by, milestone, amount=milestone.amount)
    due = milestone.due_at or at
    say(case, "milestone.invoiced", "merchant", at=at, key=f"m{milestone.pk}:due", milestone=milestone, until=both.moment(due))
    return milestone


def _end_with(case: Case, milestone: Milestone) -> None:
    """A contract ends with a whole period, also where a rest has moved it."""
    ends = end_of(milestone.period_until) if milestone.period_until else None
    if case.order.ends_at is not None and ends is not None and ends > case.order.ends_at:
        change(case.order, ends_at=ends)


def uncounted_rest(case: Case, milestone: Milestone) -> int:
    """What is held for a counted milestone beyond what was confirmed by accepting the delivery; 0 for everything else."""
    return milestone.amount - counted_money(terms_of(case.order, milestone, case.terms), milestone)[0]


def terms_of(order: ServiceOrder, milestone: Milestone, now: Terms | None = None) -> Terms:
    """The terms a milestone was funded under: what has begun is counted by them, whatever was agreed since."""
    number = milestone.basis.get("version", order.signed_version)
    if number == order.signed_version:
        return now or signed_terms(order)
    return version_of(order, number).agreed


def counted_money(terms: Terms, milestone: Milestone) -> tuple[int, int]:
    """Of a counted milestone, what its newest delivery comes to: of the money held, and beyond it. Otherwise all that is held."""
    units = terms.units
    if milestone.kind == Milestone.Kind.VARIABLE or units is None or not terms.is_counted:
        return milestone.amount, 0
    worth = (deliveries_of(milestone).values_list("quantity", flat=True).first() or 0) * units.price_minor
    return min(worth, milestone.amount), max(0, worth - milestone.amount)


def invoice_excess(case: Case, milestone: Milestone, by: Actor, at: datetime) -> None:
    """More was confirmed than was paid in advance: the rest is a fee of its own."""
    terms = terms_of(case.order, milestone, case.terms)
    excess = counted_money(terms, milestone)[1]
    if excess > 0 and terms.units is not None:
        price = terms.units.price_minor
        basis = {"units_of": milestone.pk, "quantity": (milestone.amount + excess) // price, "price_minor": price}
        charge(case, name=f"{milestone.name} +", amount=excess, basis=basis, by=by, at=at)


def count_share(case: Case, milestone: Milestone, by: Actor, at: datetime) -> Milestone | None:
    """Compute a period's share of sales from the merchant's own orders, and charge it. On a locked order, in its scope.

    The base is the period's own price and is paid already. None when the share comes to nothing.
    """
    recurring = terms_of(case.order, milestone, case.terms).recurring
    if recurring is None or recurring.commission is None or milestone.period_from is None or milestone.period_until is None:
        return None
    rule = recurring.commission
    agreed = {
        "rate": rule.rate, "baseline_minor": rule.baseline_minor, "floor_minor": rule.floor_minor, "cap_minor": rule.cap_minor,
        "excludes_returns": rule.excludes_returns,
    }  # fmt: skip
    orders, sales, returned = sales_between(
        merchant_id=case.order.merchant_id, currency=case.order.currency, shop_id=recurring.shop_id,
        since=start_of(milestone.period_from), until=end_of(milestone.period_until),
    )  # fmt: skip
    fee = month_fee(base_minor=milestone.amount, commission=agreed, sales_minor=sales, returned_minor=returned)
    figures = {"orders": orders, "sales": sales, "returned": returned, "counted": fee.counted, "bound": fee.bound}
    change(milestone, basis={**milestone.basis, "share_counted": True, "share": fee.commission, **figures})
    if fee.commission == 0:
        told(case, "milestone.share_counted", by, milestone, **figures)
        return None
    basis = {"period": milestone.pk, **figures, **agreed}
    return charge(case, name=f"{milestone.name} %", amount=fee.commission, basis=basis, by=by, at=at)


def charge(case: Case, *, name: str, amount: int, basis: Mapping[str, Any], by: Actor, at: datetime) -> Milestone:
    """A fee that follows from figures, to be paid in by the merchant. On a locked order."""
    milestone = Milestone.objects.create(
        **parties(case.order), order=case.order, position=next_position(case.milestones), kind=Milestone.Kind.VARIABLE,
        name=name[:80], amount=amount, due_at=at + UNFUNDED, basis=dict(basis),
    )  # fmt: skip
    case.milestones.append(milestone)
    told(case, "milestone.charged", by, milestone, amount=amount, currency=case.order.currency)
    say(
        case, "milestone.invoiced", "merchant", at=at, key=f"m{milestone.pk}:due", milestone=milestone,
        until=both.moment(at + UNFUNDED),
    )  # fmt: skip
    return milestone


def add_variable(
    *, merchant_id: int, order_id: int, name: str, amount: int, basis: Mapping[str, Any], by: Actor, at: datetime
) -> Milestone:
    """Charge a fee that another room computed, such as a measured outcome; once per `basis`. Raises NotPossible.

    Takes part in the caller's transaction. `amount` is in minor units of the order's currency and above zero.
    """
    with scope(merchant_id):
        case = locked_by_time(merchant_id, order_id)
        known = next((row for row in case.milestones if row.kind == "variable" and row.basis == dict(basis)), None)
        if known is not None:
            return known
        if case.order.state in ENDED or case.order.started_at is None:
            raise NotPossible(_("The contract does not run, so nothing can be charged under it."))
        milestone = charge(case, name=name, amount=amount, basis=basis, by=by, at=at)
        settled(case, at)
    return milestone
