"""Reading rounds of reviews. Every query names the organization, on top of row-level security."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connections
from django.db.models import Count, JSONField, Q, QuerySet, Window
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound
from orders.reviews.models import MerchantSealed, ProviderSealed, PublicReview, Pulse, ReviewRound
from orders.service.models import ServiceOrder

DUE = "SELECT merchant_id, id FROM reviews_reviewround WHERE state = 'open' AND closes_at <= %s ORDER BY closes_at LIMIT 1000"
DUE_PULSES = """
SELECT o.merchant_id, o.id, gone.months
  FROM service_serviceorder o
 CROSS JOIN LATERAL age(%(at)s AT TIME ZONE 'Asia/Shanghai', o.started_at AT TIME ZONE 'Asia/Shanghai') span
 CROSS JOIN LATERAL (SELECT (extract(year FROM span) * 12 + extract(month FROM span))::integer AS months) gone
 WHERE o.state = 'active' AND o.model = ANY(%(models)s) AND gone.months >= 1
   AND NOT EXISTS (
     SELECT 1 FROM reviews_pulse p WHERE p.merchant_id = o.merchant_id AND p.order_id = o.id AND p.number >= gone.months)
 ORDER BY o.id LIMIT 1000
"""
#: The means over what counts, computed once for all rows of the page.
MEANS = """(
  SELECT jsonb_object_agg(axis.key, jsonb_build_array(axis.mean, axis.n)) FROM (
    SELECT mark.key, round(avg(mark.value::numeric), 1) AS mean, count(*) AS n
      FROM reviews_publicreview counted, jsonb_each_text(counted.axes) mark
     WHERE counted.provider_id = %s AND (%s::bigint IS NULL OR counted.listing_id = %s) AND counted.verdict = 'valid'
     GROUP BY mark.key) axis)"""
#: Contracts that stand for months: their merchant is asked how each was.
STANDING = ("retainer", "retainer_commission", "seat_shift")


@dataclass(frozen=True)
class PublicPage:
    """Some published reviews, newest first; how many there are; and by axis the mean and how many marks it comes from."""

    rows: Sequence[PublicReview]
    total: int
    means: dict[str, tuple[float, int]]


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


def public_page(provider_id: int, *, listing_id: int | None = None, first: int = 0, limit: int = 10) -> PublicPage:
    """What is published about a provider, or about one listing of its; what does not count is there too. One statement."""
    mine = {"provider_id": provider_id} if listing_id is None else {"provider_id": provider_id, "listing_id": listing_id}
    means = RawSQL(MEANS, [provider_id, listing_id, listing_id], output_field=JSONField())  # noqa: S611  parameters only
    rows = PublicReview.objects.filter(**mine).annotate(total=Window(Count("pk")), means=means)
    found = list(rows.order_by("-published_at", "-pk")[first : first + limit])
    if not found:
        return PublicPage([], 0, {})
    averages = {code: (float(mean), n) for code, (mean, n) in (found[0].means or {}).items()}
    return PublicPage(found, found[0].total, averages)


def access_pulse(*, organization_id: int, pk: int, lock: bool = False) -> Pulse:
    """One monthly question of this organization's contracts. Raises NotFound for foreign and missing alike."""
    rows = Pulse.objects.select_for_update(of=("self",)) if lock else Pulse.objects.all()
    mine = Q(merchant_id=organization_id) | Q(provider_id=organization_id)
    row = rows.filter(mine, pk=pk).select_related("order").first()
    if row is None:
        raise NotFound(_("There is no such question."))
    return row


def pulses_of(order: ServiceOrder) -> list[Pulse]:
    """Newest first."""
    return list(Pulse.objects.filter(merchant_id=order.merchant_id, order_id=order.pk).order_by("-number"))


def due_pulses(at: datetime) -> list[tuple[int, int, int]]:
    """(merchant, contract, month) of every standing contract whose last whole month was not asked about (system role)."""
    with connections["system"].cursor() as cursor:
        cursor.execute(DUE_PULSES, {"at": at, "models": list(STANDING)})
        return [(merchant_id, order_id, month) for merchant_id, order_id, month in cursor.fetchall()]


def round_of(order: ServiceOrder) -> ReviewRound | None:
    """The round of a contract, once it has ended."""
    return ReviewRound.objects.filter(merchant_id=order.merchant_id, order_id=order.pk).first()


def to_write(organization_id: int, side: str, at: datetime) -> QuerySet[ReviewRound]:
    """Rounds this side has not written in yet, the soonest over first."""
    mine = {f"{side}_id": organization_id, f"{side}_at": None, "state": "open", "closes_at__gt": at}
    return ReviewRound.objects.filter(**mine).select_related("order").order_by("closes_at", "pk")


def to_answer(provider_id: int, since: datetime) -> QuerySet[ReviewRound]:
    """Published reviews the provider may still answer, those published since then."""
    found = ReviewRound.objects.filter(provider_id=provider_id, state="published", answered_at=None, published_at__gt=since)
    return found.exclude(merchant_text="").select_related("order").order_by("published_at", "pk")


def to_mark(merchant_id: int, at: datetime) -> QuerySet[Pulse]:
    """Monthly questions nobody has answered."""
    found = Pulse.objects.filter(merchant_id=merchant_id, mark=None, closes_at__gt=at)
    return found.select_related("order").order_by("closes_at", "pk")
