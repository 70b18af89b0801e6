"""Price protection asks the guards: budgets (PROGRAMS §5), second persons, the kill switch, products whose price looks wrong."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from aftersales import operations as acts
from aftersales.guards.models import Budget
from aftersales.guards.operations import switch_program
from aftersales.guards.queries import ProgramKilled
from aftersales.models import ProgramRun
from aftersales.payouts.operations import settle_payouts
from aftersales.programs import runner
from aftersales.programs.price_protection import claiming
from aftersales.programs.price_protection import operations as protection
from aftersales.programs.registry import program_named
from marketplace.tenancy.actor import CLI, person
from marketplace.tenancy.scope import scope
from orders.store.models import ShopOrder
from tests import cast
from tests.engine import doors
from tests.engine.market import AS_OF, DROP, all_fine, at_once, execute, fallen_prices

pytestmark = pytest.mark.django_db(transaction=True)
SOON = doors.moment(AS_OF)
CLAIMS = "SELECT state, reason, amount FROM aftersales_claim ORDER BY order_id, line_id"


def owed(merchant: cast.Merchant, folder: Path, orders: int, amount: int, **facts: Any) -> None:
    """Orders of one line each that paid 500.00, now owed so many minor units."""
    lines = [
        {"order_ref": f"R{n}", "sku": "LAMP", "quantity": 1, "list_unit_price": "500.00", "buyer_ref": f"B{n}", **BOUGHT, **facts}
        for n in range(orders)
    ]
    doors.import_orders(merchant, doors.table_file(folder / "orders.csv", lines), "csv")
    price = {"sku": "LAMP", "price": f"{(50_000 - amount) / 100:.2f}", "valid_from": "2026-03-06T00:00:00"}
    doors.import_prices(merchant, doors.table_file(folder / "prices.csv", [price]))


BOUGHT = {"placed_at": "2026-03-02T10:00:00", "delivered_at": "2026-03-04T10:00:00"}


def limit(merchant: cast.Merchant, amount: int, *, used: int = 0, level: str = "merchant_day", program: str = "") -> None:
    with scope(merchant.id):
        Budget.objects.create(
            merchant_id=merchant.id, level=level, program=program, currency=merchant.shop.currency, limit_amount=amount
        )
    if used:
        spent = "SELECT guard_spend(%s, 'other', %s, now(), ARRAY[NULL]::bigint[], ARRAY[%s]::bigint[])"
        assert doors.one(merchant, spent, merchant.id, merchant.shop.currency, used) == [True]


def run(merchant: cast.Merchant, by: Any = CLI, **settings: Any) -> dict[str, Any]:
    program, now = program_named("price_protection"), timezone.now()
    common = {"program": program, "merchant_id": merchant.id, "shop": None, "settings": settings, "as_of": SOON, "dry_run": False}
    return runner.run(**common, by=by, at=now).counts


# Budgets. The golden of PROGRAMS §5: budget 1000.00, used 980.00, claim 30.00 → held, never partly paid.


def test_a_claim_that_does_not_fit_is_held_as_a_whole(tmp_path: Path) -> None:
    acme = cast.acme()
    owed(acme, tmp_path, 1, 3_000)
    limit(acme, 100_000, used=98_000)
    counts = run(acme)
    assert (counts["held"], counts["claims"]) == (1, 0)
    assert doors.rows(acme, CLAIMS) == [("held", "BUDGET", 3_000)]
    assert doors.rows(acme, "SELECT 1 FROM aftersales_payout") == []
    assert doors.balances(acme) == {}


def test_what_still_fits_is_paid(tmp_path: Path) -> None:
    acme = cast.acme()
    owed(acme, tmp_path, 4, 900)
    limit(acme, 100_000, used=98_000)
    run(acme)
    assert doors.rows(acme, CLAIMS) == [("reserved", "PRICE_DROP", 900)] * 2 + [("held", "BUDGET", 900)] * 2


def test_of_two_claims_at_once_exactly_one_passes(tmp_path: Path) -> None:
    """Two programs' locks apart: nothing but the budget's own row keeps the two claims of 15.00 from both passing."""
    acme = cast.acme()
    owed(acme, tmp_path, 2, 1_500)
    limit(acme, 100_000, used=98_000)
    all_fine(claim_both(acme))
    assert sorted(doors.rows(acme, CLAIMS)) == [("held", "BUDGET", 1_500), ("reserved", "PRICE_DROP", 1_500)]
    used = "SELECT used FROM guards_budgetuse WHERE buyer_id = 0"
    assert doors.one(acme, used) == 99_500


def test_control_without_asking_both_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = cast.acme()
    owed(acme, tmp_path, 2, 1_500)
    limit(acme, 100_000, used=98_000)
    claim_sql = claiming.claim_sql
    monkeypatch.setattr(protection, "claim_sql", lambda *arguments, **_guarded: claim_sql(*arguments, guarded=False))
    all_fine(claim_both(acme))
    assert doors.rows(acme, CLAIMS) == [("reserved", "PRICE_DROP", 1_500)] * 2


def claim_both(merchant: cast.Merchant) -> list[Any]:
    """Both orders claimed at the same instant, without the program's lock in between."""
    program = program_named("price_protection")
    with scope(merchant.id):
        orders = list(ShopOrder.objects.filter(merchant_id=merchant.id).order_by("id"))
    common = {"program": program, "merchant_id": merchant.id, "shop": merchant.shop, "settings": {}, "as_of": SOON, "by": CLI}
    runs = [runner.open_run(**common, at=SOON, dry_run=False, order=order) for order in orders]
    return at_once(
        *[
            lambda one=one: runner.carry_out(program=program, opened=one, shop=merchant.shop, by=CLI, at=timezone.now())
            for one in runs
        ]
    )


