"""Cards on their way: the buyer's language, the last look before sending, and what an undelivered card does to the hold."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from aftersales.guards.operations import switch_program
from aftersales.programs.refund_retention import answering
from aftersales.programs.refund_retention.models import RetentionCase
from marketplace.outbox.delivery.engine import deliver
from marketplace.outbox.kinds import all_kinds
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.store.models import Buyer
from tests import cast
from tests.engine import doors
from tests.retention import shop

pytestmark = pytest.mark.django_db(transaction=True)
State = RetentionCase.State
SENT = "SELECT kind, state, reason, coalesce(rendered ->> 'body', '') FROM outbox_message ORDER BY id"


@pytest.fixture
def acme(tmp_path: Path) -> cast.Merchant:
    merchant = cast.acme(currency="CNY", timezone="Asia/Shanghai")
    shop.orders(tmp_path, merchant, {"title": "北欧落地灯"})
    shop.policy(merchant, channel="in_app")
    return merchant


def test_a_card_reaches_the_buyer_and_the_case_knows(acme: cast.Merchant) -> None:
    now = timezone.now()
    asked = shop.ask(acme, at=now, reason_code="size")
    assert deliver(merchant_id=acme.id, channel="in_app")["sent"] == 1
    shop.beat(acme, now)
    assert shop.case_of(asked).state == State.SENT
    ((kind, state, _reason, body),) = doors.rows(acme, SENT)
    assert (kind, state) == ("aftersales.refund_retention.offered", "sent")
    assert "直接退款" in body


def test_a_money_card_says_the_amount_in_the_buyers_language(acme: cast.Merchant) -> None:
    with scope(acme.id):
        Buyer.objects.filter(merchant_id=acme.id).update(language="en")
    shop.ask(acme, at=timezone.now(), reason_code="defective")
    assert deliver(merchant_id=acme.id, channel="in_app")["sent"] == 1
    ((kind, _state, _reason, body),) = doors.rows(acme, SENT)
    assert kind == "aftersales.refund_retention.offered_money"
    assert "49.60" in body
    assert "Just refund me" in body


def test_a_card_answered_meanwhile_is_not_sent(acme: cast.Merchant) -> None:
    now = timezone.now()
    case = shop.case_of(shop.ask(acme, at=now, reason_code="size"))
    answering.refund_now(merchant_id=acme.id, case_id=case.pk, by=shop.BUYER, at=now)
    deliver(merchant_id=acme.id, channel="in_app")
    assert [row[1:3] for row in doors.rows(acme, SENT)] == [("dropped", "answered")]


def test_a_card_that_cannot_be_delivered_lets_the_refund_go_at_once(acme: cast.Merchant) -> None:
    now = timezone.now()
    asked = shop.ask(acme, at=now, reason_code="size")
    with scope(acme.id):
        Buyer.objects.filter(merchant_id=acme.id).update(opted_out_at=now)
    deliver(merchant_id=acme.id, channel="in_app")
    shop.beat(acme, now + timedelta(minutes=1))
    case = shop.case_of(asked)
    assert (case.state, case.reason, case.released_at) == (State.TIMED_OUT, "NOT_DELIVERED", now + timedelta(minutes=1))


def test_an_accepted_card_tells_the_merchants_people_to_withdraw(acme: cast.Merchant) -> None:
    now = timezone.now()
    asked = shop.ask(acme, at=now - timedelta(minutes=10), reason_code="size")
    shop.accept(shop.case_of(asked), now - timedelta(minutes=6))
    shop.beat(acme, now)
    deliver(merchant_id=acme.id, channel="in_app")
    told = doors.rows(acme, "SELECT kind, state FROM outbox_message WHERE recipient_id IS NULL")
    assert told == [("aftersales.refund_retention.withdrawal_requested", "sent")]


def test_a_stopped_program_decides_nothing_and_goes_on_when_let(acme: cast.Merchant) -> None:
    stop = {"merchant_id": acme.id, "program": "refund_retention", "reason": "drill", "by": CLI, "at": shop.NOW}
    switch_program(**stop, stop=True)
    asked = shop.ask(acme, reason_code="size")
    assert asked.case is None
    shop.beat(acme, shop.later(minutes=1))
    assert doors.rows(acme, "SELECT count(*) FROM refund_retention_retentioncase") == [(0,)]
    switch_program(**stop, stop=False)
    shop.beat(acme, shop.later(minutes=2))
    assert shop.case_of(asked).state == State.OFFERED


def test_no_wording_speaks_of_reviews() -> None:
    kinds = [kind for kind in all_kinds() if kind.program == "refund_retention"]
    texts = [path.read_text() for kind in kinds if kind.folder.is_dir() for path in kind.folder.rglob("*.txt")]
    assert len(texts) >= 14
    assert not any(word in text.lower() for text in texts for word in ("review", "rating", "评价", "好评", "差评", "评论"))
