"""Autopay of standing services: paid on the first day, three tries in seven days, a limit, and a stop that holds."""

from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from marketplace.audit.models import AuditEvent
from marketplace.kernel.errors import NotFound
from marketplace.kernel.transitions import NotPossible
from marketplace.outbox.models import Message
from marketplace.tenancy.actor import BEAT
from marketplace.tenancy.scope import scope
from orders.payments.gateways.protocol import Notice, Result
from orders.payments.models import Autopay, AutopayInvoice, PayIn
from orders.payments.operations import autopaying
from orders.payments.operations.settling import receive
from orders.payments.operations.starting import BadPayment
from orders.payments.states import AUTOPAY, AUTOPAY_INVOICE, AutopayInvoiceState, AutopayState
from orders.service.operations import add_variable
from tests import cast
from tests.orders.service.stories import DAY, MONTHLY, STAGES, TRIAL, Story, funded, signed
from tests.orders.service.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
#: The second period of a contract funded at `stories.AT` begins, on the market's clock.
DAY_ONE = datetime(2026, 4, 5, 16, tzinfo=UTC)
PRICE = 500_00


def permitted(story: Story, limit: int = PRICE, gateway: str = "sandbox") -> Autopay:
    return autopaying.authorise(
        merchant_id=story.merchant.id, kind="contract", subject_id=story.order_id, limit=limit, gateway=gateway,
        by=story.by("merchant"), at=story.at,
    )  # fmt: skip


def halted(story: Story) -> Autopay:
    return autopaying.stop(
        merchant_id=story.merchant.id, kind="contract", subject_id=story.order_id, by=story.by("merchant"), at=story.at
    )


@pytest.fixture
def story() -> Story:
    """The second period is invoiced; today is its first day, and autopay is permitted."""
    found = funded(MONTHLY)
    permitted(found)
    found.at = DAY_ONE
    found.sweep()
    assert found.milestone(2).due_at == DAY_ONE
    return found


def pay(story: Story) -> int:
    return autopaying.sweep(by=BEAT, at=story.at)


def invoices(story: Story) -> list[AutopayInvoice]:
    with scope(story.merchant.id):
        return list(AutopayInvoice.objects.filter(merchant_id=story.merchant.id).order_by("id"))


def payments(story: Story) -> list[PayIn]:
    with scope(story.merchant.id):
        return list(PayIn.objects.filter(merchant_id=story.merchant.id).order_by("id"))


def told(story: Story) -> list[str]:
    """What the merchant was told of autopay, in order."""
    with scope(story.merchant.id):
        rows = Message.objects.filter(merchant_id=story.merchant.id, channel="in_app", kind__startswith="payments.autopay")
        return [row.kind.removeprefix("payments.autopay.") for row in rows.order_by("id")]


def noted(story: Story) -> list[str]:
    with scope(story.merchant.id):
        rows = AuditEvent.objects.filter(merchant_id=story.merchant.id, action__startswith="payments.autopay")
        return [row.action.removeprefix("payments.autopay.") for row in rows.order_by("id")]


def test_an_invoice_is_paid_on_the_first_day_of_its_period_once_and_not_before(story: Story) -> None:
    story.pay(2 * PRICE)
    story.at = DAY_ONE - timedelta(seconds=1)
    assert pay(story) == 0
    story.at = DAY_ONE
    assert [pay(story), pay(story), pay(story)] == [1, 0, 0]
    assert (story.milestone(2).state, story.wallet()) == ("funded", PRICE)
    (row,) = invoices(story)
    assert (row.state, row.tries, row.amount, row.next_at) == ("paid", 1, PRICE, None)
    assert told(story) == noted(story) == ["authorised", "paid"]


