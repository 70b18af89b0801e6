"""The database's own doors: who may call them, and which ways money may take, whatever the code above them does."""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connections, transaction

from marketplace.tenancy.scope import scope
from orders.escrow.models import Hold
from tests import cast
from tests.orders.escrow.stage import AT, Stage, app

pytestmark = pytest.mark.django_db(transaction=True)
POST = "SELECT * FROM escrow_post(%s, %s, %s, %s::integer[], %s, %s, %s, %s, %s::bigint[])"
HOLD = (1, "hold:x", "escrow.held", "wallet", "escrow_held", 10)


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.hold(10_000)
    return made


def post(stage: Stage, *legs: tuple[Any, ...], tenant: int | None = None) -> Any:
    columns = [list(part) for part in zip(*legs, strict=True)]
    return app(tenant or stage.merchant_id, POST, stage.merchant_id, stage.deal.pk, AT, *columns)


BACK = (1, "refund:x", "escrow.refunded", "escrow_held", "wallet", 10)


def test_only_the_merchant_takes_money_out_of_its_wallet(stage: Stage) -> None:
    before = stage.books
    appeal = [(1, "x", "dispute.charged", "wallet", "clearing", 5), (3, "x", "dispute.charged", "clearing", "dispute_fees", 5)]
    for legs in ([HOLD], appeal):
        with pytest.raises(DatabaseError, match="only the merchant"):
            post(stage, *legs, tenant=stage.provider_id)
    assert stage.books == before
    assert post(stage, HOLD) == [(1, 0)]


def test_both_parties_may_and_nobody_else(stage: Stage) -> None:
    assert post(stage, BACK) == [(1, 0)]
    assert post(stage, (1, "refund:y", *BACK[2:]), tenant=stage.provider_id) == [(1, 0)]
    before = stage.books
    for stranger in (cast.other().id, cast.rival().id):
        with pytest.raises(DatabaseError, match="no scope for deal"):
            post(stage, (1, "refund:z", *BACK[2:]), tenant=stranger)
    with pytest.raises(DatabaseError, match="no scope for deal"), transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute(POST, [stage.merchant_id, stage.deal.pk, AT, *([part] for part in HOLD)])
    assert stage.books == before


def crossing(kind: str, first: tuple[int, str], last: tuple[int, str]) -> list[tuple[Any, ...]]:
    """Two legs that carry 5 from one party's account to another's."""
    return [(first[0], "x", kind, first[1], "clearing", 5), (last[0], "x", kind, "clearing", last[1], 5)]


WRONG_WAYS = {
    "the wallet to the provider's earnings": crossing("escrow.released", (1, "wallet"), (2, "earnings_pending")),
    "straight into earnings": crossing("escrow.released", (1, "escrow_held"), (2, "earnings")),
    "the market's income to the merchant": crossing("escrow.reversed", (3, "commission"), (1, "wallet")),
    "out of nothing": [(1, "x", "escrow.refunded", "paid_in", "wallet", 5)],
    "a payout": [(2, "x", "payout.sent", "earnings", "payouts_in_transit", 5)],
    "a kind of one's own": [(1, "x", "theft", "escrow_held", "wallet", 5)],
}


@pytest.mark.parametrize("way", WRONG_WAYS)
def test_money_takes_only_the_written_ways(way: str, stage: Stage) -> None:
    before = stage.books
    with pytest.raises(DatabaseError, match="does not move money that way"):
        post(stage, *WRONG_WAYS[way])
    assert stage.books == before


def test_books_that_do_not_clear_each_other_are_refused(stage: Stage) -> None:
    one_sided = (1, "x", "escrow.released", "escrow_held", "clearing", 5)
    for legs in ([one_sided], [one_sided, (2, "x", "escrow.released", "clearing", "earnings_pending", 4)]):
        with pytest.raises(IntegrityError, match="do not clear"):
            post(stage, *legs)
    with pytest.raises(IntegrityError, match="do not clear"):
        post(stage, one_sided, (2, "y", "escrow.released", "clearing", "earnings_pending", 5))


