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


def test_nobody_analyses_anything_else(tmp_path: Path) -> None:
    acme = cast.acme()
    with pytest.raises(DatabaseError, match="nothing called"), scope(acme.id), connection.cursor() as cursor:
        cursor.execute("SELECT store_analyze('people')")
