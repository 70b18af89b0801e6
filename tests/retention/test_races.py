"""Two things at the same instant, each with a control that shows the failure its guard prevents; and workers that die."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from aftersales.payouts.operations import settle_payouts
from aftersales.programs.refund_retention import answering, deciding, operations, running
from aftersales.programs.refund_retention.models import RetentionCase
from marketplace.kernel.errors import NotFound
from marketplace.tenancy.actor import CLI
from orders.store.models import RefundRequest
from tests import cast
from tests.engine import doors
from tests.engine.gateways import Killed
from tests.engine.market import all_fine, at_once
from tests.retention import shop
from tests.retention.shop import NOW, later

pytestmark = pytest.mark.django_db(transaction=True)
State = RetentionCase.State
ANSWERS = "SELECT count(*) FROM audit_auditevent WHERE action = 'aftersales.refund_retention.answered'"


@pytest.fixture
def acme(tmp_path: Path) -> cast.Merchant:
    merchant = cast.acme(currency="CNY", timezone="Asia/Shanghai")
    shop.orders(tmp_path, merchant, *[{"buyer_ref": "B1", "contact": "b1@example.com"}] * 6)
    return merchant


def offered(merchant: cast.Merchant) -> shop.Recorded:
    shop.policy(merchant)
    return shop.ask(merchant, reason_code="defective")


def answer(act: Callable[..., Any], asked: shop.Recorded, at: Any = NOW) -> Callable[[], Any]:
    case = shop.case_of(asked)
    return lambda: act(merchant_id=case.merchant_id, case_id=case.pk, by=shop.BUYER, at=at)


def test_two_tabs_accepting_are_one_answer(acme: cast.Merchant) -> None:
    asked = offered(acme)
    all_fine(at_once(*[answer(answering.accept_card, asked)] * 4))
    assert doors.rows(acme, ANSWERS) == [(1,)]


def test_without_the_lock_two_tabs_are_two_answers(acme: cast.Merchant, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: read, both wait for each other, then write."""
    asked, line = offered(acme), threading.Barrier(2)

    def unlocked(merchant_id: int, case_id: int) -> RetentionCase:
        case = RetentionCase.objects.select_related("request").get(merchant_id=merchant_id, pk=case_id)
        line.wait(timeout=20)
        return case

    monkeypatch.setattr(answering, "_locked", unlocked)
    all_fine(at_once(*[answer(answering.accept_card, asked)] * 2))
    assert doors.rows(acme, ANSWERS) == [(2,)]


def test_accepting_while_the_platform_refunds_pays_nothing(acme: cast.Merchant) -> None:
    for n in range(1, 5):
        asked = offered(acme) if n == 1 else shop.ask(acme, order=f"O{n}", reason_code="defective", at=later(days=91 * n))
        moment = shop.case_of(asked).created_at
        refund = lambda: shop.closed(asked, "refunded", moment)  # noqa: B023, E731 - used at once
        found = at_once(answer(answering.accept_card, asked, moment), refund)
        assert isinstance(found[1], RefundRequest)
        shop.beat(acme, moment + shop.timedelta(hours=1))
        case = shop.case_of(asked)
        assert case.state in (State.WITHDRAW_IMPOSSIBLE, State.CLOSED)
        assert case.claim_id is None
    assert doors.rows(acme, "SELECT count(*) FROM aftersales_claim") == [(0,)]


def test_accepting_at_the_end_of_the_hold_is_one_or_the_other(acme: cast.Merchant) -> None:
    asked = offered(acme)
    end = shop.case_of(asked).hold_until
    assert end is not None
    found = at_once(
        answer(answering.accept_card, asked, end - shop.timedelta(seconds=1)),
        lambda: operations.work(merchant_id=acme.id, by=CLI, at=end),
    )
    case = shop.case_of(asked)
    if isinstance(found[0], answering.CardClosed):
        assert (case.state, case.answer) == (State.TIMED_OUT, "")
    else:
        all_fine(found)
        assert (case.state, case.answer) == (State.ACCEPTED, "accepted")


def test_requests_of_one_buyer_at_the_same_instant_offer_money_once(acme: cast.Merchant) -> None:
    shop.policy(acme)
    all_fine(at_once(*[lambda n=n: shop.ask(acme, order=f"O{n}", reason_code="defective") for n in range(1, 5)]))
    assert doors.rows(acme, "SELECT count(*) FILTER (WHERE offer_amount > 0), count(*) FROM refund_retention_retentioncase") == [
        (1, 4)
    ]


def test_without_turns_they_offer_money_twice(acme: cast.Merchant, monkeypatch: pytest.MonkeyPatch) -> None:
    line, hold = threading.Barrier(2), threading.Barrier(2)
    shop.policy(acme)
    shop.ask(acme, order="O5", reason_code="假货")  # opens the experiment, which would make them wait for each other
    monkeypatch.setattr(deciding, "take_turns", lambda _merchant: line.wait(timeout=20))
    decide = deciding._decide

    def slowly(statement: str, values: dict[str, Any]) -> Any:
        found = decide(statement, values)
        hold.wait(timeout=20)
        return found

    monkeypatch.setattr(deciding, "_decide", slowly)
    all_fine(at_once(*[lambda n=n: shop.ask(acme, order=f"O{n}", reason_code="defective") for n in (1, 2)]))
    assert doors.rows(acme, "SELECT count(*) FROM refund_retention_retentioncase WHERE offer_amount > 0") == [(2,)]