@pytest.mark.parametrize("amount", [0, -5])
def test_no_leg_moves_nothing_or_backwards(amount: int, stage: Stage) -> None:
    with pytest.raises(IntegrityError, match="transfer_positive"):
        post(stage, (*HOLD[:5], amount))


def test_what_is_short_is_said_and_nothing_of_it_is_posted(stage: Stage) -> None:
    before = stage.books
    assert post(stage, (1, "a", *HOLD[2:5], 1), (1, "b", *HOLD[2:5], 90_000)) == [(0, 1)]
    assert stage.books == before


def test_a_key_stands_for_one_body(stage: Stage) -> None:
    assert [post(stage, HOLD) for _ in range(2)] == [[(1, 0)], [(0, 0)]]
    with pytest.raises(IntegrityError, match="another body"):
        post(stage, (*HOLD[:5], 11))
    with pytest.raises(IntegrityError, match="another body"):
        post(stage, HOLD, (1, "hold:new", *HOLD[2:]))


def test_two_deals_may_use_the_same_key(stage: Stage) -> None:
    other = Stage(merchant=stage.merchant, provider=stage.provider, order_id=2)
    assert other.hold(10_000).pk != stage.hold(10_000).pk


@pytest.mark.parametrize("door", ["ledger_post_books", "ledger_chart", "escrow_ways", "escrow_mature"])
def test_the_inner_functions_are_for_nobody(door: str, stage: Stage) -> None:
    may = "SELECT has_function_privilege('shangban_app', oid, 'EXECUTE') FROM pg_proc WHERE proname = %s"
    assert app(stage.merchant_id, may, door) == [(False,)]


def test_wallets_are_merchants_own_and_payouts_providers(stage: Stage) -> None:
    wallet = "SELECT * FROM escrow_wallet(%s, 'CNY', %s, 'k', 'paid_in', true, 5)"
    payout = "SELECT * FROM escrow_payout(%s, 'CNY', %s, 'k', %s, 5)"
    for tenant, owner in ((stage.provider_id, stage.merchant_id), (cast.other().id, stage.merchant_id)):
        with pytest.raises(DatabaseError, match="no scope for merchant"):
            app(tenant, wallet, owner, AT)
    with pytest.raises(DatabaseError, match="only merchants"):
        app(stage.provider_id, wallet, stage.provider_id, AT)
    with pytest.raises(DatabaseError, match="no such payout"):
        app(stage.merchant_id, payout, stage.merchant_id, AT, "sent")
    with pytest.raises(DatabaseError, match="no such payout"):
        app(stage.provider_id, payout, stage.provider_id, AT, "stolen")


def test_a_payout_is_paid_only_after_it_was_sent(stage: Stage) -> None:
    payout = "SELECT * FROM escrow_payout(%s, 'CNY', %s, 'k', %s, 5)"
    assert app(stage.provider_id, payout, stage.provider_id, AT, "sent") == [(0, 5)]
    assert app(stage.provider_id, payout, stage.provider_id, AT, "paid") == [(0, 5)]
    assert app(stage.provider_id, payout, stage.provider_id, AT, "failed") == [(0, 5)]


OVERDRAWN = {
    "more released than held": "UPDATE escrow_hold SET released = amount + 1",
    "more in all than held": "UPDATE escrow_hold SET released = amount - 1, refunded = 2",
    "a negative part": "UPDATE escrow_hold SET rolled = -1",
}


@pytest.mark.parametrize("what", OVERDRAWN)
def test_the_database_refuses(what: str, stage: Stage) -> None:
    with pytest.raises(IntegrityError), connections["owner"].cursor() as cursor:
        cursor.execute(OVERDRAWN[what])


def test_a_stranger_sees_and_changes_no_row(stage: Stage) -> None:
    for stranger in (cast.other().id, cast.rival().id):
        with scope(stranger):
            assert not Hold.objects.filter(merchant_id=stage.merchant_id).exists()
            assert Hold.objects.filter(merchant_id=stage.merchant_id).update(amount=1) == 0
