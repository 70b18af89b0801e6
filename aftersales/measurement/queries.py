"""Reading experiments: who is in which arm and what became of them. One set-based statement per question."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from aftersales.measurement.metrics import Metric
from aftersales.measurement.models import Assignment, Experiment
from marketplace.kernel.errors import NotFound

#: How far back a buyer's earlier spending explains later spending (CUPED).
HISTORY_DAYS = 90
#: Buyers above which joins by nested loop are ruled out.
MANY = 300

ASSIGNED = """
assigned AS MATERIALIZED (
  SELECT a.buyer_id, a.arm, a.eligible_at, b.shop_id, s.currency
  FROM measurement_assignment a
  JOIN store_buyer b ON b.merchant_id = %(merchant)s AND b.id = a.buyer_id
  JOIN merchants_shop s ON s.merchant_id = %(merchant)s AND s.id = b.shop_id
  WHERE a.merchant_id = %(merchant)s AND a.experiment_id = %(experiment)s AND a.eligible_at <= %(as_of)s)"""

ARMS = f"""
WITH {ASSIGNED}
SELECT arm, currency, (eligible_at AT TIME ZONE %(tz)s)::date, count(*) FROM assigned GROUP BY 1, 2, 3 ORDER BY 3
"""

# The facts that count, with what the buyer had before each: a buyer who crosses zero becomes a success or stops being one, and
# (v + x)² − v² is what the fact adds to the sum of squares.
COUNTED = """
counted AS (
  SELECT f.buyer_id, a.arm, a.currency, f.at, f.value::numeric AS value,
         coalesce(sum(f.value) OVER (PARTITION BY f.buyer_id ORDER BY f.at
                                     ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS had
  FROM facts f JOIN assigned a ON a.buyer_id = f.buyer_id
  WHERE f.at >= a.eligible_at AND f.at <= %(as_of)s)"""

DAILY = f"""
WITH {ASSIGNED}, facts (buyer_id, at, value) AS MATERIALIZED ({{sql}}), {COUNTED}
SELECT arm, currency, (at AT TIME ZONE %(tz)s)::date,
       sum((had + value > 0)::int - (had > 0)::int), sum(value), sum(value * (2 * had + value))
FROM counted GROUP BY 1, 2, 3 ORDER BY 3
"""

# Every step is materialised: a subquery inside a nested loop would be computed again for each row.
# Spending before: orders paid in full before the buyer became eligible, so that nothing the program did is in them.
PAIRED = f"""
WITH {ASSIGNED}, facts (buyer_id, at, value) AS MATERIALIZED ({{sql}}),
y AS MATERIALIZED (SELECT f.buyer_id, sum(f.value)::float8 AS y FROM facts f JOIN assigned a ON a.buyer_id = f.buyer_id
      WHERE f.at >= a.eligible_at AND f.at <= %(as_of)s GROUP BY 1),
x AS MATERIALIZED (SELECT a.buyer_id, sum(o.captured_amount)::float8 AS x
      FROM assigned a JOIN store_shoporder o ON o.merchant_id = %(merchant)s AND o.buyer_id = a.buyer_id
      WHERE o.currency = a.currency AND o.paid_at < a.eligible_at AND o.paid_at >= a.eligible_at - %(history)s * interval '1 day'
        AND (o.deposit_amount IS NULL OR o.balance_paid_at < a.eligible_at)
      GROUP BY 1)
SELECT a.arm, a.currency, count(*), sum(coalesce(y, 0)), sum(coalesce(y, 0) ^ 2), sum(coalesce(x, 0)), sum(coalesce(x, 0) ^ 2),
       sum(coalesce(x, 0) * coalesce(y, 0))
FROM assigned a LEFT JOIN y USING (buyer_id) LEFT JOIN x USING (buyer_id) GROUP BY 1, 2
"""

# Last touch: everything a treated buyer did after the first message is put down to it.
LAST_TOUCH = f"""
WITH {ASSIGNED}, facts (buyer_id, at, value) AS MATERIALIZED ({{sql}}), {COUNTED},
touched AS MATERIALIZED (SELECT t.buyer_id, min(t.at) AS at FROM ({{touch}}) t (buyer_id, at, value) GROUP BY 1)
SELECT c.currency, sum(c.value), sum((c.had + c.value > 0)::int - (c.had > 0)::int)
FROM counted c JOIN touched t ON t.buyer_id = c.buyer_id WHERE c.arm = 'treatment' AND c.at >= t.at GROUP BY 1
"""

TREATED_WITH = f"""
WITH {ASSIGNED}, facts (buyer_id, at, value) AS MATERIALIZED ({{sql}})
SELECT count(*) FROM (SELECT f.buyer_id FROM facts f JOIN assigned a ON a.buyer_id = f.buyer_id
  WHERE a.arm = 'treatment' AND f.at >= a.eligible_at AND f.at <= %(as_of)s GROUP BY 1 HAVING sum(f.value) > 0) s
"""

REASONS = f"""
WITH {ASSIGNED}, facts (buyer_id, at, reason) AS MATERIALIZED ({{sql}})
SELECT f.reason, count(DISTINCT f.buyer_id) FROM facts f JOIN assigned a ON a.buyer_id = f.buyer_id
WHERE f.at <= %(as_of)s GROUP BY 1 ORDER BY 2 DESC, 1
"""


@dataclass(frozen=True)
class Study:
    """One experiment as of a moment; days are those of `tz`."""

    merchant_id: int
    experiment_id: int
    as_of: datetime
    tz: str

    def rows(self, statement: str, **pieces: str) -> list[tuple[Any, ...]]:
        """Run a statement, with metrics' SQL put in by name. Needs the merchant's scope."""
        values: dict[str, Any] = {
            "merchant": self.merchant_id, "experiment": self.experiment_id, "as_of": self.as_of, "tz": self.tz,
            "history": HISTORY_DAYS,
        }  # fmt: skip
        text = statement
        for name, sql in pieces.items():
            text = text.replace("{" + name + "}", sql)
        with connection.cursor() as cursor:
            cursor.execute(text, values)
            return list(cursor.fetchall())


@dataclass(frozen=True)
class Change:
    """What one day added to an arm: buyers who joined it, successes, value and sum of squares (minor units)."""

    arm: str
    currency: str
    day: date
    buyers: int = 0
    successes: int = 0
    total: int = 0
    squares: int = 0


def size(study: Study) -> int:
    """Buyers assigned, now or later."""
    known = Assignment.objects.filter(merchant_id=study.merchant_id, experiment_id=study.experiment_id)
    return known.count()


@contextmanager
def planned_for(buyers: int) -> Iterator[None]:
    """Plan statements for this many buyers, whatever the statistics say.

    Fresh experiments have no statistics, and the planner then takes them for a handful of rows: a nested loop over two lists of
    ten thousand is a hundred million comparisons. From `MANY` buyers on joins are hashed or merged. Inside a transaction only.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL enable_nestloop = {'off' if buyers > MANY else 'on'}")
        yield
        cursor.execute("SET LOCAL enable_nestloop = on")


def joined(study: Study) -> list[Change]:
    """Buyers by arm, currency of their shop and day of first eligibility."""
    return [Change(arm, currency, day, buyers=count) for arm, currency, day, count in study.rows(ARMS)]


def daily(study: Study, metric: Metric) -> list[Change]:
    """What a metric's facts add per day."""
    return [
        Change(arm, currency, day, successes=int(successes), total=int(total), squares=int(squares))
        for arm, currency, day, successes, total, squares in study.rows(DAILY, sql=metric.sql)
    ]


def paired(study: Study, metric: Metric) -> list[tuple[Any, ...]]:
    """Per arm and currency the sums CUPED needs: n, y, yy, x, xx, xy."""
    return study.rows(PAIRED, sql=metric.sql)


def last_touch(study: Study, metric: Metric, touch: Metric) -> dict[str, tuple[int, int]]:
    """Value and successes that last-touch attribution would claim, by currency."""
    rows = study.rows(LAST_TOUCH, sql=metric.sql, touch=touch.sql)
    return {currency: (int(total), int(successes)) for currency, total, successes in rows}


def treated_with(study: Study, metric: Metric) -> int:
    """How many treated buyers a rate is true of."""
    return int(study.rows(TREATED_WITH, sql=metric.sql)[0][0])


def reasons(study: Study, metric: Metric) -> list[tuple[str, int]]:
    """Buyers by the reason for which the program left them alone."""
    return [(str(reason), int(count)) for reason, count in study.rows(REASONS, sql=metric.sql)]


def experiments(merchant_id: int, program: str) -> list[Experiment]:
    """A program's experiments, the newest first."""
    return list(Experiment.objects.filter(merchant_id=merchant_id, program=program).order_by("-version"))


def access_experiment(*, merchant_id: int, program: str, version: int | None) -> Experiment | None:
    """The experiment of this version, or the newest; None when there is none yet. Raises NotFound for a missing version."""
    known = experiments(merchant_id, program)
    if version is None:
        return known[0] if known else None
    found = next((one for one in known if one.version == version), None)
    if found is None:
        raise NotFound("There is no such experiment.")
    return found
