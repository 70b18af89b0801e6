"""What a merchant paid to whom (N1), from what escrow released and took back. Amounts are minor units of one currency."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from marketplace.kernel.market import MARKET_ZONE
from orders.service.models import ServiceOrder

BY_DEAL = """
SELECT d.order_id, d.provider_id, o.provider_name, d.number, d.title, d.category, d.currency,
       coalesce(r.gross, 0)::bigint, coalesce(r.reversed, 0)::bigint, coalesce(h.held, 0)::bigint
FROM escrow_deal d
JOIN service_serviceorder o ON o.merchant_id = %(merchant)s AND o.id = d.order_id
LEFT JOIN (SELECT deal_id, sum(gross) AS gross, sum(reversed) AS reversed FROM escrow_release
           WHERE merchant_id = %(merchant)s AND released_at >= %(since)s AND released_at < %(until)s GROUP BY 1) r
  ON r.deal_id = d.id
LEFT JOIN (SELECT deal_id, sum(amount - released - refunded - rolled) AS held FROM escrow_hold
           WHERE merchant_id = %(merchant)s GROUP BY 1) h ON h.deal_id = d.id
WHERE d.merchant_id = %(merchant)s AND (r.gross > 0 OR h.held > 0)
ORDER BY r.gross DESC NULLS LAST, d.id DESC
"""
BY_MONTH = """
SELECT date_trunc('month', r.released_at AT TIME ZONE %(zone)s)::date, d.category, r.currency,
       sum(r.gross - r.reversed)::bigint
FROM escrow_release r JOIN escrow_deal d ON d.merchant_id = %(merchant)s AND d.id = r.deal_id
WHERE r.merchant_id = %(merchant)s AND r.released_at >= %(since)s AND r.released_at < %(until)s
GROUP BY 1, 2, 3 ORDER BY 1
"""


@dataclass(frozen=True)
class DealSpend:
    """One contract in a period: `paid` to the provider, `returned` of it later, `held` in escrow now."""

    order_id: int
    provider_id: int
    provider: str
    number: str
    title: str
    category: str
    currency: str
    paid: int
    returned: int
    held: int

    @property
    def net(self) -> int:
        return self.paid - self.returned


@dataclass
class ProviderSpend:
    """Everything with one provider in one currency."""

    provider_id: int
    currency: str
    name: str
    deals: list[DealSpend] = field(default_factory=list)

    @property
    def net(self) -> int:
        return sum(deal.net for deal in self.deals)

    @property
    def held(self) -> int:
        return sum(deal.held for deal in self.deals)


def _rows(statement: str, merchant_id: int, since: datetime, until: datetime) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"merchant": merchant_id, "since": since, "until": until, "zone": MARKET_ZONE.key})
        return list(cursor.fetchall())


def deals(merchant_id: int, *, since: datetime, until: datetime) -> list[DealSpend]:
    """Contracts with payments in the period or money still held, the largest first. Needs the merchant's scope."""
    return [DealSpend(*row) for row in _rows(BY_DEAL, merchant_id, since, until)]


def by_provider(found: Sequence[DealSpend]) -> list[ProviderSpend]:
    """The same by provider and currency, the largest first."""
    grouped: dict[tuple[int, str], ProviderSpend] = {}
    for deal in found:
        key = (deal.provider_id, deal.currency)
        grouped.setdefault(key, ProviderSpend(deal.provider_id, deal.currency, deal.provider)).deals.append(deal)
    return sorted(grouped.values(), key=lambda each: (-each.net, -each.held))


def by_month(merchant_id: int, *, since: datetime, until: datetime) -> list[tuple[date, str, str, int]]:
    """(month, category, currency, paid less what came back), months of the market's time zone."""
    return [
        (month, category, currency, int(total)) for month, category, currency, total in _rows(BY_MONTH, merchant_id, since, until)
    ]


def contracts_under_way(merchant_id: int) -> int:
    """Contracts that are signed and not ended."""
    return ServiceOrder.objects.filter(merchant_id=merchant_id, state__in=["signed", "active", "paused"]).count()
