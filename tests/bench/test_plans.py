"""Gates on plans and pages, never on milliseconds: price protection must not read history it does not need."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from aftersales.programs.refund_retention.lifecycle import HASHED, STATEMENTS
from bench.growth import pages, selection_plan
from bench.outbox import FILL
from bench.protection import protect
from bench.retention import retain, shop_with_requests
from bench.scratch import new_shop, settled
from bench.world import AS_OF, shop_with_drop
from marketplace.outbox.delivery import claiming
from marketplace.tenancy.scope import scope

AFFECTED = 1_900


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


@pytest.mark.django_db(transaction=True)
def test_a_longer_history_costs_no_more_pages_per_affected_row() -> None:
    shops = [shop_with_drop(f"history-{lines}", lines=lines, affected=AFFECTED) for lines in (20_000, 60_000)]
    settled()
    short, long = (selection_plan(shop.merchant_id) for shop in shops)
    assert short["Actual Rows"] == long["Actual Rows"] == AFFECTED
    assert pages(long) <= 1.2 * pages(short)


@pytest.mark.django_db(transaction=True)
def test_deliveries_are_read_by_a_range_of_their_index() -> None:
    shop = shop_with_drop("plan", lines=20_000, affected=AFFECTED)
    settled()
    read = [node for node in nodes(selection_plan(shop.merchant_id)) if node.get("Relation Name") == "store_shoporderline"]
    by_delivery = next(node for node in read if node.get("Index Name") == "line_by_sku_delivered")
    assert "delivered_bound >=" in by_delivery["Index Cond"]
    assert "delivered_bound <=" in by_delivery["Index Cond"]
    assert all(node.get("Index Name") for node in read), "no pass over all order lines"


@pytest.mark.django_db(transaction=True)
def test_claims_made_since_the_last_statistics_are_looked_up_line_by_line() -> None:
    """A second run reads as much per line as there is to read, also while the planner takes the claims for none at all."""
    shop = shop_with_drop("stale", lines=6_000, affected=AFFECTED)
    settled()
    protect(shop)
    plan = selection_plan(shop.merchant_id)
    assert plan["Actual Rows"] == AFFECTED
    assert pages(plan) <= 40 * AFFECTED


@pytest.mark.django_db(transaction=True)
def test_cases_made_since_the_last_statistics_are_not_compared_with_each_other() -> None:
    """Moving cases on looks up requests, messages and payments by key; no statement joins two sets by comparing every pair."""
    shop = shop_with_requests("fresh", requests=500)
    settled()
    retain(shop)
    values = {"merchant": shop.merchant_id, "at": AS_OF, "case": None}
    for name, statement in STATEMENTS.items():
        with scope(shop.merchant_id), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL enable_nestloop = {'off' if name in HASHED else 'on'}")
            cursor.execute("EXPLAIN (FORMAT JSON) " + statement.replace("{one}", ""), values)
            (plan,) = cursor.fetchone()[0]
        compared = [node.get("Join Filter", "") for node in nodes(plan["Plan"]) if node["Node Type"] == "Nested Loop"]
        # A condition on what was computed for a row may be checked there; keys may not be compared pair by pair.
        pairs = [each for each in compared if ".id = " in each or "_id = " in each or "effect_key" in each]
        assert pairs == [], name


@pytest.mark.django_db(transaction=True)
def test_a_batch_of_messages_is_read_and_found_again_by_index() -> None:
    """However much is due of a merchant the planner never heard of: nothing is sorted, nothing is hashed."""
    settled()
    merchant_id = new_shop("queue").merchant_id
    with scope(merchant_id), connection.cursor() as cursor:
        cursor.execute(FILL, {"merchant": merchant_id, "count": 3_000})
    values = {"merchant": merchant_id, "channel": "email", "token": str(uuid4()), "limit": 100, "lease": claiming.LEASE}
    with scope(merchant_id), connection.cursor() as cursor:
        cursor.execute(f"{claiming.BY_INDEX}; EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {claiming.CLAIM}", values)
        (plan,) = cursor.fetchone()[0]
    kinds = {node["Node Type"] for node in nodes(plan["Plan"])}
    assert plan["Plan"]["Actual Rows"] == 100
    assert kinds & {"Sort", "Hash Join", "Merge Join", "Seq Scan"} == set()
