"""From a look to a contract and back again (N2): each step of a provider's way, by where it began."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Sum

from orders.insights.models import ListingViews

#: How contracts of a provider came about, oldest contract of each merchant first: any later one is a renewal.
HIRES = """
SELECT o.source_kind, coalesce(i.origin, ''), count(*) FILTER (WHERE o.nth = 1), count(*) FILTER (WHERE o.nth > 1)
FROM (SELECT merchant_id, id, source_kind, source_id, created_at,
             row_number() OVER (PARTITION BY merchant_id ORDER BY id) AS nth
      FROM service_serviceorder WHERE provider_id = %(provider)s AND state NOT IN ('drafted', 'cancelled')) o
LEFT JOIN hiring_proposal p ON p.merchant_id = o.merchant_id AND o.source_kind = 'proposal' AND p.id = o.source_id
  AND p.provider_id = %(provider)s
LEFT JOIN hiring_invitation i ON i.merchant_id = p.merchant_id AND i.id = p.invitation_id
WHERE o.created_at >= %(since)s AND o.created_at < %(until)s GROUP BY 1, 2
"""
LEADS = """
SELECT i.origin, count(*), count(p.id)
FROM hiring_invitation i
LEFT JOIN hiring_proposal p ON p.merchant_id = i.merchant_id AND p.invitation_id = i.id AND p.provider_id = %(provider)s
WHERE i.provider_id = %(provider)s AND i.sent_at >= %(since)s AND i.sent_at < %(until)s GROUP BY 1
"""


@dataclass
class Way:
    """One source of work: leads that came by it, proposals made, first contracts, and contracts with the same merchant again."""

    source: str
    leads: int = 0
    proposals: int = 0
    hires: int = 0
    renewals: int = 0


@dataclass(frozen=True)
class Funnel:
    """All steps of a period. `views` by the way people came to the listings."""

    views: dict[str, int]
    ways: list[Way]

    @property
    def looked(self) -> int:
        return sum(self.views.values())

    def total(self, step: str) -> int:
        return sum(getattr(way, step) for way in self.ways)

    @property
    def is_empty(self) -> bool:
        return not self.looked and not any(self.total(step) for step in ("leads", "proposals", "hires", "renewals"))


def funnel(provider_id: int, *, since: datetime, until: datetime, first_day: date, last_day: date) -> Funnel:
    """The provider's way in a period; three statements. Needs the provider's scope."""
    facts: dict[str, Any] = {"provider": provider_id, "since": since, "until": until}
    ways: dict[str, Way] = defaultdict(lambda: Way(""))
    with connection.cursor() as cursor:
        cursor.execute(LEADS, facts)
        for origin, leads, proposals in cursor.fetchall():
            ways[origin] = Way(origin, leads, proposals)
        cursor.execute(HIRES, facts)
        for kind, origin, first, again in cursor.fetchall():
            name = origin or ("direct" if kind != "proposal" else "other")
            way = ways.setdefault(name, Way(name))
            way.hires, way.renewals = way.hires + first, way.renewals + again
    looked = ListingViews.objects.filter(provider_id=provider_id, day__gte=first_day, day__lte=last_day)
    views = dict(looked.values_list("way").annotate(total=Sum("views")).order_by("-total"))
    return Funnel(views, sorted(ways.values(), key=lambda way: (-way.hires, -way.leads, way.source)))
