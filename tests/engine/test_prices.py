"""Price feeds: where points end, what a file changes, how much memory it takes, at zones whose midnight is special."""

import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.store.prices import operations
from tests import cast
from tests.engine import doors

pytestmark = pytest.mark.django_db(transaction=True)

POINTS = """
SELECT k.code, p.amount, to_char(p.valid_from AT TIME ZONE 'UTC', 'DD HH24:MI'),
       to_char(p.valid_to AT TIME ZONE 'UTC', 'DD HH24:MI')
FROM store_pricepoint p JOIN store_sku k ON k.id = p.sku_id ORDER BY 1, p.valid_from
"""


def shop(folder: Path, *codes: str, **options: str) -> cast.Merchant:
    """A shop that sold one of each of these products."""
    acme = cast.acme(timezone="UTC", **options)
    rows = [{"order_ref": code, "sku": code, "quantity": 1, "list_unit_price": 9, "placed_at": "2026-03-01"} for code in codes]
    doors.import_orders(acme, doors.table_file(folder / "orders.csv", rows), "csv")
    return acme


def feed(acme: cast.Merchant, folder: Path, *rows: tuple[str, str, int, str], **more: str) -> dict[str, Any]:
    """Rows of (product, price, day of March, day it ends or nothing)."""
    table = [
        {"sku": sku, "price": price, "valid_from": f"2026-03-{day:02}", "valid_to": f"2026-03-{ends:0>2}" if ends else "", **more}
        for sku, price, day, ends in rows
    ]
    return doors.import_prices(acme, doors.table_file(folder / "prices.csv", table))


def test_a_price_holds_until_the_next_one_whichever_comes_first(tmp_path: Path) -> None:
    acme = shop(tmp_path, "A", "B")
    feed(acme, tmp_path, ("A", "10", 2, ""), ("B", "5", 2, ""))
    tally = feed(acme, tmp_path, ("A", "8", 5, ""), ("A", "7", 6, ""))
    assert (tally["points_written"], tally["points_ended"]) == (2, 1)
    feed(acme, tmp_path, ("A", "9", 4, ""))
    assert doors.rows(acme, POINTS) == [
        ("A", 1000, "02 00:00", "04 00:00"),
        ("A", 900, "04 00:00", "05 00:00"),
        ("A", 800, "05 00:00", "06 00:00"),
        ("A", 700, "06 00:00", None),
        ("B", 500, "02 00:00", None),
    ]


def test_a_price_with_an_end_inside_another_does_not_end_it(tmp_path: Path) -> None:
    acme = shop(tmp_path, "A")
    feed(acme, tmp_path, ("A", "10", 2, ""), ("A", "6", 4, "5"))
    feed(acme, tmp_path, ("A", "9", 8, "10"), ("A", "7", 9, "12"))
    assert [row[1:] for row in doors.rows(acme, POINTS)] == [
        (1000, "02 00:00", None),
        (600, "04 00:00", "05 00:00"),
        (900, "08 00:00", "09 00:00"),
        (700, "09 00:00", "12 00:00"),
    ]


def test_the_same_file_twice_writes_nothing_and_a_corrected_one_what_changed(tmp_path: Path) -> None:
    acme = shop(tmp_path, "A", "B")
    rows = [("A", "10", 2, ""), ("A", "8", 4, ""), ("B", "5", 2, "9"), ("A", "7", 4, "")]
    assert feed(acme, tmp_path, *rows)["points_written"] == 3, "of a point that is told twice the later row counts"
    again = feed(acme, tmp_path, *rows)
    assert (again["points_written"], again["points_ended"], again["unchanged"]) == (0, 0, 4)
    assert feed(acme, tmp_path, ("A", "8", 4, ""), ("B", "5", 2, "8"))["points_written"] == 2
    assert [row[1:] for row in doors.rows(acme, POINTS)] == [
        (1000, "02 00:00", "04 00:00"), (800, "04 00:00", None), (500, "02 00:00", "08 00:00"),
    ]  # fmt: skip


def test_tiers_sources_and_shops_do_not_end_each_other(tmp_path: Path) -> None:
    acme, other = shop(tmp_path, "A"), cast.other()
    feed(acme, tmp_path, ("A", "10", 2, ""))
    feed(acme, tmp_path, ("A", "8", 4, ""), tier="gold")
    feed(acme, tmp_path, ("A", "7", 5, ""), source="promo")
    assert feed(other, tmp_path, ("A", "1", 3, ""))["broken"] == [{"row": 1, "reason": "unknown_sku"}]
    assert [row[3] for row in doors.rows(acme, POINTS)] == [None, None, None]


