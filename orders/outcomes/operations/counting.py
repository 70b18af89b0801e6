"""How many buyers count so far. Both arms together: the number tells nobody who is in which."""

from datetime import datetime

from marketplace.tenancy.scope import scope
from orders.outcomes.metrics import metric_named
from orders.outcomes.models import OutcomeAgreement


def count(*, merchant_id: int, agreement_id: int, at: datetime) -> int:
    """Assign the buyers who have become eligible, and note how many there are. Doing it twice changes nothing."""
    with scope(merchant_id):
        agreement = OutcomeAgreement.objects.get(merchant_id=merchant_id, pk=agreement_id)
        eligible = metric_named(agreement.metric).take_up(agreement.population, as_of=at)
        still = OutcomeAgreement.objects.filter(merchant_id=merchant_id, pk=agreement_id, state="measuring")
        still.update(eligible=eligible, counted_at=at)
    return eligible
