"""What asking the guards costs for 20,000 claims: with budgets and without, against counting the same rows without asking."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median

from django.db import connection

from aftersales.guards.models import Budget, BudgetUse
from bench.result import Result
from bench.scratch import new_shop, same
from bench.world import AS_OF
from marketplace.tenancy.scope import scope

CLAIMS, BUYERS, ROUNDS = 20_000, 5_000, 7
# Claims stand in the database already, as in a run.
ASKED = """
WITH claim AS MATERIALIZED (
  SELECT array_agg((1 + n %% %(people)s)::bigint) AS buyers, array_agg((1 + n %% 19)::bigint) AS amounts
  FROM generate_series(1, %(claims)s) n)
"""
SPEND = f"{ASKED} SELECT guard_spend(%(merchant)s, 'price_protection', 'GBP', %(at)s, buyers, amounts) FROM claim"
VERDICTS = f"{ASKED} SELECT guard_verdicts(%(merchant)s, 'price_protection', NULL, 'GBP', %(at)s, buyers, amounts) FROM claim"
CARRY = f"{ASKED} SELECT array_fill(true, ARRAY[cardinality(buyers)]) FROM claim WHERE cardinality(amounts) > 0"
# The floor with budgets: the same rows written by one statement, nothing asked, nothing locked first.
COUNT = f"""
{ASKED}, c AS (SELECT c.* FROM claim, unnest(buyers, amounts) AS c (buyer, amount)),
written AS (
  INSERT INTO guards_budgetuse (merchant_id, budget_id, slot, buyer_id, used)
  SELECT %(merchant)s, b.id, %(at)s, w.buyer, w.amount
  FROM guards_budget b
  CROSS JOIN LATERAL (
    SELECT CASE WHEN b.level = 'buyer_day' THEN c.buyer ELSE 0 END AS buyer, sum(c.amount)::bigint AS amount FROM c GROUP BY 1) w
  WHERE b.merchant_id = %(merchant)s
  ON CONFLICT (merchant_id, budget_id, slot, buyer_id) DO UPDATE SET used = guards_budgetuse.used + excluded.used
  RETURNING 1)
SELECT count(*) FROM written
"""


def run() -> Iterator[Result]:
    names = ("guards-free", "guards-limited", "guards-floor", "guards-tight")
    free, limited, counted, tight = (new_shop(name).merchant_id for name in names)
    carried = timed(free, CARRY)
    yield Result(
        "guard_spend, 20,000 claims, no budgets", timed(free, SPEND), carried, 10.0, "ms", note="floor: carrying the arrays"
    )
    yield Result(
        "guard_verdicts, 20,000 claims, no budgets", timed(free, VERDICTS), carried, 10.0, "ms", note="approvals and breaker too"
    )
    set_budgets(limited, 10**15)
    set_budgets(counted, 10**15)
    ours, floor = timed(limited, SPEND), timed(counted, COUNT)
    same(used(limited), used(counted), "both sides count the same rows")
    yield Result("guard_spend, three budgets that fit", ours, floor, 2.0, "ms", rows={"budgetuse": used(limited)})
    set_budgets(tight, CLAIMS * 5)
    yield Result("guard_spend, budgets that do not fit", timed(tight, SPEND), floor, 4.0, "ms", note="decided one by one")


def timed(merchant_id: int, statement: str) -> float:
    """Milliseconds of the statement, the median of several days' batches, each a transaction of its own."""
    return median(once(merchant_id, statement, AS_OF + timedelta(days=day)) for day in range(ROUNDS)) * 1_000


def once(merchant_id: int, statement: str, at: datetime) -> float:
    values = {"merchant": merchant_id, "at": at, "people": BUYERS, "claims": CLAIMS}
    with scope(merchant_id), connection.cursor() as cursor:
        started = time.perf_counter()
        cursor.execute(statement, values)
        return time.perf_counter() - started


def set_budgets(merchant_id: int, limit: int) -> None:
    """All three levels; the buyers' days are never what is short."""
    with scope(merchant_id):
        for level, program, amount in (
            ("buyer_day", "", 10**15),
            ("merchant_day", "", limit),
            ("program_hour", "price_protection", limit),
        ):
            Budget.objects.create(merchant_id=merchant_id, level=level, program=program, currency="GBP", limit_amount=amount)


def used(merchant_id: int) -> int:
    with scope(merchant_id):
        return BudgetUse.objects.filter(merchant_id=merchant_id).count()