def told(rows: list[tuple[str, int]]) -> dict[int, tuple[str, int | None]]:
    """Start → (price, end) of one product's open-ended prices: the last word on each day counts."""
    last = {day: price for price, day in rows}
    days = sorted(last)
    return {day: (last[day], days[n + 1] if n + 1 < len(days) else None) for n, day in enumerate(days)}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 28)), min_size=1, max_size=6), min_size=1, max_size=4))
def test_files_in_any_order_give_the_timeline_of_all_their_rows(files: list[list[tuple[int, int]]], tmp_path: Path) -> None:
    acme = shop(tmp_path, "A")
    doors.rows(acme, "DELETE FROM store_pricepoint RETURNING id")
    for rows in files:
        feed(acme, tmp_path, *(("A", str(price), day, "") for price, day in rows))
    everything = told([(str(price * 100), day) for rows in files for price, day in rows])
    found = {
        int(start[:2]): (str(amount), int(end[:2]) if end else None) for _sku, amount, start, end in doors.rows(acme, POINTS)
    }
    assert found == everything


def test_memory_does_not_grow_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "CHUNK", 1_000)
    acme, peaks = shop(tmp_path, "A"), []
    for days in (28, 28, 28 * 20):
        minutes = ((day, minute) for day in range(days // 20 or 1) for minute in range(0, 1_440, 4 if days > 28 else 80))
        rows = [
            {"sku": "A", "price": "8", "valid_from": f"2026-03-{1 + day % 28:02}T{m // 60:02}:{m % 60:02}"} for day, m in minutes
        ]
        path = doors.table_file(tmp_path / "prices.csv", rows)
        tracemalloc.start()
        doors.import_prices(acme, path)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert len(rows) > 10_000
    assert peaks[2] - peaks[1] < 3_000_000


# Zones whose midnight is skipped or comes twice.

MIDNIGHTS = [
    ("Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00+00:00"),  # clocks go from 24:00 to 01:00: the day begins at 01:00
    ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00+00:00"),  # the same
    ("America/Havana", "2026-11-01", "2026-11-01T04:00:00+00:00"),  # 00:00 comes twice: the day begins with the first
    ("America/Havana", "2026-03-08", "2026-03-08T05:00:00+00:00"),  # skipped
    ("Asia/Shanghai", "2026-03-29", "2026-03-28T16:00:00+00:00"),
]


@pytest.mark.parametrize(("zone", "day", "begins"), MIDNIGHTS)
def test_a_day_begins_at_one_moment_wherever_midnight_is_special(zone: str, day: str, begins: str, tmp_path: Path) -> None:
    acme, at = cast.acme(timezone=zone), doors.moment(begins)
    rows = [{"order_ref": "1", "sku": "A", "quantity": 1, "list_unit_price": 9, "placed_at": f"{day}T00:00:00"}]
    doors.import_orders(acme, doors.table_file(tmp_path / "orders.csv", rows), "csv")
    doors.import_prices(acme, doors.table_file(tmp_path / "p.csv", [{"sku": "A", "price": "8", "valid_from": day}]))
    assert doors.one(acme, "SELECT placed_at FROM store_shoporder") == at
    assert doors.one(acme, "SELECT valid_from FROM store_pricepoint") == at
    assert doors.one(acme, f"SELECT (placed_at AT TIME ZONE '{zone}')::date::text FROM store_shoporder") == day


@pytest.mark.parametrize(("zone", "day", "_begins"), MIDNIGHTS)
def test_an_observed_price_holds_for_exactly_its_local_day(zone: str, day: str, _begins: str, tmp_path: Path) -> None:
    """Bought in the first and the last minute of the day, and around it: none falls out, none is counted twice."""
    acme = cast.acme(timezone=zone)
    rows = [
        {"order_ref": f"{n}", "sku": "A", "quantity": 1, "list_unit_price": 9, "placed_at": f"{day}T{time}", "buyer_ref": "B"}
        for n, time in enumerate(("00:00:00", "23:59:59", "12:00:00"))
    ]
    doors.import_orders(acme, doors.table_file(tmp_path / "orders.csv", rows), "csv")
    doors.command("derive_prices", "--shop", acme.shop_name, "--rule", "public-price")
    held = """SELECT count(*) FROM store_shoporder o
              JOIN store_pricepoint p ON p.valid_from <= o.placed_at AND o.placed_at < p.valid_to"""
    assert (doors.one(acme, "SELECT count(*) FROM store_pricepoint"), doors.one(acme, held)) == (1, 3)
    length = "SELECT extract(epoch FROM valid_to - valid_from)::int / 3600 FROM store_pricepoint"
    assert doors.one(acme, length) == (24 if "Shanghai" in zone else 25 if day == "2026-11-01" else 23)
