"""Cards that offered price protection: once the request is withdrawn, the claim runs by price protection's own rules.

A card is made only while the window is open, and what it promised then stays promised: the window may end while the buyer makes
up his mind or the platform withdraws the request.
"""

from datetime import datetime

from django.db.models import QuerySet

from aftersales.programs.refund_retention.models import RetentionCase
from aftersales.programs.refund_retention.queries import protection_settings
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope

BATCH = 200


def settle_price_offers(*, merchant_id: int, at: datetime, by: Actor) -> int:
    """Claim price protection for every withdrawn case that was offered it; the caller holds the lock on money.

    Killed between claim and note, the next pass asks again and price protection finds its claim made. While price protection is
    stopped, or its policy only previews, they wait.
    """
    from aftersales.operations import claim_order  # the registry of programs imports this package

    with scope(merchant_id):
        waiting = list(_waiting(merchant_id).values_list("pk", "order_id", "created_at").order_by("pk")[:BATCH])
        if waiting and protection_settings(merchant_id) is None:
            return 0
    for case_id, order_id, made_at in waiting:
        claim_order(merchant_id=merchant_id, order_id=order_id, as_of=at, by=by, at=at, promised_at=made_at)
        with scope(merchant_id):
            _waiting(merchant_id).filter(pk=case_id).update(state=RetentionCase.State.SAVED_PROVISIONAL)
    return len(waiting)


def _waiting(merchant_id: int) -> QuerySet[RetentionCase]:
    return RetentionCase.objects.filter(
        merchant_id=merchant_id,
        state=RetentionCase.State.WITHDRAWN,
        answer=RetentionCase.Answer.ACCEPTED,
        offer="price_protection",
    )
