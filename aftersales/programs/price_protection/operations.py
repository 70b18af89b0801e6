"""Price protection's part of a run: decide once, then claim in chunks.

Called by the runner, which owns the run row and holds the merchant's program lock, so that no other claim of the merchant is
made between decision and claim. What can still change meanwhile is the order store; `claim.sql` re-checks the revisions.
"""

import json
from collections import Counter
from typing import Any

from django.db import connection

from aftersales.guards.queries import refuse_killed
from aftersales.programs.contract import RunContext
from aftersales.programs.price_protection import rules
from aftersales.programs.price_protection.claiming import claim_sql
from aftersales.programs.price_protection.outcome import Outcome
from aftersales.programs.price_protection.selection import REFUSE, Facts, decided_sql, facts_of, parameters
from aftersales.programs.price_protection.windows import asked_at, window_values
from marketplace.tenancy.scope import scope

CHUNK = 10_000
#: What one sort of the decision may keep in memory before it goes to disk, whatever the server's setting.
MEMORY = "SET LOCAL work_mem = '4MB'; SET LOCAL maintenance_work_mem = '4MB'"
BY_CODE = "SELECT reason, count(*) FROM decided WHERE state = 'refused' GROUP BY reason"
TOTAL = "SELECT count(*), count(*) FILTER (WHERE state <> 'refused') FROM decided"
BY_DAY = """
SELECT (valid_from AT TIME ZONE %(tz)s)::date::text, count(*), sum(amount)::bigint
FROM decided WHERE state = 'reserved' GROUP BY 1 ORDER BY 1
"""
LARGEST = """
SELECT jsonb_build_object('line_id', line_id, 'amount', amount, 'units', units, 'state', state, 'reason', reason, 'inputs',
         jsonb_build_object('price', price, 'paid_amount', paid_amount, 'basis', basis, 'current', cost_now,
                            'difference', difference))
FROM decided WHERE state <> 'refused' ORDER BY amount DESC, line_id LIMIT 10
"""


HOLD_PRODUCTS = """
INSERT INTO guards_skuhold (merchant_id, sku_id, program, currency, price, facts)
SELECT %(merchant)s, sku_id, 'price_protection', price_currency, price,
       jsonb_build_object('paid', max(div(paid_amount, quantity)), 'lines', count(*))
FROM decided WHERE state = 'held' AND is_suspect GROUP BY sku_id, price_currency, price
ON CONFLICT (merchant_id, sku_id, currency, price) DO NOTHING
"""
WHOLE_BATCH = """
SELECT guard_batch(%(merchant)s, 'price_protection', %(run)s, currency, sum(amount), %(at)s)
FROM decided WHERE state = 'reserved' GROUP BY currency
"""
ASK = "SELECT guard_ask(%(merchant)s, 'price_protection', %(run)s, %(at)s)"


def decide(context: RunContext, facts: Facts | None = None) -> tuple[int, int]:
    """Fill the temporary table `decided`; returns the lines seen and those that are not refused. Needs the merchant's scope."""
    known = facts or facts_of(context.merchant_id)
    narrowed = {"order": context.order_id, "skus": list(context.sku_ids)}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.decided")
        cursor.execute(MEMORY)
        cursor.execute(
            decided_sql(context.settings, keep=True, single=context.order_id is not None, facts=known),
            parameters(
                context.settings,
                merchant_id=context.merchant_id,
                shop_id=context.shop_id,
                as_of=context.as_of,
                asked_at=asked_at(context),
            )
            | narrowed,
        )
        cursor.execute(TOTAL)
        seen, wanted = cursor.fetchone()
        if wanted:
            cursor.execute("ANALYZE decided (place, line_id, order_id, state)")
        if wanted and seen > CHUNK:
            cursor.execute("CREATE INDEX ON decided (place)")
    return int(seen), int(wanted)


def run(context: RunContext) -> Outcome:
    """Decide and claim. Each chunk is one transaction, except in a preview, where the runner rolls everything back.

    A preview leaves the guards out. Raises ProgramKilled between chunks when somebody stops the program.
    """
    with scope(context.merchant_id):
        facts = facts_of(context.merchant_id)
        seen, wanted = decide(context, facts)
        outcome = Outcome(lines_seen=seen, refused=_refusals(), by_day=_by_day(context), largest=_largest(context))
        if not context.dry_run:
            _announce(context)
    for lo in range(0, seen if wanted else 0, CHUNK):
        with scope(context.merchant_id):
            _claim_chunk(context, facts, outcome, lo)
    if context.order_id is not None and not context.dry_run:
        with scope(context.merchant_id):
            outcome.refused = _refuse_lines(context)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.decided")
    return outcome


def _announce(context: RunContext) -> None:
    """Tell the guards before the first claim: products whose price looks like a mistake, and how much the run would pay."""
    refuse_killed(context.merchant_id, rules.PROGRAM)
    values: dict[str, Any] = {"merchant": context.merchant_id, "run": context.run_id, "at": context.at}
    with connection.cursor() as cursor:
        cursor.execute(HOLD_PRODUCTS, values)
        cursor.execute(WHOLE_BATCH, values)


def _claim_chunk(context: RunContext, facts: Facts, outcome: Outcome, lo: int) -> None:
    values: dict[str, Any] = {
        "merchant": context.merchant_id,
        "run": context.run_id,
        "policy_version": context.policy_version,
        "as_of": context.as_of,
        "as_of_text": context.as_of.isoformat(),
        "lo": lo,
        "hi": lo + CHUNK,
        "at": context.at,
        "promised_at_text": context.promised_at and context.promised_at.isoformat(),
    }
    if not context.dry_run:
        refuse_killed(context.merchant_id, rules.PROGRAM)
    with connection.cursor() as cursor:
        promised = context.promised_at is not None
        cursor.execute(claim_sql(context.settings, facts, guarded=not context.dry_run, promised=promised), values)
        booked, held, asking = cursor.fetchone()
        if asking:
            cursor.execute(ASK, values)
    outcome.add(json.loads(booked), held)


def _refuse_lines(context: RunContext) -> Counter[str]:
    """Record why each line of a single order got nothing: a buyer or agent asked, and may ask why."""
    values = {
        "merchant": context.merchant_id,
        "order": context.order_id,
        "run": context.run_id,
        "policy_version": context.policy_version,
        "as_of": context.as_of,
        "as_of_text": context.as_of.isoformat(),
        "open_at": asked_at(context),
        **window_values(context.settings),
    }
    with connection.cursor() as cursor:
        cursor.execute(REFUSE, values)
        return Counter(reason for (reason,) in cursor.fetchall())


def _refusals() -> Counter[str]:
    with connection.cursor() as cursor:
        cursor.execute(BY_CODE)
        return Counter(dict(cursor.fetchall()))


def _by_day(context: RunContext) -> list[list[Any]]:
    if not context.dry_run:
        return []
    with connection.cursor() as cursor:
        cursor.execute(BY_DAY, {"tz": context.timezone})
        return [list(row) for row in cursor.fetchall()]


def _largest(context: RunContext) -> list[dict[str, Any]]:
    """The largest amounts of a preview, for the page that shows it."""
    if not context.dry_run:
        return []
    with connection.cursor() as cursor:
        cursor.execute(LARGEST)
        return [json.loads(found) for (found,) in cursor.fetchall()]
