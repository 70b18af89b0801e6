"""The result: computed once, as of the moment that was agreed, kept with the buyers behind it, and paid in the same transaction.

Locks: the order with its milestones, then the agreement, then what escrow locks.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop

from marketplace.audit.operations import record
from marketplace.kernel.transitions import after
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.outcomes.errors import TooEarly
from orders.outcomes.metrics import OutcomeMetric, Reading, metric_named
from orders.outcomes.models import OutcomeAgreement, OutcomeBuyer, OutcomeRow
from orders.outcomes.notices import say
from orders.outcomes.operations.counting import count
from orders.outcomes.paying import Pay, Verdict, pay
from orders.outcomes.queries import measuring
from orders.outcomes.states import OUTCOME_TABLE
from orders.service.models import ServiceOrder
from orders.service.operations.closing import Ending, close
from orders.service.operations.common import Case, change, locked_by_time, settled
from orders.service.operations.concluding import conclude
from orders.service.operations.recurring import charge
from orders.service.states import ENDED

CHUNK = 2_000
#: The name of the milestone that charges a standing service's variable fee; digits and letters read in every language.
CHARGED = gettext_noop("Measured outcome")


def sweep_merchant(*, merchant_id: int, by: Actor, at: datetime) -> int:
    """Count every running outcome of a merchant and settle those that are due; how many were settled."""
    done = 0
    with scope(merchant_id):
        running = [(one.pk, one.settles_at) for one in measuring(merchant_id)]
    for agreement_id, settles_at in running:
        count(merchant_id=merchant_id, agreement_id=agreement_id, at=min(at, settles_at))
        if settles_at <= at:
            settle(merchant_id=merchant_id, agreement_id=agreement_id, by=by, at=at)
            done += 1
    return done


def settle(*, merchant_id: int, agreement_id: int, by: Actor, at: datetime) -> OutcomeAgreement:
    """Compute the result and pay it. A second call finds the result and changes nothing; a dispute about the milestone is
    waited for. Raises TooEarly before the day of the result.
    """
    with scope(merchant_id, durable=True):
        found = OutcomeAgreement.objects.get(merchant_id=merchant_id, pk=agreement_id)
        case = locked_by_time(merchant_id, found.order_id)
        agreement = OutcomeAgreement.objects.select_for_update().get(merchant_id=merchant_id, pk=agreement_id)
        if agreement.state != "measuring" or _is_disputed(case, agreement):
            return agreement
        if at < agreement.settles_at:
            raise TooEarly(agreement.settles_at)
        _settle(case, agreement, by, at)
        settled(case, at)
    return agreement


def settle_at_end(case: Case, by: Actor, at: datetime) -> None:
    """A standing service is about to end: what was measured until its last day is not lost. On a locked order.

    Nobody agreed on this day before anything was known, so the intervals are those that stay valid whenever one looks: they are
    wider, and pay less for the same effect.
    """
    rows = OutcomeAgreement.objects.select_for_update().filter(merchant_id=case.order.merchant_id, order_id=case.order.pk)
    agreement = rows.filter(state="measuring", milestone__isnull=True).first()
    if agreement is not None:
        _settle(case, agreement, by, at)


def result_day(agreement: OutcomeAgreement, order: ServiceOrder) -> datetime:
    """Up to when rows count: the agreed day, or the last of a standing service that ends before."""
    if agreement.milestone_id is not None or order.ends_at is None:
        return agreement.settles_at
    return min(agreement.settles_at, order.ends_at)


def _settle(case: Case, agreement: OutcomeAgreement, by: Actor, at: datetime) -> None:
    metric, as_of = metric_named(agreement.metric), result_day(agreement, case.order)
    metric.take_up(agreement.population, as_of=as_of)
    reading = metric.measure(agreement.population, as_of=as_of, planned=as_of == agreement.settles_at)
    found = pay(agreement.agreed, reading)
    _keep(agreement, reading, found, at)
    _keep_rows(agreement, metric, as_of)
    metric.end(merchant_id=agreement.merchant_id, subject=agreement.subject, at=at)
    if found.verdict != Verdict.BLOCKED:
        _pay(case, agreement, found.fee, by, at)
    elif agreement.milestone_id is not None:
        milestone = case.milestone(agreement.milestone_id)
        change(milestone, basis={**milestone.basis, "measured": ""})
    _report(agreement, found, by, at)


def _is_disputed(case: Case, agreement: OutcomeAgreement) -> bool:
    return agreement.milestone_id is not None and case.milestone(agreement.milestone_id).state == "disputed"


def _keep(agreement: OutcomeAgreement, reading: Reading, found: Pay, at: datetime) -> None:
    act = "block" if found.verdict == Verdict.BLOCKED else "settle"
    agreement.state = after(OUTCOME_TABLE, agreement.state, act)
    agreement.verdict, agreement.value, agreement.fee = found.verdict.value, found.value, found.fee
    agreement.reading = plain(reading)
    agreement.eligible = reading.treated.units + reading.control.units
    agreement.closed_at = agreement.counted_at = at
    agreement.save()


def plain(reading: Reading) -> dict[str, Any]:
    """The reading as stored."""
    return asdict(reading)


def _keep_rows(agreement: OutcomeAgreement, metric: OutcomeMetric, as_of: datetime) -> None:
    """The buyers behind the result: what each is worth for both sides, who each is for the merchant."""
    units = list(metric.units(agreement.population, as_of=as_of))
    parties = {"merchant_id": agreement.merchant_id, "provider_id": agreement.provider_id}
    rows = OutcomeRow.objects.bulk_create(
        (
            OutcomeRow(
                **parties, agreement=agreement, number=number, arm=unit.arm, eligible_at=unit.eligible_at,
                succeeded=unit.succeeded, value=unit.value,
            )
            for number, unit in enumerate(units, 1)
        ),
        batch_size=CHUNK,
    )  # fmt: skip
    OutcomeBuyer.objects.bulk_create(
        (
            OutcomeBuyer(merchant_id=agreement.merchant_id, row=row, buyer_id=unit.buyer_id)
            for row, unit in zip(rows, units, strict=True)
        ),
        batch_size=CHUNK,
    )


def _pay(case: Case, agreement: OutcomeAgreement, fee: int, by: Actor, at: datetime) -> None:
    """The fee goes to the provider and what is held beyond it back to the merchant; a standing service is charged."""
    if agreement.milestone_id is not None:
        milestone = case.milestone(agreement.milestone_id)
        ending: Ending = "refunded" if fee == 0 else "accepted" if fee == milestone.amount else "split"
        close(case, milestone, ending, fee, by, at)
        conclude(case, by, at)
    elif fee and case.order.state not in ENDED:
        charged = charge(case, name=CHARGED, amount=fee, basis={"outcome": agreement.pk}, by=by, at=at)
        agreement.milestone = charged
        agreement.save(update_fields=["milestone"])


def _report(agreement: OutcomeAgreement, found: Pay, by: Actor, at: datetime) -> None:
    facts = {
        "order_id": agreement.order_id, "outcome": agreement.pk, "verdict": found.verdict.value, "value": found.value,
        "fee": found.fee, "currency": agreement.currency,
    }  # fmt: skip
    record(merchant_id=agreement.merchant_id, by=by, action=f"orders.outcome.{agreement.state}", facts=facts)
    say(agreement, "blocked" if found.verdict == Verdict.BLOCKED else "settled", at=at)
