"""A real shop's year of refund requests, replayed day by day: each decided once, on its day, and counted again independently.

The file has no reasons, no words and no outcomes: every card is the neutral one, nobody answers, and every hold ends by itself.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from aftersales.programs.refund_retention.rules import DEFAULTS, PROGRAM
from aftersales.programs.registry import program_named
from aftersales.programs.runner import run
from marketplace.kernel.money import largest_remainder
from marketplace.tenancy.actor import CLI
from tests import cast, database
from tests.data import data_file
from tests.engine import doors

pytestmark = [pytest.mark.data, pytest.mark.timeout(900)]

SHEET = "online_retail/online_retail_II_sheet1_2009-12_2010-12.csv.gz"
REQUESTS = """
SELECT r.id, r.buyer_id, b.external_ref, r.requested_at, a.line_id, a.quantity, l.quantity, l.returned_quantity, l.paid_amount
FROM store_refundrequest r
LEFT JOIN store_buyer b ON b.id = r.buyer_id
LEFT JOIN store_refundallocation a ON a.request_id = r.id
LEFT JOIN store_shoporderline l ON l.id = a.line_id
ORDER BY r.requested_at, r.id
"""
CASES = "SELECT request_id, state, reason, arm, offer, offer_amount, asked_amount FROM refund_retention_retentioncase"


@pytest.fixture(scope="module")
def acme(django_db_setup: None, django_db_blocker: Any) -> Iterator[cast.Merchant]:
    with django_db_blocker.unblock():
        yield cast.acme()
        database.flush()


@pytest.fixture(scope="module")
def days(acme: cast.Merchant) -> dict[datetime, dict[str, Any]]:
    """What each day's run reported, from the first request to two days after the last."""
    doors.import_orders(acme, data_file(SHEET), "online-retail")
    ((first, last),) = doors.rows(acme, "SELECT min(requested_at), max(requested_at) FROM store_refundrequest")
    day, told = first.replace(hour=0, minute=0) + timedelta(days=1), {}
    while day <= last + timedelta(days=2):
        done = run(
            program=program_named(PROGRAM), merchant_id=acme.id, shop=acme.shop, settings=DEFAULTS, as_of=day, by=CLI, at=day,
            dry_run=False,
        )  # fmt: skip
        told[day] = done.counts
        day += timedelta(days=1)
    return told


def test_every_request_is_decided_exactly_once_on_its_own_day(acme: cast.Merchant, days: dict[datetime, Any]) -> None:
    assert sum(counts["requests"] for counts in days.values()) == 9_581
    assert doors.rows(acme, "SELECT count(*), count(DISTINCT request_id) FROM refund_retention_retentioncase") == [(9_581, 9_581)]
    late = """SELECT count(*) FROM refund_retention_retentioncase
              WHERE created_at < requested_at OR created_at > requested_at + interval '1 day'"""
    assert doors.rows(acme, late) == [(0,)]


def test_no_hold_is_beyond_its_deadline_and_each_ended_by_itself(acme: cast.Merchant, days: dict[datetime, Any]) -> None:
    beyond = """SELECT count(*) FROM refund_retention_retentioncase
                WHERE hold_until > deadline_at OR hold_until > created_at + interval '30 minutes'"""
    assert doors.rows(acme, beyond) == [(0,)]
    held = """SELECT state, reason, bool_and(released_at = hold_until) FROM refund_retention_retentioncase
              WHERE hold_until IS NOT NULL GROUP BY 1, 2"""
    assert doors.rows(acme, held) == [("timed_out", "HOLD_OVER", True)]


def test_a_second_pass_decides_nothing(acme: cast.Merchant, days: dict[datetime, Any]) -> None:
    done = run(
        program=program_named(PROGRAM), merchant_id=acme.id, shop=acme.shop, settings=DEFAULTS, as_of=max(days), by=CLI,
        at=max(days), dry_run=False,
    )  # fmt: skip
    assert (done.counts["requests"], done.counts["moved"]) == (0, {})


def test_totals_equal_an_independent_recount(acme: cast.Merchant, days: dict[datetime, Any]) -> None:
    wanted = recount(doors.rows(acme, REQUESTS))
    found = {request: list(facts) for request, *facts in doors.rows(acme, CASES)}
    assert total(found) == total(wanted)
    assert found == wanted


def test_the_assignments_are_those_of_the_hash(acme: cast.Merchant, days: dict[datetime, Any]) -> None:
    rows = doors.rows(acme, "SELECT b.external_ref, a.arm FROM measurement_assignment a JOIN store_buyer b ON b.id = a.buyer_id")
    assert rows
    assert dict(rows) == {ref: arm_of(ref) for ref, _arm in rows}


def total(cases: dict[int, list[Any]]) -> dict[tuple[str, str], tuple[int, int]]:
    """Cases and what was asked back, by state and reason."""
    counts: Counter[tuple[str, str]] = Counter()
    amounts: Counter[tuple[str, str]] = Counter()
    for state, reason, _arm, _offer, _money, worth in cases.values():
        counts[state, reason] += 1
        amounts[state, reason] += worth
    return {key: (counts[key], amounts[key]) for key in counts}


def recount(rows: list[tuple[Any, ...]]) -> dict[int, list[Any]]:
    """The rules once more, request by request: state, reason, arm, offer, money, paid for what is asked back."""
    parts: dict[int, list[tuple[Any, ...]]] = {}
    for row in rows:
        parts.setdefault(row[0], []).append(row)
    seen: set[int] = set()
    return {request: judged(found, seen) for request, found in parts.items()}


def judged(rows: list[tuple[Any, ...]], seen: set[int]) -> list[Any]:
    """One request with its share of each line; `seen` are the lines of earlier requests."""
    _request, buyer, ref = rows[0][:3]
    lines = {row[4] for row in rows if row[4] is not None}
    second, worth = bool(lines & seen), sum(worth_of(*row[5:]) for row in rows if row[4] is not None)
    seen |= lines
    if buyer is None:
        return ["not_eligible", "NO_BUYER", "", "", 0, worth]
    if not lines:
        return ["not_eligible", "NO_PURCHASE", "", "", 0, worth]
    if second:
        return ["not_eligible", "SECOND_REQUEST", "", "", 0, worth]
    if arm_of(ref) == "holdout":
        return ["holdout", "HOLDOUT", "holdout", "", 0, worth]
    return ["timed_out", "HOLD_OVER", "treatment", "neutral", 0, worth]


def worth_of(units: int, bought: int, returned: int, paid: int) -> int:
    """What the units asked back were paid: the cheapest unit shares leave first."""
    shares = sorted(largest_remainder(paid, [1] * bought), reverse=True)
    staying = max(min(bought - returned, bought - units), 0)
    return sum(shares[staying : staying + units])


def arm_of(ref: str) -> str:
    """The split of PROGRAMS §4, written once more: 20 % of buyers by a hash of a hash."""
    seed = "acme:refund_retention:1"
    return "holdout" if fnv(str(fnv(seed + ref))) % 10_000 < 2_000 else "treatment"


def fnv(text: str) -> int:
    """FNV-1a, 32 bits."""
    value = 2_166_136_261
    for byte in text.encode():
        value = (value ^ byte) * 16_777_619 % 2**32
    return value
