"""A merchant who imports after the last statistics: the planner must hear of him before his first run does.

Otherwise every index that begins with the merchant looks alike, and of two that do the wrong one is read from end to end for
every price.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, connections

from bench.scratch import settled
from marketplace.tenancy.scope import scope
from orders.store import statistics
from tests import cast
from tests.engine.market import fallen_prices

pytestmark = pytest.mark.django_db(transaction=True)

LINES = 6_000
DECLARED = """
SELECT attrelid::regclass::text FROM pg_attribute WHERE attname = 'merchant_id' AND 'n_distinct=-0.01' = ANY (attoptions)
"""
CROWDED = {"store_sku", "store_buyer", "store_shoporder", "store_shoporderline", "store_refundrequest"}
CROWDED |= {"aftersales_claim", "outbox_message", "presale_balance_enrolment", "ledger_ledgertransfer"}
TABLES = ("store_shoporderline", "store_shoporder")


@pytest.fixture(autouse=True)
def no_autovacuum() -> Iterator[None]:
    """It would come to see the tables within a minute: between an import and a run in a test, too."""
    for switch in ("SET (autovacuum_enabled = off)", "RESET (autovacuum_enabled)"):
        with connections["owner"].cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} {switch}")
        if switch.startswith("SET"):
            yield


def expected_lines(folder: Path) -> int:
    """How many of a new merchant's lines the planner expects after his import."""
    fallen_prices(folder, cast.acme(), 20)
    settled()
    new = cast.other()
    fallen_prices(folder, new, LINES // 40, lines=40)
    with scope(new.id), connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) SELECT id FROM store_shoporderline WHERE merchant_id = %s", [new.id])
        return int(cursor.fetchone()[0][0]["Plan"]["Plan Rows"])


def test_the_planner_hears_of_a_large_import_at_once(tmp_path: Path) -> None:
    assert expected_lines(tmp_path) == pytest.approx(LINES, rel=0.2)


def test_control_by_itself_it_takes_a_new_merchant_for_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "FROM_ROWS", 10**9)
    assert expected_lines(tmp_path) < LINES / 10


CHECKED = "SELECT 1 FROM ONLY store_shoporder x WHERE merchant_id = $1 AND id = $2 FOR KEY SHARE OF x"


def index_of_a_reference(folder: Path) -> str:
    """By which index PostgreSQL looks for the order of a line while a new merchant's lines are stored."""
    fallen_prices(folder, cast.acme(), 1)
    settled()
    fallen_prices(folder, cast.other(), 2_000)  # too few for the import to have them analysed
    with connections["owner"].cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_generic_plan")
        cursor.execute(f"PREPARE checked (bigint, bigint) AS {CHECKED}")
        cursor.execute("EXPLAIN (FORMAT JSON) EXECUTE checked (1, 1)")
        found: str = cursor.fetchone()[0][0]["Plan"]["Plans"][0]["Index Name"]
        cursor.execute("DEALLOCATE checked; RESET plan_cache_mode")
    return found


def test_the_order_of_a_line_is_found_by_its_key(tmp_path: Path) -> None:
    assert index_of_a_reference(tmp_path) == "store_shoporder_pkey"


def test_control_where_every_merchant_had_one_order_another_index_looks_as_good(tmp_path: Path) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE store_shoporder ALTER merchant_id RESET (n_distinct)")
    try:
        assert index_of_a_reference(tmp_path) != "store_shoporder_pkey"
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("ALTER TABLE store_shoporder ALTER merchant_id SET (n_distinct = -0.01)")


def test_every_table_that_many_rows_refer_to_is_declared_so() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(DECLARED)
        assert {table for (table,) in cursor.fetchall()} == CROWDED


def test_nobody_analyses_anything_else(tmp_path: Path) -> None:
    acme = cast.acme()
    with pytest.raises(DatabaseError, match="nothing called"), scope(acme.id), connection.cursor() as cursor:
        cursor.execute("SELECT store_analyze('people')")
