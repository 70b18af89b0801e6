"""A real shop's year, to the penny: import, prices, dry runs and a run that pays.

The file is imported once for the whole module, committed, as a shop would do it; the steps run in the order of a shop's life
and the tests read what each of them reported.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests import cast, database
from tests.data import data_file
from tests.engine import doors

pytestmark = [pytest.mark.data, pytest.mark.timeout(600)]

SHEET = "online_retail/online_retail_II_sheet1_2009-12_2010-12.csv.gz"
AS_OF = "2011-01-31T00:00:00+00:00"
GROSS, KEPT = ("--policy", "online-retail"), ("--policy", "online-retail-kept")
FIGURES = {
    (GROSS, 7): (3_515, 926_338),
    (GROSS, 15): (6_099, 1_573_964),
    (GROSS, 30): (10_682, 2_635_691),
    (KEPT, 7): (3_477, 892_852),
    (KEPT, 15): (6_041, 1_528_258),
    (KEPT, 30): (10_590, 2_568_400),
}
Story = dict[Any, Any]


@pytest.fixture(scope="module")
def acme(django_db_setup: None, django_db_blocker: Any) -> Iterator[cast.Merchant]:
    with django_db_blocker.unblock():
        yield cast.acme()
        database.flush()


@pytest.fixture(scope="module")
def story(acme: cast.Merchant) -> Story:
    """What each step reported, in the order they ran."""
    path = data_file(SHEET)
    told: Story = {"import": doors.import_orders(acme, path, "online-retail")}
    told["derived"] = doors.command("derive_prices", "--shop", acme.shop_name, "--rule", "public-price")
    for policy, days in FIGURES:
        told[policy, days] = doors.run_program(acme, AS_OF, "--dry-run", *policy, window_days=days)
    told["claims after dry runs"] = doors.claims(acme)
    told["run"] = doors.run_program(acme, AS_OF, *KEPT, window_days=30)
    told["import again"] = doors.import_orders(acme, path, "online-retail")
    told["derived again"] = doors.command("derive_prices", "--shop", acme.shop_name, "--rule", "public-price")
    told["run again"] = doors.run_program(acme, AS_OF, *KEPT, window_days=30)
    return told


def test_every_row_of_the_file_is_accounted_for(story: Story) -> None:
    found = story["import"]
    known = {"rows_read": 525_461, "sale_lines": 509_152, "sale_value": 983_796_079}
    known |= {"refund_requests": 9_581, "matched_single": 7_457, "lines_new": 509_152, "quarantined": 0}
    assert {name: found[name] for name in known} == known
    skipped = sum(found["skipped"].values())
    assert found["sale_lines"] + found["refund_requests"] + skipped + found["quarantined"] == found["rows_read"]
    assert (found["skipped"]["price_zero"], found["skipped"]["below_minor_unit"]) == (3_687, 14)


def test_the_store_holds_what_the_import_reported(acme: cast.Merchant, story: Story) -> None:
    assert doors.rows(acme, "SELECT count(*), sum(paid_amount) FROM store_shoporderline") == [(509_152, 983_796_079)]
    assert doors.one(acme, "SELECT count(*) FROM store_shoporder") == story["import"]["orders"]
    assert doors.one(acme, "SELECT count(*) FROM store_stagedrow") == 0


def test_scattered_invoices_are_numbered_without_gaps(acme: cast.Merchant, story: Story) -> None:
    gaps = "SELECT order_id FROM store_shoporderline GROUP BY 1 HAVING max(line_no) <> count(*) OR min(line_no) <> 1"
    assert doors.rows(acme, gaps) == []


def test_refund_requests_take_back_whole_lines_and_parts(acme: cast.Merchant, story: Story) -> None:
    single = """
    SELECT count(*), sum(r.quantity * r.unit_amount), count(*) FILTER (WHERE a.quantity = l.quantity)
    FROM store_refundrequest r JOIN store_refundallocation a ON a.request_id = r.id JOIN store_shoporderline l ON l.id = a.line_id
    WHERE r.state = 'single'"""
    assert doors.rows(acme, single) == [(7_457, 20_082_426, 2_816)]
    requests = "SELECT count(*), sum(quantity * unit_amount), count(*) FILTER (WHERE buyer_id IS NULL) FROM store_refundrequest"
    assert doors.rows(acme, requests) == [(9_581, 24_779_521, 187)]


def test_importing_again_adds_nothing(acme: cast.Merchant, story: Story) -> None:
    again = story["import again"]
    assert (again["lines_new"], again["lines_updated"], again["unchanged"]) == (0, 0, 509_152)
    assert again["matched_single"] == 0
    returned = "SELECT sum(l.returned_quantity) = (SELECT sum(quantity) FROM store_refundallocation) FROM store_shoporderline l"
    assert doors.one(acme, returned)
    assert story["derived again"]["points_written"] == story["derived again"]["points_removed"] == 0
    assert story["derived again"]["points"] == story["derived"]["points"]


def test_the_protected_lines_are_those_of_the_definition(acme: cast.Merchant, story: Story) -> None:
    lines = "SELECT count(*), sum(paid_amount) FROM store_shoporderline WHERE channel = 'account' AND quantity <= 12"
    assert doors.rows(acme, lines) == [(342_373, 423_629_645)]


@pytest.mark.parametrize(("policy", "days"), FIGURES, ids=lambda part: part[1] if isinstance(part, tuple) else f"{part} days")
def test_a_dry_run_finds_the_published_figures(policy: tuple[str, str], days: int, story: Story) -> None:
    found = story[policy, days]
    assert (found["claims"], found["amount"], found["currency"]) == (*FIGURES[policy, days], "GBP")


def test_a_dry_run_leaves_nothing(story: Story) -> None:
    assert story["claims after dry runs"] == []


def test_the_run_pays_each_claim_once_and_a_second_run_nothing(acme: cast.Merchant, story: Story) -> None:
    assert (story["run"]["claims"], story["run"]["amount"]) == FIGURES[KEPT, 30]
    assert (story["run again"]["claims"], story["run again"]["amount"]) == (0, 0)
    assert doors.rows(acme, "SELECT count(*), sum(amount) FROM aftersales_sandboxpayment") == [(10_590, 2_568_400)]
    assert doors.rows(acme, "SELECT state, count(*) FROM aftersales_payout GROUP BY 1") == [("paid", 10_590)]
    assert doors.balances(acme) == {"refund_funding": -2_568_400, "refunds_paid": 2_568_400}
    doors.assert_books_balance(acme)


def test_what_was_paid_is_never_more_than_what_was_kept(acme: cast.Merchant, story: Story) -> None:
    too_much = """
    SELECT l.id FROM aftersales_claim c JOIN store_shoporderline l ON l.id = c.line_id
    WHERE c.amount >= l.paid_amount OR c.units <> l.quantity - l.returned_quantity OR c.units < 1"""
    assert doors.rows(acme, too_much) == []
