"""A product's price over time, with the purchases that were made at it."""

import heapq
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.ui.charts import Marker, Segment, StepChart, StepSeries
from orders.store.models import PricePoint, ShopOrderLine, Sku


def price_chart(
    sku: Sku, points: Sequence[PricePoint], *, since: datetime, until: datetime, bought: Sequence[ShopOrderLine]
) -> StepChart:
    """Base-tier prices per source in `[since, until)`, in the shop's zone."""
    series = [
        StepSeries(label, _segments(points, source, since, until))
        for source, label in PricePoint.Source.choices
        if any(point.source == source and not point.tier for point in points)
    ]
    markers = [
        Marker(line.paid_at, line.paid_amount // line.quantity, line.order.external_ref) for line in bought if line.paid_at
    ]
    return StepChart(
        title=_("Price over time"),
        series=series,
        since=since,
        until=until,
        markers=markers,
        marker_name=_("Purchases"),
        currency=sku.shop.currency,
        tz=sku.shop.timezone,
    )


def _segments(points: Sequence[PricePoint], source: str, since: datetime, until: datetime) -> list[Segment]:
    """What a unit cost, without overlap: where several points hold at once, the lowest counts, as in price protection."""
    chosen = [
        p
        for p in points
        if p.source == source and not p.tier and p.valid_from < until and (p.valid_to is None or p.valid_to > since)
    ]
    edges = sorted({max(p.valid_from, since) for p in chosen} | {p.valid_to for p in chosen if p.valid_to})
    waiting = sorted(chosen, key=lambda p: p.valid_from, reverse=True)
    holding: list[tuple[int, int, PricePoint]] = []
    found: list[Segment] = []
    for edge, end in zip(edges, [*edges[1:], None], strict=True):
        while waiting and waiting[-1].valid_from <= edge:
            point = waiting.pop()
            heapq.heappush(holding, (point.amount, point.pk, point))
        while holding and (ends := holding[0][2].valid_to) is not None and ends <= edge:
            heapq.heappop(holding)
        if holding:
            found.append(Segment(edge, end, holding[0][0]))
    return found
