"""How well the market fills needs (N3): by category and by place, over all tenants (system role)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections

BY_CATEGORY = """
WITH needs AS (
  SELECT b.merchant_id, b.id, b.category_id, b.state, b.published_at,
         (SELECT count(*) FROM hiring_proposal p
          JOIN hiring_invitation i ON i.merchant_id = p.merchant_id AND i.id = p.invitation_id
          WHERE i.merchant_id = b.merchant_id AND i.brief_id = b.id) AS answered
  FROM hiring_brief b WHERE b.published_at >= %(since)s AND b.published_at < %(until)s)
SELECT c.slug, c.name_zh, c.name_en, count(*), count(*) FILTER (WHERE n.state = 'filled'),
       count(*) FILTER (WHERE n.state IN ('closed', 'cancelled')), count(*) FILTER (WHERE n.state = 'published'),
       count(*) FILTER (WHERE n.answered = 0), avg(n.answered)::float8,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM o.created_at - n.published_at) / 86400.0)
         FILTER (WHERE o.id IS NOT NULL)
FROM needs n JOIN catalogue_category c ON c.id = n.category_id
LEFT JOIN LATERAL (
  SELECT o.id, o.created_at FROM hiring_invitation i
  JOIN hiring_proposal p ON p.merchant_id = i.merchant_id AND p.invitation_id = i.id AND p.order_id IS NOT NULL
  JOIN service_serviceorder o ON o.merchant_id = p.merchant_id AND o.id = p.order_id
  WHERE i.merchant_id = n.merchant_id AND i.brief_id = n.id LIMIT 1) o ON true
GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1
"""
BY_BELT = """
SELECT belt, count(*), count(*) FILTER (WHERE b.state = 'filled'),
       (SELECT count(*) FROM profiles_publicprovider p WHERE belt = ANY (p.belts))
FROM hiring_brief b, unnest(b.belts) AS belt
WHERE b.published_at >= %(since)s AND b.published_at < %(until)s
GROUP BY 1 ORDER BY count(*) - count(*) FILTER (WHERE b.state = 'filled') DESC, 1
"""


@dataclass(frozen=True)
class Demand:
    """Needs of one category: published, filled, ended without anybody, still open, without any answer.

    `answers` is the mean number of proposals, `days` the median from publication to a contract.
    """

    slug: str
    name_zh: str
    name_en: str
    published: int
    filled: int
    unfilled: int
    open: int
    unanswered: int
    answers: float
    days: float | None

    @property
    def fill_rate(self) -> float | None:
        """Filled of those that have ended; None while none has."""
        ended = self.filled + self.unfilled
        return self.filled / ended if ended else None


@dataclass(frozen=True)
class Place:
    """Needs that name an industrial belt, and the providers at home there."""

    belt: str
    published: int
    filled: int
    providers: int


def _rows(statement: str, since: datetime, until: datetime) -> list[tuple[Any, ...]]:
    with connections["system"].cursor() as cursor:
        cursor.execute(statement, {"since": since, "until": until})
        return list(cursor.fetchall())


def demand(*, since: datetime, until: datetime) -> list[Demand]:
    """Needs published in the period, by category."""
    return [Demand(*row) for row in _rows(BY_CATEGORY, since, until)]


def places(*, since: datetime, until: datetime) -> list[Place]:
    """The same by industrial belt, the least served first."""
    return [Place(*row) for row in _rows(BY_BELT, since, until)]