def test_a_buyers_day_is_a_budget_of_its_own(tmp_path: Path) -> None:
    acme = cast.acme()
    owed(acme, tmp_path, 3, 1_000, buyer_ref="B1")
    limit(acme, 2_500, level="buyer_day")
    run(acme)
    assert [row[:2] for row in doors.rows(acme, CLAIMS)] == [("reserved", "PRICE_DROP")] * 2 + [("held", "BUDGET")]


def test_a_preview_spends_nothing(tmp_path: Path) -> None:
    acme = cast.acme()
    owed(acme, tmp_path, 1, 3_000)
    limit(acme, 100_000, used=98_000)
    assert doors.run_program(acme, AS_OF, "--dry-run")["claims"] == 1
    assert doors.one(acme, "SELECT used FROM guards_budgetuse WHERE buyer_id = 0") == 98_000


def test_a_person_lets_it_go_beyond_the_budget(tmp_path: Path) -> None:
    acme = cast.acme()
    owed(acme, tmp_path, 1, 3_000)
    limit(acme, 100_000, used=98_000)
    run(acme)
    claim = doors.one(acme, "SELECT id FROM aftersales_claim")
    acts.decide_hold(merchant_id=acme.id, claim_id=claim, release=True, by=CLI, at=timezone.now())
    settle_payouts(merchant_id=acme.id, at=timezone.now())
    assert doors.balances(acme) == {"refund_funding": -3_000, "refunds_paid": 3_000}
    assert doors.one(acme, "SELECT used FROM guards_budgetuse WHERE buyer_id = 0") == 101_000


# A second person for large payouts, unless the operator ran it from the command line.


def test_a_large_claim_waits_for_a_second_person(tmp_path: Path) -> None:
    acme = cast.acme()
    lines = [{"order_ref": "R1", "sku": "SOFA", "quantity": 1, "list_unit_price": "5000.00", "buyer_ref": "B1", **BOUGHT}]
    doors.import_orders(acme, doors.table_file(tmp_path / "orders.csv", lines), "csv")
    price = {"sku": "SOFA", "price": "4400.00", "valid_from": "2026-03-06T00:00:00"}
    doors.import_prices(acme, doors.table_file(tmp_path / "prices.csv", [price]))
    run(acme, by=person(acme.owner.pk))
    assert doors.rows(acme, CLAIMS) == [("held", "APPROVAL", 60_000)]
    assert doors.rows(acme, "SELECT kind, state, amount FROM guards_approval") == [("payout", "waiting", 60_000)]


def test_a_large_batch_waits_as_a_whole(tmp_path: Path) -> None:
    acme = cast.acme()
    owed(acme, tmp_path, 30, 40_000)
    run(acme, by=person(acme.owner.pk), price_error_hold=None)
    assert doors.rows(acme, "SELECT DISTINCT state, reason FROM aftersales_claim") == [("held", "APPROVAL")]
    assert doors.rows(acme, "SELECT kind, state, amount FROM guards_approval") == [("batch", "waiting", 30 * 40_000)]


