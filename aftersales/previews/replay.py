"""Price protection replayed over a past window: the selection a run makes, once for each day, against claims of its own.

The claims of the replay live in a temporary table that stands in for the real one: temporary tables are found first. So a replay
sees its own earlier claims (limits per line, an order's headroom) and none of the real ones, changes nothing, and answers what
the policy alone would have done, before and after the program was switched on; guards (budgets, approvals) are left out, as
in any preview. Order facts (returns, deliveries) are those the store knows today.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from aftersales.programs.contract import RunContext
from aftersales.programs.price_protection import operations
from aftersales.programs.price_protection.selection import Facts, decided_sql, facts_of, parameters
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from merchants.models import Shop

Told = Callable[[int], None]

STAND_IN = """
CREATE TEMP TABLE aftersales_claim
  (LIKE public.aftersales_claim INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES) ON COMMIT DROP;
CREATE TEMP TABLE aftersales_payout
  (LIKE public.aftersales_payout INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES) ON COMMIT DROP
"""
# Only a price that begins or ends, or the rest of a presale that is paid, can make a line due that was not due the day before.
CHANGED = """
SELECT array_agg(sku_id) FROM (
  SELECT p.sku_id FROM store_pricepoint p
  WHERE p.merchant_id = %(merchant)s AND p.valid_from > %(before)s AND p.valid_from <= %(as_of)s
  UNION
  SELECT p.sku_id FROM store_pricepoint p
  WHERE p.merchant_id = %(merchant)s AND p.valid_to > %(before)s AND p.valid_to <= %(as_of)s
  UNION
  SELECT l.sku_id FROM store_shoporderline l
  WHERE l.merchant_id = %(merchant)s AND l.deposit_paid_at IS NOT NULL AND l.paid_at > %(before)s AND l.paid_at <= %(as_of)s) s
"""
CLAIMED = """
INSERT INTO aftersales_claim
  (merchant_id, program, run_id, order_id, line_id, sequence, state, reason, amount, currency, units, policy_version, inputs)
SELECT %(merchant)s, 'price_protection', %(run)s, d.order_id, d.line_id, d.sequence, d.state, d.reason, d.amount, d.currency,
       d.units, 0, '{}'
FROM decided d WHERE d.state <> 'refused'
"""
BY_DAY = """
SELECT run_id, state, count(*), sum(amount)::bigint FROM aftersales_claim WHERE state <> 'refused' GROUP BY 1, 2 ORDER BY 1, 2
"""
BY_SKU = """
SELECT l.sku_id, count(*), sum(c.amount)::bigint
FROM aftersales_claim c JOIN store_shoporderline l ON l.merchant_id = %(merchant)s AND l.id = c.line_id
WHERE c.state <> 'refused' GROUP BY 1 ORDER BY 3 DESC, 1
"""


@dataclass(frozen=True)
class Replay:
    """What would have been claimed: (day, state, claims, amount) and (product, claims, amount), amounts in minor units."""

    by_day: list[tuple[date, str, int, int]]
    by_sku: list[tuple[int, int, int]]


class RolledBack(Exception):
    """Carries the findings out of the transaction that is undone."""

    def __init__(self, found: Replay) -> None:
        super().__init__("rolled back on purpose")
        self.found = found


def days_between(since: date, until: date) -> Iterator[date]:
    """The days of `[since, until)`."""
    for n in range((until - since).days):
        yield since + timedelta(days=n)


def end_of(day: date, tz: str) -> datetime:
    """24:00 of a local day."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(tz))


def replayed(*, shop: Shop, settings: dict[str, Any], since: date, until: date, by: Actor, told: Told) -> Replay:
    """Claims of a run at 24:00 of each local day of `[since, until)`, by day and product; `told` hears how many days are done.

    `settings` are validated ones. Opens a transaction of its own, which is rolled back.
    """
    try:
        with transaction.atomic(), scope(shop.merchant_id):
            raise RolledBack(_replay(shop, settings, since, until, by, told))
    except RolledBack as done:
        return done.found


def _replay(shop: Shop, settings: dict[str, Any], since: date, until: date, by: Actor, told: Told) -> Replay:
    facts = facts_of(shop.merchant_id)
    # Coupons are used up and means of payment run out: then every day is a whole run.
    rare = facts.coupons or facts.tenders
    # What a cap left of a difference is due again the next day where a line may be claimed more than once.
    again = settings["cap_per_claim"] is not None and settings["max_claims_per_line"] != 1
    with connection.cursor() as cursor:
        cursor.execute(STAND_IN)
        days = list(days_between(since, until))
        for n, day in enumerate(days):
            told(n)
            context = _context(shop, settings, end_of(day, shop.timezone), by, n)
            if rare:
                operations.run(context)
            else:
                _quick_day(cursor, context, facts, everything=again or n == 0)
            if n & (n + 1) == 0:  # after 1, 2, 4, 8 … days: statistics for a table that doubles
                cursor.execute("ANALYZE aftersales_claim")
        cursor.execute(BY_DAY)
        by_day = [(days[n], state, count, amount) for n, state, count, amount in cursor.fetchall()]
        cursor.execute(BY_SKU, {"merchant": shop.merchant_id})
        return Replay(by_day, cursor.fetchall())


def _quick_day(cursor: Any, context: RunContext, facts: Facts, *, everything: bool) -> None:
    """One day of an ordinary merchant: the selection, after the first day only of products for which something changed."""
    values = parameters(context.settings, merchant_id=context.merchant_id, shop_id=context.shop_id, as_of=context.as_of)
    values["before"] = context.as_of - timedelta(hours=26)  # a day may have 25 hours
    cursor.execute(CHANGED, values)
    values["skus"] = cursor.fetchone()[0]
    if not values["skus"] and not everything:
        return
    cursor.execute("DROP TABLE IF EXISTS pg_temp.decided")
    cursor.execute(decided_sql(context.settings, keep=True, by_sku=not everything, facts=facts), values)
    cursor.execute(CLAIMED, {**values, "run": context.run_id})


def _context(shop: Shop, settings: dict[str, Any], as_of: datetime, by: Actor, number: int) -> RunContext:
    return RunContext(
        merchant_id=shop.merchant_id,
        shop_id=shop.pk,
        timezone=shop.timezone,
        as_of=as_of,
        settings=settings,
        policy_version=0,
        run_id=number,
        dry_run=True,
        by=by,
        at=as_of,
    )