def test_two_runs_at_once_decide_each_request_once(acme: cast.Merchant) -> None:
    for n in range(1, 7):
        shop.ask(acme, order=f"O{n}", reason_code="size")
    all_fine(at_once(*[lambda: shop.run(acme)] * 3))
    assert doors.rows(acme, "SELECT count(*), count(DISTINCT request_id) FROM refund_retention_retentioncase") == [(6, 6)]
    assert doors.rows(acme, "SELECT count(*) FROM outbox_message") == [(6,)]


def test_bot_and_batch_decide_a_request_once(acme: cast.Merchant) -> None:
    shop.policy(acme)
    all_fine(at_once(lambda: shop.ask(acme, reason_code="size"), lambda: shop.run(acme), lambda: shop.run(acme)))
    shop.run(acme)
    assert doors.rows(acme, "SELECT count(*) FROM refund_retention_retentioncase") == [(1,)]
    assert doors.rows(acme, "SELECT count(*) FROM outbox_message") == [(1,)]


@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_run_killed_between_chunks_is_finished_by_the_next(
    acme: cast.Merchant, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    for n in range(1, 7):
        shop.ask(acme, order=f"O{n}", reason_code="size")
    monkeypatch.setattr(running, "CHUNK", 2)
    decide, done = running.decide_chunk, []

    def dying(*args: Any) -> Any:
        if len(done) == after:
            raise Killed
        done.append(1)
        return decide(*args)

    monkeypatch.setattr(running, "decide_chunk", dying)
    if after < 3:
        with pytest.raises(Killed):
            shop.run(acme)
    monkeypatch.setattr(running, "decide_chunk", decide)
    shop.run(acme)
    assert doors.rows(acme, "SELECT count(*), count(DISTINCT request_id) FROM refund_retention_retentioncase") == [(6, 6)]
    assert doors.rows(acme, "SELECT count(*) FROM outbox_message") == [(6,)]


@pytest.mark.parametrize("place", ["before", "after"])
def test_a_worker_that_dies_around_the_payment_pays_once(
    acme: cast.Merchant, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    asked = offered(acme)
    answer(answering.accept_card, asked)()
    shop.beat(acme, later(minutes=10))
    shop.closed(asked, "withdrawn", later(hours=1))
    pay = running._pay_all

    def dying(*args: Any) -> None:
        if place == "after":
            pay(*args)
        raise Killed

    monkeypatch.setattr(running, "_pay_all", dying)
    with pytest.raises(Killed):
        shop.beat(acme, later(hours=2))
    monkeypatch.setattr(running, "_pay_all", pay)
    shop.beat(acme, later(hours=3))
    settle_payouts(merchant_id=acme.id, at=later(hours=3))
    assert doors.rows(acme, "SELECT count(*), sum(amount) FROM aftersales_sandboxpayment") == [(1, 4_960)]
    assert shop.case_of(asked).net_amount == 62_000 - 4_960
    doors.assert_books_balance(acme)


def test_just_refund_me_ends_the_hold_at_once_and_wins_over_a_yes(acme: cast.Merchant) -> None:
    asked = offered(acme)
    answer(answering.accept_card, asked)()
    answer(answering.refund_now, asked, later(minutes=1))()
    case = shop.case_of(asked)
    assert (case.state, case.answer, case.released_at) == (State.DECLINED, "refund", later(minutes=1))
    shop.closed(asked, "withdrawn", later(hours=1))
    shop.beat(acme, later(hours=2))
    assert doors.rows(acme, "SELECT count(*) FROM aftersales_claim") == [(0,)]


def test_a_mis_click_is_taken_back_with_one_tap_and_no_money(acme: cast.Merchant) -> None:
    asked = offered(acme)
    for act in (answering.accept_card, answering.decline_card, answering.refund_now):
        answer(act, asked, later(minutes=1))()
        answer(answering.undo_answer, asked, later(minutes=2))()
        case = shop.case_of(asked)
        assert (case.state, case.answer, case.answered_at, case.released_at) == (State.OFFERED, "", None, None)
    answer(answering.accept_card, asked, later(minutes=3))()
    with pytest.raises(answering.CardClosed):
        answer(answering.undo_answer, asked, later(minutes=8))()
    assert doors.rows(acme, "SELECT count(*) FROM aftersales_claim") == [(0,)]


def test_a_stranger_has_no_card_to_answer(acme: cast.Merchant) -> None:
    case, other = shop.case_of(offered(acme)), cast.other()
    for act in (answering.accept_card, answering.decline_card, answering.refund_now, answering.undo_answer):
        with pytest.raises(NotFound):
            act(merchant_id=other.id, case_id=case.pk, by=shop.BUYER, at=NOW)
    with pytest.raises(NotFound):
        operations.record_outcome(merchant_id=other.id, request_id=case.request_id, outcome="refunded", by=CLI, at=NOW)
    assert shop.case_of(shop.Recorded(case.request, case, is_new=False)).state == State.OFFERED


def test_sessions_in_threads_and_after_a_reconnect_prepare_for_themselves(acme: cast.Merchant) -> None:
    offered(acme)
    all_fine(at_once(*[lambda n=n: shop.ask(acme, order=f"O{n}", reason_code="size") for n in (2, 3)]))
    assert shop.ask(acme, order="O5", reason_code="size").case is not None
    connection.close()
    assert shop.ask(acme, order="O4", reason_code="size").case is not None
