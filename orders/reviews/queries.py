"""Reading rounds of reviews. Every query names the organization, on top of row-level security."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections
from django.db.models import Count, DateTimeField, ExpressionWrapper, F, JSONField, Q, QuerySet, Value, Window
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound
from marketplace.kernel.market import MARKET_ZONE
from orders.reviews import policies
from orders.reviews.models import MerchantSealed, ProviderSealed, PublicReview, Pulse, ReviewRound
from orders.service.models import ServiceOrder

DUE = "SELECT merchant_id, id FROM reviews_reviewround WHERE state = 'open' AND closes_at <= %s ORDER BY closes_at LIMIT 1000"
DUE_PULSES = """
SELECT o.merchant_id, o.id, gone.months
  FROM service_serviceorder o
 CROSS JOIN LATERAL age(%(at)s AT TIME ZONE %(zone)s, o.started_at AT TIME ZONE %(zone)s) span
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
        cursor.execute(DUE_PULSES, {"at": at, "models": list(STANDING), "zone": MARKET_ZONE.key})
        return [(merchant_id, order_id, month) for merchant_id, order_id, month in cursor.fetchall()]


def round_of(order: ServiceOrder) -> ReviewRound | None:
    """The round of a contract, once it has ended."""
    return ReviewRound.objects.filter(merchant_id=order.merchant_id, order_id=order.pk).first()


def open_acts(organization_id: int, side: str, at: datetime, limit: int) -> list[tuple[str, int, int, str, str, datetime]]:
    """What a side may still do, the soonest over first: ("write" | "mark" | "answer", id, month, title, other company, until).

    One statement.
    """
    other = "order__provider_name" if side == "merchant" else "order__merchant_name"

    def acts(rows: QuerySet[Any], name: str, month: Any, until: Any) -> QuerySet[Any]:
        told = {"act": Value(name), "month": month, "title": F("order__title"), "other": F(other), "until": until}
        found: QuerySet[Any] = rows.order_by().annotate(**told).values_list("act", "pk", "month", "title", "other", "until")
        return found

    no_month = Value(0)
    mine = ReviewRound.objects.filter(**{f"{side}_id": organization_id})
    unwritten = acts(mine.filter(**{f"{side}_at": None}, state="open", closes_at__gt=at), "write", no_month, F("closes_at"))
    if side == "merchant":
        months = Pulse.objects.filter(merchant_id=organization_id, mark=None, closes_at__gt=at)
        more = acts(months, "mark", F("number"), F("closes_at"))
    else:
        until = ExpressionWrapper(F("published_at") + Value(policies.ANSWERING), DateTimeField())
        unanswered = mine.filter(state="published", answered_at=None, published_at__gt=at - policies.ANSWERING)
        more = acts(unanswered.exclude(merchant_text=""), "answer", no_month, until)
    return list(unwritten.union(more, all=True).order_by("until", "pk")[:limit])