def test_a_short_wallet_is_tried_three_times_in_seven_days_then_the_work_rests(story: Story) -> None:
    story.pay(200_00)
    days = []
    for day in range(9):
        story.at = DAY_ONE + day * DAY
        before = [row.tries for row in invoices(story)]
        assert pay(story) == 0
        if [row.tries for row in invoices(story)] != before:
            days.append(day)
        story.sweep()
        if story.order.state == "paused":
            break
    assert (days, day, story.order.paused_by) == ([0, 3, 6], 7, "")
    (row,) = invoices(story)
    assert (row.state, row.tries, row.reason) == ("failed", 3, "short")
    assert told(story) == ["authorised", "short", "short", "failed"]
    assert noted(story) == ["authorised", "put_off", "put_off", "failed"]
    # Each try asked for what was missing; the money that comes in late wakes the contract up.
    assert [(each.amount, each.purpose, each.subject_id) for each in payments(story)] == [
        (300_00, "milestone", story.milestone(2).pk)
    ] * 3
    last = payments(story)[-1]
    paid = Notice(
        event_id="e1", reference=last.reference, result=Result.PAID, transaction="t1", amount=300_00, currency="CNY",
        occurred_at=story.at,
    )  # fmt: skip
    receive(gateway="sandbox", notice=paid, at=story.at, by=BEAT)
    assert (story.milestone(2).state, story.order.state, story.wallet()) == ("funded", "active", 0)


def test_money_that_comes_between_the_tries_is_used_by_the_next(story: Story) -> None:
    pay(story)
    story.pay(PRICE)
    assert pay(story) == 0  # not before its time
    story.at += 3 * DAY
    assert (pay(story), invoices(story)[0].tries, story.milestone(2).state) == (1, 2, "funded")


def test_what_was_paid_by_hand_is_left_alone(story: Story) -> None:
    pay(story)
    story.fund(2)
    story.at += 3 * DAY
    assert (pay(story), invoices(story)[0].tries) == (0, 1)


def test_no_more_than_the_limit_is_paid_for_a_period(story: Story) -> None:
    story.pay(5 * PRICE)
    assert pay(story) == 1
    with scope(story.merchant.id):
        add_variable(
            merchant_id=story.merchant.id, order_id=story.order_id, name="Fee", amount=1_00, basis={"of": 1}, by=BEAT, at=story.at
        )
    story.at += 7 * DAY
    assert (pay(story), story.milestone(3).state, told(story)[-1]) == (0, "planned", "over_limit")
    assert len(payments(story)) == 0  # there is money enough
    permitted(story, limit=PRICE + 1_00)
    story.at += 3 * DAY
    assert (pay(story), story.milestone(3).state) == (1, "delivered")
    with scope(story.merchant.id):
        assert autopaying.spent_by_autopay(Autopay.objects.get(merchant_id=story.merchant.id), invoices(story)[0].period) == (
            PRICE + 1_00
        )


def test_nothing_is_paid_once_it_is_stopped_and_again_when_it_is_permitted_anew(story: Story) -> None:
    story.pay(PRICE)
    assert halted(story).state == halted(story).state == "stopped"
    assert (pay(story), invoices(story), noted(story)) == (0, [], ["authorised", "stopped"])
    permitted(story)
    assert pay(story) == 1


def test_only_told_where_no_way_to_pay_in_was_chosen(story: Story) -> None:
    permitted(story, gateway="")
    pay(story)
    assert (payments(story), told(story)[-1]) == ([], "short")


@pytest.mark.parametrize(
    ("make", "limit", "gateway", "refusal"),
    [
        (lambda: funded(STAGES), PRICE, "", NotFound),
        (lambda: funded(MONTHLY), PRICE - 1, "", BadPayment),
        (lambda: funded(MONTHLY), 0, "", BadPayment),
        (lambda: funded(MONTHLY), PRICE, "nothing", BadPayment),
        (lambda: ended(), PRICE, "", NotPossible),
    ],
)
def test_what_cannot_be_permitted(make: Any, limit: int, gateway: str, refusal: type[Exception]) -> None:
    story = make()
    with pytest.raises(refusal):
        permitted(story, limit=limit, gateway=gateway)
    with scope(story.merchant.id):
        assert not Autopay.objects.filter(merchant_id=story.merchant.id).exists()


def ended() -> Story:
    story = signed(MONTHLY)
    story.act("merchant", "cancel_order", reason="")
    return story


def test_a_foreign_contract_is_as_good_as_none(story: Story) -> None:
    other = cast.other()
    for act in (autopaying.authorise, autopaying.stop):
        more: dict[str, Any] = {"limit": PRICE} if act is autopaying.authorise else {}
        with pytest.raises(NotFound):
            act(merchant_id=other.id, kind="contract", subject_id=story.order_id, by=BEAT, at=story.at, **more)


