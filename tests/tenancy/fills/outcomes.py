"""A measured outcome with its result and the buyer behind it."""

from datetime import UTC, datetime, timedelta

from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.outcomes.clause import OutcomeClause, to_json
from orders.outcomes.metrics import metric_named
from orders.outcomes.models import OutcomeAgreement, OutcomeBuyer, OutcomeRow
from orders.service.models import ServiceOrder
from orders.store.models import Buyer
from tests import cast

START, DAY = datetime(2026, 3, 6, 12, tzinfo=UTC), timedelta(days=1)
ARM = {"units": 1, "successes": 1, "total": 100, "squares": 10_000}


def fill(merchant: cast.Merchant, provider: cast.Provider) -> dict[str, int]:
    parties = {"merchant_id": merchant.id, "provider_id": provider.id}
    clause = OutcomeClause(metric="return_rate", cap_minor=500_00, milestone=2)
    with scope(merchant.id):
        order = ServiceOrder.objects.filter(**parties).earliest("id")
        agreement = OutcomeAgreement.objects.create(
            **parties, order=order, metric=clause.metric, clause=to_json(clause), contract_hash="0" * 64, currency=order.currency,
            subject=1, state="settled", started_at=START, window_ends_at=START + 30 * DAY, settles_at=START + 60 * DAY,
            closed_at=START + 60 * DAY, eligible=2, verdict="too_few", value=0, fee=0,
            reading={"treated": ARM, "control": ARM, "ratio_p": 1.0, "rate": None, "value": None},
        )  # fmt: skip
        row = OutcomeRow.objects.create(
            **parties, agreement=agreement, number=1, arm="treatment", eligible_at=START, succeeded=True, value=100
        )
        buyer = Buyer.objects.filter(merchant_id=merchant.id).earliest("id")
        OutcomeBuyer.objects.create(merchant_id=merchant.id, row=row, buyer=buyer)
        until = START + 3000 * DAY
        subject = metric_named(clause.metric).begin(
            merchant_id=merchant.id, contract=merchant.slug, holdout_ppm=clause.holdout_ppm, until=until, by=CLI, at=START
        )
        running = OutcomeAgreement.objects.create(
            **parties, order=_another(order), metric=clause.metric, clause=to_json(clause), contract_hash="0" * 64,
            currency=order.currency, subject=subject, started_at=START, window_ends_at=until, settles_at=until + 30 * DAY,
        )  # fmt: skip
    return {"outcome": agreement.pk, "outcome_row": row.pk, "running_outcome": running.pk}


def _another(order: ServiceOrder) -> ServiceOrder:
    """A contract has one outcome at most."""
    order = ServiceOrder.objects.get(merchant_id=order.merchant_id, pk=order.pk)
    order.pk, order.number = None, f"{order.number}-outcome"
    order._state.adding = True
    order.save()
    return order
