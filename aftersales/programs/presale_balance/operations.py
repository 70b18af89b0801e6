"""Presale reminders' part of a run: hear what became of messages and orders, enrol, plan what is due.

Called by the runner, which owns the run row and holds the program's lock of the merchant. Each part selects its work once, into a
temporary table, and carries it out in chunks of one transaction each: killed anywhere, the next run finds the rest. Even without
the lock nothing is doubled: enrolments are unique per order, touches per enrolment, step and plan, messages per touch.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from aftersales.measurement.operations import current_experiment
from aftersales.programs.contract import RunContext
from aftersales.programs.presale_balance import statements
from aftersales.programs.presale_balance.outcome import Outcome
from aftersales.programs.presale_balance.previewing import preview_rows
from aftersales.programs.presale_balance.queries import closed_channels, planned_rates, presale_orders, sent_after_paid
from aftersales.programs.presale_balance.rules import LARGE_SHOP_ORDERS, PROGRAM, holdout_ppm
from marketplace.tenancy.scope import scope

CHUNK = 20_000


def run(context: RunContext) -> Outcome:
    """One pass. Each chunk is one transaction, except in a preview, where the runner rolls everything back."""
    with scope(context.merchant_id):
        closed, rates = (
            closed_channels(context.merchant_id),
            planned_rates(context.merchant_id, context.settings["quiet_channels"]),
        )
    outcome, values = Outcome(), statements.parameters(context, closed=closed, rates=rates)
    _collect(context, values, outcome)
    _follow(context, values, outcome)
    _enrol(context, values, outcome)
    if context.dry_run:
        with scope(context.merchant_id):
            outcome.by_hour, outcome.samples = preview_rows(context, values)
    _plan(context, values, outcome)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.presale_work, pg_temp.presale_passed")
    with scope(context.merchant_id):
        outcome.sent_after_paid = sent_after_paid(context.merchant_id)
    return outcome


def _select(context: RunContext, statement: str, values: dict[str, Any]) -> int:
    """Fill the table of work anew, in the order of places; how many rows it has."""
    with scope(context.merchant_id), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.presale_work")
        cursor.execute(statement, values)
        found = int(cursor.rowcount)
        if found > CHUNK:
            cursor.execute("CREATE INDEX ON presale_work USING brin (place) WITH (pages_per_range = 8)")
        if found:
            cursor.execute("ANALYZE presale_work (place)")
        return found


def _chunks(context: RunContext, rows: int, values: dict[str, Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """A transaction and its range of places, for every chunk."""
    for lo in range(0, rows, CHUNK):
        with scope(context.merchant_id), connection.cursor() as cursor:
            yield cursor, {**values, "lo": lo, "hi": lo + CHUNK}


def _collect(context: RunContext, values: dict[str, Any], outcome: Outcome) -> None:
    """Note what became of the messages."""
    for cursor, chunk in _chunks(context, _select(context, statements.COLLECT, values), values):
        cursor.execute(statements.COLLECTED, chunk)
        sent, reasons = cursor.fetchone()
        outcome.sent += sent
        outcome.suppressed.update(json.loads(reasons))


def _follow(context: RunContext, values: dict[str, Any], outcome: Outcome) -> None:
    """Follow the order store: payments, cancellations, refunds, opt-outs, moved and ended windows."""
    for cursor, chunk in _chunks(context, _select(context, statements.CHANGED, values), values):
        cursor.execute(statements.UNPLAN, chunk)
        cursor.execute(statements.APPLY, chunk)
        outcome.moved.update(json.loads(cursor.fetchone()[0]))


def _enrol(context: RunContext, values: dict[str, Any], outcome: Outcome) -> None:
    """Take up new orders; their buyers are assigned once and for good."""
    rows = _select(context, statements.FRESH, values)
    if not rows:
        return
    with scope(context.merchant_id):
        share = holdout_ppm(context.settings, orders=presale_orders(context.merchant_id, up_to=LARGE_SHOP_ORDERS + 1))
        experiment = current_experiment(
            merchant_id=context.merchant_id, program=PROGRAM, holdout_ppm=share, by=context.by, at=context.as_of
        )
    arms = {"experiment": experiment.pk, "seed": experiment.seed, "holdout_ppm": experiment.holdout_ppm}
    for cursor, chunk in _chunks(context, rows, values | arms):
        cursor.execute(statements.ENROL, chunk)
        states, reasons = cursor.fetchone()
        outcome.enrol(json.loads(states), json.loads(reasons))


def _plan(context: RunContext, values: dict[str, Any], outcome: Outcome) -> None:
    """Enqueue the touches that are due up to the horizon, a buyer's orders in one message."""
    until = _until(context, values)
    rows = _select(context, statements.DUE, values | {"until": until})
    if not rows:
        return
    if values["limited"]:
        _spread(context, values, is_crowded=until > values["horizon"])
    plan = _plan_statement(context, values)
    for cursor, chunk in _chunks(context, rows, values):
        cursor.execute(plan, chunk)
        touches, messages, reasons, steps = cursor.fetchone()
        outcome.touches += touches
        outcome.messages += messages
        outcome.suppressed.update(json.loads(reasons))
        outcome.by_step.update(json.loads(steps))


def _until(context: RunContext, values: dict[str, Any]) -> datetime:
    """How far ahead last reminders are looked for: beyond the horizon when more of them wait than leave in their last minute."""
    until: datetime = values["horizon"]
    if values["limited"]:
        with scope(context.merchant_id), connection.cursor() as cursor:
            cursor.execute(statements.AHEAD, values)
            waiting = int(cursor.fetchone()[0])
        slowest = min(json.loads(values["rates"]).values())
        until = max(until, values["soon"] + timedelta(minutes=max(0, -(-waiting // slowest) - 1)))
    return until


def _spread(context: RunContext, values: dict[str, Any], *, is_crowded: bool) -> None:
    """Give every last reminder a minute in which its channel can still send it."""
    with scope(context.merchant_id), connection.cursor() as cursor:
        cursor.execute(statements.MAY_CROWD, values)
        if is_crowded or cursor.fetchone()[0]:
            cursor.execute(statements.SPREAD, values)


def _plan_statement(context: RunContext, values: dict[str, Any]) -> str:
    """The statement of a chunk; steps that are passed over have their own table, when there are any."""
    with scope(context.merchant_id), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.presale_passed")
        cursor.execute(statements.PASSED, values)
        if not cursor.rowcount:
            return statements.PLAN
        cursor.execute("ANALYZE presale_passed")
        return statements.PLAN_WITH_PASSED
