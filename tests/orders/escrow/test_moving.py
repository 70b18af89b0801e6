"""Held, released, refunded, split, rolled, taken back, matured, paid out: what every book says afterwards."""

from datetime import timedelta

import pytest

from marketplace.kernel.errors import NotFound
from marketplace.kernel.transitions import NotPossible
from marketplace.ledger.queries import verify_all
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.escrow import operations as escrow
from orders.escrow.models import Release
from tests import cast
from tests.orders.escrow.stage import AT, LATER, Stage, system

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_money_that_arrived_is_in_the_wallet_once(stage: Stage) -> None:
    assert stage.pay_in(5_000, "payin:7") and not stage.pay_in(5_000, "payin:7")
    assert stage.books == {"merchant": {"paid_in": -105_000, "wallet": 105_000}}


def test_a_hold_sets_money_aside_once(stage: Stage) -> None:
    first, again = stage.hold(40_000), stage.hold(40_000)
    assert first.pk == again.pk
    assert stage.books["merchant"] == {"paid_in": -100_000, "wallet": 60_000, "escrow_held": 40_000}
    with pytest.raises(escrow.KeyUsed):
        stage.hold(40_001)


def test_a_hold_says_what_the_wallet_lacks_and_moves_nothing(stage: Stage) -> None:
    with pytest.raises(escrow.NotEnoughInWallet) as refused:
        stage.hold(100_001)
    assert refused.value.missing == 1
    assert stage.books["merchant"] == {"paid_in": -100_000, "wallet": 100_000}


def test_a_release_crosses_the_books_and_leaves_the_commission_with_the_market(stage: Stage) -> None:
    stage.hold(40_000)
    row = stage.release(10_000)
    assert (row.gross, row.fee, row.net, row.available_at) == (10_000, 500, 9_500, AT + timedelta(days=7))
    assert stage.books == {
        "merchant": {"paid_in": -100_000, "wallet": 60_000, "escrow_held": 30_000, "clearing": 10_000},
        "provider": {"clearing": -9_500, "earnings_pending": 9_500},
        "market": {"clearing": -500, "commission": 500},
    }
    assert stage.release(10_000).pk == row.pk
    assert stage.books["merchant"]["escrow_held"] == 30_000
    with pytest.raises(escrow.KeyUsed):
        stage.release(9_999)


def test_the_provider_sees_the_same_preview_and_gets_what_it_said(stage: Stage) -> None:
    stage.hold(40_000)
    for party in (stage.merchant_id, stage.provider_id):
        with scope(party):
            deal = escrow.access_deal(organization_id=party, pk=stage.deal.pk)
            preview = escrow.preview_release(deal, 12_345, AT)
            assert (preview.gross, preview.fee, preview.net) == (12_345, 617, 11_728)
            assert [(line.code, line.amount, line.rate) for line in preview.lines] == [("service", 617, 500)]
    row = stage.release(12_345)
    assert (row.net, row.available_at) == (preview.net, preview.available_on)


def test_more_than_is_held_is_never_released_or_refunded(stage: Stage) -> None:
    stage.hold(10_000)
    stage.release(6_000)
    for act in (stage.release, stage.refund):
        with pytest.raises(escrow.NotEnoughHeld) as refused:
            act(4_001, key="more")
        assert refused.value.left == 4_000
    stage.refund(4_000)
    assert stage.books["merchant"] == {"paid_in": -100_000, "wallet": 94_000, "clearing": 6_000}


def test_a_split_divides_what_is_left(stage: Stage) -> None:
    stage.hold(10_000)
    stage.release(1_000)
    for _ in range(2):
        released, refunded = stage.act("split", hold_key="milestone:1", key="s", to_provider=3_000)
        assert (released.gross, refunded.amount) == (3_000, 6_000)
    assert stage.books["merchant"] == {"paid_in": -100_000, "wallet": 96_000, "clearing": 4_000}
    with pytest.raises(escrow.KeyUsed):
        stage.act("split", hold_key="milestone:1", key="s", to_provider=2_000)


@pytest.mark.parametrize(("to_provider", "net", "wallet"), [(0, 0, 100_000), (10_000, 9_500, 90_000)])
def test_a_split_may_give_everything_to_one_side(to_provider: int, net: int, wallet: int, stage: Stage) -> None:
    stage.hold(10_000)
    stage.act("split", hold_key="milestone:1", key="s", to_provider=to_provider)
    assert stage.books["merchant"]["wallet"] == wallet
    assert stage.books.get("provider", {}).get("earnings_pending", 0) == net


def test_what_one_part_did_not_need_is_used_for_another(stage: Stage) -> None:
    stage.hold(10_000)
    before = stage.books
    for _ in range(2):
        moved = stage.act("roll", hold_key="milestone:1", to_hold_key="milestone:2", amount=4_000)
        assert moved.left == 4_000
    assert stage.books == before
    with pytest.raises(escrow.NotEnoughHeld):
        stage.release(6_001)
    assert stage.release(4_000, hold_key="milestone:2").gross == 4_000


def test_a_part_that_uses_what_another_left_is_topped_up_from_the_wallet_once(stage: Stage) -> None:
    stage.hold(10_000)
    stage.act("roll", hold_key="milestone:1", to_hold_key="milestone:2", amount=4_000)
    for _ in range(2):
        assert stage.hold(5_000, key="milestone:2").left == 9_000
        assert stage.hold(10_000).left == 6_000
    with pytest.raises(escrow.KeyUsed):
        stage.hold(9_000, key="milestone:2")
    assert stage.books["merchant"] == {"paid_in": -100_000, "wallet": 85_000, "escrow_held": 15_000}


