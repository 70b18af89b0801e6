"""Transfers a second through the ledger's door, against hand-written transactions of bare SQL on the same tables.

Both sides write the same rows, one transaction a transfer, over one connection, with the same triggers and constraints. The floor
asks nothing: not whose money it is, which way it takes, whether the key was used before, or whether a balance suffices.
"""

import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

from django.db import connections, transaction

from bench.result import Result
from bench.scratch import floor_sql, new_shop, same
from bench.world import AS_OF
from marketplace.accounts.operations import create_organization
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.escrow import operations as escrow
from orders.escrow.books import MERCHANT, Leg, post
from orders.escrow.models import Deal

TRANSFERS, ROUNDS = 300, 7
FLOOR = floor_sql("transfer.sql")
#: 60 % of the floor's transfers a second.
TARGET = 1 / 0.6


def run() -> Iterator[Result]:
    ours, floor = Book("ledger-ours"), Book("ledger-floor")
    sides = ours.through_the_door, floor.bare
    for side in sides:
        per_transfer(side, -1)  # caches and plans of both
    times = [[per_transfer(side, number) for side in sides] for number in range(ROUNDS)]
    taken, bare = (median(column) for column in zip(*times, strict=True))
    same(ours.rows(), floor.rows(), "both sides write the same rows")
    per_second = f"{1000 / taken:,.0f} transfers a second, bare SQL {1000 / bare:,.0f}: {bare / taken:.0%}"
    yield Result("ledger, one transfer a transaction", taken, bare, TARGET, "ms", rows=ours.rows(), note=per_second)
    released = median(per_transfer(ours.release, number) for number in range(ROUNDS))
    note = f"{1000 / released:,.0f} a second: deal, hold, release, four transfers and eight entries in three books, audit"
    yield Result("release of a milestone, whole operation", released, bare, 12.0, "ms", note=note)


def per_transfer(side: Callable[[str], None], number: int) -> float:
    """Milliseconds, over a round of transfers."""
    started = time.perf_counter()
    for place in range(TRANSFERS):
        side(f"{number}.{place}")
    return (time.perf_counter() - started) * 1_000 / TRANSFERS


class Book:
    """A merchant's deal with a full wallet."""

    def __init__(self, name: str) -> None:
        self.merchant_id = new_shop(name).merchant_id
        provider_id = create_organization(kind="provider", slug=f"{name}-provider", name=name, by=CLI)
        with scope(self.merchant_id):
            escrow.credit_wallet(
                merchant_id=self.merchant_id, amount=10**12, currency="CNY", key="start", kind="paid_in", at=AS_OF, by=CLI
            )
            self.deal: Deal = escrow.open_deal(
                merchant_id=self.merchant_id, provider_id=provider_id, order_id=1, number=name, title=name, category="bench",
                currency="CNY", at=AS_OF, by=CLI,
            )  # fmt: skip
            escrow.hold(deal=self.deal, key="milestone", amount=10**9, at=AS_OF, by=CLI)
        codes = "SELECT code, id FROM ledger_ledgeraccount WHERE merchant_id = %s"
        with connections["owner"].cursor() as cursor:
            cursor.execute(codes, [self.merchant_id])
            self.accounts = dict(cursor.fetchall())

    def through_the_door(self, key: str) -> None:
        with scope(self.merchant_id, durable=True):
            post(self.deal, [Leg(MERCHANT, f"hold:{key}", "escrow.held", "wallet", "escrow_held", 7)], AS_OF)

    def bare(self, key: str) -> None:
        source, target = self.accounts["wallet"], self.accounts["escrow_held"]
        values: dict[str, Any] = {
            "merchant": self.merchant_id, "key": f"deal:{self.deal.pk}:hold:{key}", "amount": 7, "at": AS_OF, "source": source,
            "target": target, "accounts": [source, target],
        }  # fmt: skip
        with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
            for statement in FLOOR:
                cursor.execute(statement, values)

    def release(self, key: str) -> None:
        with scope(self.merchant_id, durable=True):
            escrow.release(deal=self.deal, hold_key="milestone", key=key, amount=1_000, at=AS_OF, by=CLI)

    def rows(self) -> dict[str, int]:
        found = {}
        with connections["owner"].cursor() as cursor:
            for table in ("ledgertransfer", "ledgerentry"):
                cursor.execute(f"SELECT count(*) FROM ledger_{table} WHERE merchant_id = %s", [self.merchant_id])
                (found[table],) = cursor.fetchone()
        return found