def test_nothing_is_paid_by_itself_before_the_start_on_trial_or_while_the_merchant_lets_it_rest(story: Story) -> None:
    story.pay(5 * PRICE)
    story.act("merchant", "pause_order", reason="")
    assert pay(story) == 0
    story.act("merchant", "resume_order")
    assert pay(story) == 1
    waiting = signed(MONTHLY, merchant=story.merchant, provider=story.provider)
    on_trial = funded(TRIAL, merchant=story.merchant, provider=story.provider)
    for each in (waiting, on_trial):
        permitted(each)
    assert autopaying.sweep(by=BEAT, at=DAY_ONE) == 0
    assert waiting.milestone().state == "planned"


def test_what_is_killed_between_paying_and_noting_it_is_paid_once(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    story.pay(2 * PRICE)

    def die(*_args: Any, **_facts: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr(autopaying, "_note", die)
        with pytest.raises(SystemExit):
            pay(story)
    assert (invoices(story), story.milestone(2).state, story.wallet()) == ([], "planned", 2 * PRICE)
    assert (pay(story), story.wallet(), invoices(story)[0].tries) == (1, PRICE, 1)


def test_a_broken_invoice_keeps_nobody_waiting(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    story.pay(PRICE)
    whole = autopaying.due
    monkeypatch.setattr(autopaying, "due", lambda at, limit: [(story.merchant.id, "x", 1), *whole(at, limit)])
    assert pay(story) == 1


def test_what_is_due_is_found_with_one_statement_however_many_there_are(story: Story) -> None:
    def asked() -> tuple[int, int]:
        with CaptureQueriesContext(connections["system"]) as found:
            rows = autopaying.due(DAY_ONE)
        return len(rows), len([each for each in found if "payments_autopay" in each["sql"]])

    assert asked() == (1, 1)
    for _more in range(2):
        each = funded(MONTHLY, merchant=story.merchant, provider=story.provider)
        permitted(each)
    each.at = DAY_ONE
    each.sweep()
    assert asked() == (3, 1)


@pytest.mark.parametrize("is_locked", [True, False], ids=["locked", "without the lock"])
def test_who_stops_it_is_sure_that_nothing_is_paid_afterwards(
    story: Story, monkeypatch: pytest.MonkeyPatch, is_locked: bool
) -> None:
    """The sweep has read the permission when the merchant stops it. With the lock the stop waits for the payment to be over;
    without it the stop is answered first, and money moves afterwards."""
    story.pay(PRICE)
    has_read, is_stopped = Event(), Event()
    read = autopaying.locked_permission
    order: list[str] = []

    def reading(merchant_id: int, autopay_id: int) -> Autopay | None:
        found = (
            read(merchant_id, autopay_id) if is_locked else Autopay.objects.filter(merchant_id=merchant_id, pk=autopay_id).first()
        )
        has_read.set()
        is_stopped.wait(1.0)
        return found

    def paying() -> int:
        found = pay(story)
        order.append("paid")
        return found

    def stopping() -> None:
        has_read.wait(5)
        halted(story)
        order.append("stopped")
        is_stopped.set()

    monkeypatch.setattr(autopaying, "locked_permission", reading)
    assert at_once(paying, stopping)[0] == 1
    assert order == (["paid", "stopped"] if is_locked else ["stopped", "paid"])


def test_two_sweeps_at_once_try_an_invoice_once(story: Story) -> None:
    at_once(lambda: pay(story), lambda: pay(story))
    assert ([row.tries for row in invoices(story)], len(payments(story))) == ([1], 1)
    story.pay(PRICE)
    story.at += 3 * DAY
    assert sorted(at_once(lambda: pay(story), lambda: pay(story))) == [0, 1]
    assert story.wallet() == 0


def test_every_state_is_in_the_tables() -> None:
    assert {state for state, _act in AUTOPAY} | set(AUTOPAY.values()) == set(AutopayState.values)
    assert {state for state, _act in AUTOPAY_INVOICE} | set(AUTOPAY_INVOICE.values()) == set(AutopayInvoiceState.values)
