"""Rounds of reviews: an open one and a published one; and a month of a contract that is asked about."""

from django.utils import timezone

from marketplace.tenancy.actor import CLI, person
from marketplace.tenancy.scope import scope
from orders.reviews.axes import OF_PROVIDER
from orders.reviews.models import Pulse, ReviewRound
from orders.reviews.operations import open_round, write_review
from orders.reviews.policies import MARKING
from tests import cast
from tests.tenancy.fills.work import _bare


def fill(merchant: cast.Merchant, provider: cast.Provider) -> dict[str, int]:
    """`review` is still to be written by both; `review_published` may be answered."""
    now, found = timezone.now(), []
    with scope(merchant.id):
        for _each in range(2):
            order = _bare(merchant, provider, "active")
            open_round(order, None, CLI, now)
            found.append(ReviewRound.objects.get(merchant_id=merchant.id, order_id=order.pk))
    row, text = found[1], f"{merchant.slug}: {provider.slug}"
    for party, codes in ((merchant, row.axes), (provider, OF_PROVIDER)):
        write_review(
            organization_id=party.id, round_id=row.pk, axes=dict.fromkeys(codes, 4), text=text, by=person(party.owner.pk), at=now
        )
    with scope(merchant.id):
        month = Pulse.objects.create(
            merchant_id=merchant.id, provider_id=provider.id, order=_bare(merchant, provider, "active"), number=1, asked_at=now,
            closes_at=now + MARKING,
        )  # fmt: skip
    return {"review": found[0].pk, "review_published": row.pk, "review_month": month.pk}
