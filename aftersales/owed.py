"""What buyers were owed and got: price protection has no control group, because nobody may be held out from what is owed.

So nothing here is an effect; the figures describe. The clock of a claim is the moment its run was made for.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

#: Within how many days after the first refund a buyer may have come back.
HORIZONS = (30, 60, 90)

_CLAIMS = """
claim AS MATERIALIZED (
  SELECT c.amount, c.currency, o.buyer_id, r.as_of AS at
  FROM aftersales_claim c
  JOIN aftersales_programrun r ON r.merchant_id = %(merchant)s AND r.id = c.run_id
  JOIN store_shoporder o ON o.merchant_id = %(merchant)s AND o.id = c.order_id
  WHERE c.merchant_id = %(merchant)s AND c.program = %(program)s AND c.state <> 'refused' AND r.as_of <= %(as_of)s)"""
BY_DAY = f"""
WITH {_CLAIMS}
SELECT currency, (at AT TIME ZONE %(tz)s)::date, count(*), sum(amount)::bigint FROM claim GROUP BY 1, 2 ORDER BY 2, 1
"""
BUYERS = f"WITH {_CLAIMS} SELECT count(DISTINCT buyer_id) FROM claim"
LATER = f"""
WITH {_CLAIMS},
first AS MATERIALIZED (SELECT buyer_id, min(at) AS at FROM claim WHERE buyer_id IS NOT NULL GROUP BY 1),
next AS MATERIALIZED (
  SELECT f.buyer_id, f.at, min(o.placed_at) AS again
  FROM first f LEFT JOIN store_shoporder o ON o.merchant_id = %(merchant)s AND o.buyer_id = f.buyer_id AND o.placed_at > f.at
    AND o.placed_at <= %(as_of)s
  GROUP BY 1, 2)
SELECT h.days, count(*) FILTER (WHERE n.at <= %(as_of)s - h.days * interval '1 day'),
       count(*) FILTER (WHERE n.at <= %(as_of)s - h.days * interval '1 day' AND n.again <= n.at + h.days * interval '1 day')
FROM unnest(%(horizons)s) h(days) LEFT JOIN next n ON true GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True)
class Returned:
    """Of the buyers whose first refund is at least `days` old, how many ordered again within that time."""

    days: int
    buyers: int
    again: int

    @property
    def share(self) -> float | None:
        return self.again / self.buyers if self.buyers else None


@dataclass(frozen=True)
class Owed:
    """Cost of what was owed: claims and amounts (minor units) by currency and local day, and who came back."""

    by_day: list[tuple[str, date, int, int]]
    buyers: int
    later: list[Returned]

    @property
    def claims(self) -> int:
        return sum(count for _currency, _day, count, _amount in self.by_day)

    @property
    def amounts(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for currency, _day, _count, amount in self.by_day:
            found[currency] = found.get(currency, 0) + amount
        return found


def owed(*, merchant_id: int, program: str, as_of: datetime, tz: str) -> Owed:
    """What a program that pays what is owed has cost. Needs the merchant's scope."""
    values: dict[str, Any] = {"merchant": merchant_id, "program": program, "as_of": as_of, "tz": tz, "horizons": list(HORIZONS)}

    def rows(statement: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())

    by_day = [(currency, day, count, amount) for currency, day, count, amount in rows(BY_DAY)]
    return Owed(by_day, rows(BUYERS)[0][0], [Returned(*row) for row in rows(LATER)])