def test_the_command_line_is_not_held(tmp_path: Path) -> None:
    acme = cast.acme()
    owed(acme, tmp_path, 30, 40_000)
    assert run(acme, price_error_hold=None)["claims"] == 30


# The kill switch.


def stop(merchant: cast.Merchant, is_on: bool = True) -> None:
    switch_program(merchant_id=merchant.id, program="price_protection", stop=is_on, reason="drill", by=CLI, at=SOON)


def test_a_stopped_program_does_not_start(tmp_path: Path) -> None:
    acme = cast.acme()
    fallen_prices(tmp_path, acme, 3)
    stop(acme)
    with pytest.raises(ProgramKilled):
        run(acme)
    assert doors.rows(acme, "SELECT 1 FROM aftersales_claim") == []
    with scope(acme.id):
        assert ProgramRun.objects.get(merchant_id=acme.id).state == "failed"
    stop(acme, False)
    assert run(acme)["claims"] == 3


def test_a_run_stops_at_the_next_chunk_and_the_next_run_finishes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = cast.acme()
    fallen_prices(tmp_path, acme, 9)
    monkeypatch.setattr(protection, "CHUNK", 3)
    claim = protection._claim_chunk

    def claim_then_stop(context: Any, facts: Any, outcome: Any, lo: int) -> None:
        claim(context, facts, outcome, lo)
        if lo == 3:
            all_fine(at_once(lambda: stop(acme)))

    with monkeypatch.context() as patched:
        patched.setattr(protection, "_claim_chunk", claim_then_stop)
        with pytest.raises(ProgramKilled):
            run(acme)
    assert doors.one(acme, "SELECT count(*) FROM aftersales_claim") == 6
    stop(acme, False)
    assert run(acme)["claims"] == 3
    settle_payouts(merchant_id=acme.id, at=timezone.now())
    doors.assert_books_balance(acme)


def test_what_a_stopped_program_promised_is_not_sent(tmp_path: Path) -> None:
    acme = cast.acme()
    fallen_prices(tmp_path, acme, 3)
    run(acme)
    stop(acme)
    assert settle_payouts(merchant_id=acme.id, at=timezone.now()) == {}
    assert doors.rows(acme, "SELECT DISTINCT state FROM aftersales_payout") == [("reserved",)]
    stop(acme, False)
    assert settle_payouts(merchant_id=acme.id, at=timezone.now()) == {"paid": 3}
    assert doors.balances(acme) == {"refund_funding": -3 * DROP, "refunds_paid": 3 * DROP}


# Products whose price looks like a mistake.

HOLDS = "SELECT k.code, h.price, h.state FROM guards_skuhold h JOIN store_sku k ON k.id = h.sku_id ORDER BY h.id"


def test_a_product_whose_price_looks_wrong_is_held_until_a_person_says_otherwise(tmp_path: Path) -> None:
    acme = cast.acme()
    fallen_prices(tmp_path, acme, 2)
    assert run(acme, price_error_hold=5)["held"] == 2
    assert doors.rows(acme, HOLDS) == [("SKU1", 4_400, "held")]
    fallen_prices(tmp_path, acme, 3)
    assert run(acme)["held"] == 1, "also where the rule alone would not hold it"
    execute(acme, "UPDATE guards_skuhold SET state = 'released'")
    fallen_prices(tmp_path, acme, 4)
    assert run(acme, price_error_hold=5)["claims"] == 1
    assert doors.rows(acme, HOLDS) == [("SKU1", 4_400, "released")]


def test_a_price_found_right_does_not_excuse_a_lower_one(tmp_path: Path) -> None:
    acme = cast.acme()
    fallen_prices(tmp_path, acme, 1)
    run(acme, price_error_hold=5)
    execute(acme, "UPDATE guards_skuhold SET state = 'released', price = 4500")
    fallen_prices(tmp_path, acme, 2)
    assert run(acme, price_error_hold=5)["held"] == 1
    assert doors.rows(acme, HOLDS) == [("SKU1", 4_500, "released"), ("SKU1", 4_400, "held")]


def test_a_preview_holds_no_product(tmp_path: Path) -> None:
    acme = cast.acme()
    fallen_prices(tmp_path, acme, 1)
    doors.run_program(acme, AS_OF, "--dry-run", price_error_hold=5)
    assert doors.rows(acme, HOLDS) == []
