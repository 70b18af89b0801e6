"""Reading rounds of reviews. Every query names the organization, on top of row-level security."""

from datetime import datetime
from typing import Any

from django.db import connection, connections
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound
from orders.reviews.models import MerchantSealed, ProviderSealed, PublicReview, ReviewRound

DUE = "SELECT merchant_id, id FROM reviews_reviewround WHERE state = 'open' AND closes_at <= %s ORDER BY closes_at LIMIT 1000"
AVERAGES = """
SELECT each.key, round(avg(each.value::numeric), 1), count(*)
  FROM reviews_publicreview review, jsonb_each_text(review.axes) each
 WHERE review.provider_id = %s AND review.verdict = 'valid' GROUP BY each.key ORDER BY count(*) DESC, each.key
"""


def rounds_of(organization_id: int, kind: str) -> QuerySet[ReviewRound]:
    """Newest first, with the contract."""
    mine = {"merchant_id": organization_id} if kind == "merchant" else {"provider_id": organization_id}
    return ReviewRound.objects.filter(**mine).select_related("order").order_by("-opened_at", "-pk")


def access_round(*, organization_id: int, pk: int, lock: bool = False) -> ReviewRound:
    """One round of this organization. Raises NotFound for foreign and missing alike."""
    rows = ReviewRound.objects.select_for_update(of=("self",)) if lock else ReviewRound.objects.all()
    mine = Q(merchant_id=organization_id) | Q(provider_id=organization_id)
    row = rows.filter(mine, pk=pk).select_related("order").first()
    if row is None:
        raise NotFound(_("There is no such review."))
    return row


def sealed_of(round_: ReviewRound, side: str) -> MerchantSealed | ProviderSealed | None:
    """What a side wrote; needs that side's scope, since nobody else sees it."""
    if side == "merchant":
        return MerchantSealed.objects.filter(merchant_id=round_.merchant_id, round_id=round_.pk).first()
    return ProviderSealed.objects.filter(provider_id=round_.provider_id, round_id=round_.pk).first()


def due(at: datetime) -> list[tuple[int, int]]:
    """(merchant, round) of everything whose days are over (system role)."""
    with connections["system"].cursor() as cursor:
        cursor.execute(DUE, [at])
        return [(merchant_id, pk) for merchant_id, pk in cursor.fetchall()]


def public_reviews(provider_id: int) -> QuerySet[PublicReview]:
    """Everything published about a provider, newest first; those that do not count included."""
    return PublicReview.objects.filter(provider_id=provider_id).order_by("-published_at", "-pk")


def averages(provider_id: int) -> list[tuple[str, Any, int]]:
    """(axis, mean, how many marks) over the reviews that count. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(AVERAGES, [provider_id])
        return [(code, mean, n) for code, mean, n in cursor.fetchall()]
