"""Measuring begins when its money is held: the split is opened, and the clause is frozen as it was signed."""

from datetime import datetime

from marketplace.audit.operations import record
from marketplace.tenancy.actor import Actor
from orders.outcomes.clause import KIND, OutcomeClause, from_json
from orders.outcomes.metrics import metric_named
from orders.outcomes.models import OutcomeAgreement
from orders.outcomes.notices import say
from orders.service.models import ContractVersion, Milestone, ServiceOrder
from orders.service.operations.common import change
from orders.service.queries import signed_terms, version_of


def signed_clause(order: ServiceOrder) -> tuple[OutcomeClause, ContractVersion] | None:
    """The outcome clause in force, and the version it was signed in; None without one."""
    data = signed_terms(order).clauses.get(KIND)
    return (from_json(data), version_of(order, order.signed_version)) if data else None


def begin(order: ServiceOrder, milestone: Milestone | None, by: Actor, at: datetime) -> OutcomeAgreement | None:
    """Begin to measure an order's outcome, once; None when it has no outcome clause. In the merchant's scope, the order locked.

    `milestone` holds the cap; None for a standing service. Raises MetricBusy, which undoes the act that led here.
    """
    found = signed_clause(order)
    if found is None:
        return None
    clause, version = found
    if clause.milestone != (_place(milestone) if milestone else 0):
        return None
    known = OutcomeAgreement.objects.filter(merchant_id=order.merchant_id, order=order).first()
    return known or _open(order, milestone, clause, version, by, at)


def _place(milestone: Milestone) -> int | None:
    """Where a milestone stands among the stages that are agreed: rows also count what was dropped, and fees."""
    if milestone.kind != Milestone.Kind.STAGE:
        return None
    stages = Milestone.objects.filter(merchant_id=milestone.merchant_id, order_id=milestone.order_id, kind=Milestone.Kind.STAGE)
    return stages.exclude(state="cancelled").filter(position__lte=milestone.position).count()


def _open(
    order: ServiceOrder, milestone: Milestone | None, clause: OutcomeClause, version: ContractVersion, by: Actor, at: datetime
) -> OutcomeAgreement:
    until = at + clause.window
    # The share is kept until the last buyer can count, so that the program goes on assigning by it.
    subject = metric_named(clause.metric).begin(
        merchant_id=order.merchant_id, contract=order.number, holdout_ppm=clause.holdout_ppm, until=until, by=by, at=at
    )
    agreement = OutcomeAgreement.objects.create(
        merchant_id=order.merchant_id, provider_id=order.provider_id, order=order, milestone=milestone, metric=clause.metric,
        clause=version.agreed.clauses[KIND], contract_hash=version.hash, currency=order.currency, subject=subject,
        started_at=at, window_ends_at=until, settles_at=until + clause.settling,
    )  # fmt: skip
    if milestone is not None:
        change(milestone, basis={**milestone.basis, "measured": agreement.settles_at.isoformat()})
    facts = {
        "order_id": order.pk,
        "number": order.number,
        "metric": clause.metric,
        "settles_at": agreement.settles_at.isoformat(),
    }
    record(merchant_id=order.merchant_id, by=by, action="orders.outcome.begun", facts=facts)
    say(agreement, "begun", at=at)
    return agreement
