"""Refund retention's part of a run: decide in chunks, move cases on, pay goodwill.

Called by the runner, which owns the run row and holds the merchant's lock on money. Each chunk is a transaction of its own; what
a killed run has not decided, the next one finds undecided.
"""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from aftersales.guards.queries import is_killed
from aftersales.payouts.reserving import PAYING, SPLIT, UNSPLIT, WHOLE
from aftersales.programs.contract import RunContext
from aftersales.programs.refund_retention.deciding import Decider, decide_chunk
from aftersales.programs.refund_retention.lifecycle import AFTER_PAY, BEFORE_PAY, advance, take_turns
from aftersales.programs.refund_retention.outcome import Outcome
from aftersales.programs.refund_retention.price_offers import settle_price_offers
from aftersales.programs.refund_retention.rules import PROGRAM
from aftersales.programs.refund_retention.selection import ASK, statement
from marketplace.tenancy.scope import scope

CHUNK, PAY_CHUNK = 20_000, 1_000
# Split over the order's means of payment as every claim is.
PAY = statement("pay.sql").format(
    parts=WHOLE.format(method="''", unsplit=UNSPLIT.format(is_whole="false")) + SPLIT.format(is_whole="false") + "),",
    paying=PAYING.format(program=PROGRAM, count="count(DISTINCT claim_id)", moment="%(at)s"),
)
# A large goodwill that is held waits for a second person.
REQUEST = "SELECT guard_ask(%(merchant)s, 'refund_retention', %(run)s, %(at)s)"
FACTS = """
SELECT count(*), count(buyer_text), array_agg(DISTINCT reason_code), array_agg(DISTINCT currency) FROM asked
"""
TEXTS = "SELECT request_id, buyer_text FROM asked WHERE place > %s AND place <= %s AND buyer_text IS NOT NULL ORDER BY place"


def run(context: RunContext) -> Outcome:
    """Move cases on as of the run's moment, decide what is undecided, book goodwill that is due, and settle."""
    outcome = Outcome()
    with scope(context.merchant_id):
        stopped = is_killed(context.merchant_id, PROGRAM)
    outcome.moved += advance(context.merchant_id, BEFORE_PAY, at=context.as_of)
    if not stopped:
        _decide_all(context, outcome)
        _pay_all(context, outcome)
        if not context.dry_run:
            claimed = settle_price_offers(merchant_id=context.merchant_id, at=context.as_of, by=context.by)
            outcome.moved["price_protection"] += claimed
    outcome.moved += advance(context.merchant_id, AFTER_PAY, at=context.as_of)
    return outcome


def _decide_all(context: RunContext, outcome: Outcome) -> None:
    decider = Decider(context.merchant_id, context.settings, context.policy_version, context.run_id, context.as_of, context.by)
    with scope(context.merchant_id):
        count, texts, codes, currencies = _ask(context)
        values = decider.values(codes=codes, currencies=currencies) if count else {}
    for lo in range(0, count, CHUNK):
        with scope(context.merchant_id):
            if is_killed(context.merchant_id, PROGRAM):
                break
            said = _texts(lo, lo + CHUNK) if texts else []
            outcome.decided(decide_chunk(values, said, lo, lo + CHUNK))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.asked")


def _ask(context: RunContext) -> tuple[int, int, list[str], list[str]]:
    """Fill the temporary table `asked`; returns how many requests, how many with words, and which reasons and currencies."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.asked")
        cursor.execute(ASK, {"merchant": context.merchant_id, "as_of": context.as_of, "shop": context.shop_id})
        cursor.execute("ANALYZE asked")
        cursor.execute(FACTS)
        count, texts, codes, currencies = cursor.fetchone()
    return count, texts, codes or [], currencies or []


def _texts(lo: int, hi: int) -> Sequence[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(TEXTS, [lo, hi])
        found: list[tuple[int, str]] = cursor.fetchall()
    return found


def _pay_all(context: RunContext, outcome: Outcome) -> None:
    values: dict[str, Any] = {
        "merchant": context.merchant_id,
        "run": context.run_id,
        "at": context.as_of,
        "at_text": context.as_of.isoformat(),
        "limit": PAY_CHUNK,
    }
    moved = PAY_CHUNK
    while moved == PAY_CHUNK:
        with scope(context.merchant_id), connection.cursor() as cursor:
            if is_killed(context.merchant_id, PROGRAM):
                return
            take_turns(context.merchant_id)
            cursor.execute(PAY, values)
            moved, held, booked = cursor.fetchone()
            if held:
                cursor.execute(REQUEST, values)
        outcome.paid(held, json.loads(booked))
        outcome.moved["paid"] += moved