def test_released_money_goes_back_with_its_commission_before_it_is_available(stage: Stage) -> None:
    stage.hold(10_000)
    stage.release(10_000)
    row = stage.reverse(4_000)
    assert (row.fee_back, row.from_pending, row.from_earnings) == (200, 4_000, 0)
    assert stage.books["provider"] == {"clearing": -5_700, "earnings_pending": 5_700}
    assert stage.books["market"] == {"clearing": -300, "commission": 300}
    assert stage.books["merchant"]["wallet"] == 94_000
    assert stage.reverse(4_000).pk == row.pk
    with pytest.raises(escrow.NotEnoughHeld):
        stage.reverse(6_001, key="v2")
    stage.reverse(6_000, key="v2")
    assert stage.books == {"merchant": {"paid_in": -100_000, "wallet": 100_000}}


def test_after_a_payout_a_reversal_leaves_a_debt_that_later_earnings_pay(stage: Stage) -> None:
    stage.hold(20_000)
    stage.release(10_000)
    assert escrow.mature(as_of=LATER) == 1
    assert stage.send_payout(9_500, "p1") and stage.send_payout(9_500, "p1", "paid")
    stage.reverse(10_000, at=LATER)
    assert stage.books["provider"]["earnings"] == -9_500
    with pytest.raises(escrow.NotEnoughEarned) as refused:
        stage.send_payout(1, "p2")
    assert refused.value.missing == 9_501
    stage.release(10_000, key="r2", at=LATER)
    assert escrow.mature(as_of=LATER + timedelta(days=7)) == 1
    assert "earnings" not in stage.books["provider"]


def test_earnings_mature_when_their_time_has_come_and_once(stage: Stage) -> None:
    stage.hold(10_000)
    stage.release(10_000)
    assert escrow.mature(as_of=AT + timedelta(days=7) - timedelta(microseconds=1)) == 0
    assert [escrow.mature(as_of=AT + timedelta(days=7)) for _ in range(2)] == [1, 0]
    assert stage.books["provider"] == {"clearing": -9_500, "earnings": 9_500}
    with scope(stage.provider_id):
        assert Release.objects.filter(provider_id=stage.provider_id).values_list("state", "pending").get() == ("available", 0)


def test_a_payout_that_fails_comes_back(stage: Stage) -> None:
    stage.hold(10_000)
    stage.release(10_000)
    escrow.mature(as_of=LATER)
    assert [stage.send_payout(9_000, "p1") for _ in range(2)] == [True, False]
    assert stage.books["provider"] == {"clearing": -9_500, "earnings": 500, "payouts_in_transit": 9_000}
    stage.send_payout(9_000, "p1", "failed")
    assert stage.books["provider"] == {"clearing": -9_500, "earnings": 9_500}


def test_an_appeal_is_charged_and_given_back(stage: Stage) -> None:
    before = stage.books
    for side in ("merchant", "provider"):
        stage.act("charge", side=side, key=side, amount=5_000)
    assert stage.books["market"] == {"clearing": -10_000, "dispute_fees": 10_000}
    assert stage.books["provider"] == {"clearing": 5_000, "earnings": -5_000}
    for side in ("merchant", "provider"):
        stage.act("return_charge", side=side, key=side, amount=5_000)
    assert stage.books == before


def test_a_closed_deal_only_gives_back(stage: Stage) -> None:
    stage.hold(10_000)
    with pytest.raises(escrow.StillHeld):
        stage.act("close_deal")
    stage.release(10_000)
    assert [stage.act("close_deal").state for _ in range(2)] == ["closed", "closed"]
    for act in (stage.hold, stage.release, stage.refund):
        with pytest.raises(NotPossible):
            act(1, key="x")
    assert stage.reverse(10_000).amount == 10_000


def test_a_stranger_finds_no_deal(stage: Stage) -> None:
    for stranger in (cast.other().id, cast.rival().id):
        with scope(stranger):
            with pytest.raises(NotFound):
                escrow.access_deal(organization_id=stranger, pk=stage.deal.pk)
            with pytest.raises(NotFound):
                escrow.hold(deal=stage.deal, key="x", amount=1, at=AT, by=CLI)


def test_both_parties_may_give_back_and_each_act_is_audited_with_its_own_party(stage: Stage) -> None:
    stage.hold(10_000)
    stage.refund(4_000, by_provider=True)
    stage.act("split", hold_key="milestone:1", key="s", to_provider=1_000, by_provider=True)
    actions = "SELECT action FROM audit_auditevent WHERE merchant_id = %s AND action LIKE 'escrow.%%' ORDER BY id"
    seen = system(actions, stage.provider_id)
    assert [action for (action,) in seen] == ["escrow.refund.made", "escrow.release.made", "escrow.refund.made"]


def test_every_book_adds_up_and_the_clearing_accounts_are_zero_together(stage: Stage) -> None:
    stage.hold(10_000)
    stage.release(7_777)
    stage.reverse(1_234)
    found = verify_all()
    assert {name: rows for name, rows in found.items() if name != "entries"} == {
        "accounts_off": [], "transfers_off": [], "clearing_off": []
    }  # fmt: skip
