"""Callbacks over the wire: signature first, then a storm of them, then two at the same moment."""

import json
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from marketplace.ledger.queries import is_balanced
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.payments.gateways.protocol import Notice, Result
from orders.payments.gateways.sandbox import callback
from orders.payments.gateways.sandbox.client import decide
from orders.payments.models import GatewayNotice, PayIn, PaymentCase
from orders.payments.operations import settling
from orders.payments.operations.callbacks import take_callback
from orders.payments.operations.sweeping import sweep
from orders.payments.states import PAY_IN
from tests import cast
from tests.orders.payments.conftest import NOW, balance, begin, fresh, in_scope, say, told

URL = "/payments/sandbox/callback/"


def post(headers: dict[str, str], body: bytes) -> int:
    return int(Client().post(URL, body, content_type="application/json", headers=headers).status_code)


def test_a_callback_is_booked_and_answered(acme: cast.Merchant) -> None:
    row, now = begin(acme, at=timezone.now()), timezone.now()
    assert post(*callback.signed(told(row), now)) == 200
    assert (fresh(row).state, balance(acme)) == ("succeeded", 50_000)


def test_a_forged_stale_or_unreadable_callback_changes_nothing(acme: cast.Merchant) -> None:
    row, now = begin(acme, at=timezone.now()), timezone.now()
    headers, body = callback.signed(told(row), now)
    assert post({}, body) == 401
    assert post({callback.HEADER: headers[callback.HEADER][:-1] + "x"}, body) == 401
    assert post(headers, body.replace(b"50000", b"90000")) == 401
    assert post(*callback.signed(told(row), now - timedelta(minutes=6))) == 401
    assert post(*callback.signed(told(row), now + timedelta(minutes=6))) == 401
    nonsense = b'{"signed":"but nonsense"}'
    moment = int(now.timestamp())
    assert post({callback.HEADER: f"t={moment},v1={callback._sign(moment, nonsense)}"}, nonsense) == 400
    assert post(headers, b"x" * 70_000) == 413
    assert (fresh(row).state, balance(acme)) == ("pending", 0)
    assert in_scope(acme, GatewayNotice.objects.count) == 0


def test_only_gateways_that_are_switched_on_have_an_address(acme: cast.Merchant, settings: Any) -> None:
    client = Client()
    assert client.post("/payments/nothing/callback/").status_code == 404
    assert client.post("/payments/stripe/callback/").status_code == 404
    assert client.get(URL).status_code == 405
    assert client.post("/payments/bank/callback/", b"{}", content_type="application/json").status_code == 401
    settings.PAYMENT_GATEWAYS = ["bank"]
    assert client.post(URL).status_code == 404


def test_a_storm_of_callbacks_ends_where_an_orderly_day_would(acme: cast.Merchant) -> None:
    """1,000 deliveries: a third repeated, reordered, 5 % forged, 5 % stale; some lost ones are asked for (SECURITY F9)."""
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    rows = [start(acme, number) for number in range(20)]
    paid = {row.pk for row in rows if chance.random() < 0.7}
    said: list[tuple[Notice, int]] = []
    for row in rows:
        words = [told(row, Result.PENDING), *([told(row, Result.FAILED)] if chance.random() < 0.3 else [])]
        words += [told(row)] if row.pk in paid else [told(row, Result.FAILED)]
        said += [(words[chance.randrange(len(words))] if number else words[-1], 0) for number in range(50)]
    chance.shuffle(said)
    answers = []
    for notice, _ in said:
        headers, body = callback.signed(notice, NOW)
        fate = chance.random()
        if fate < 0.05:
            body = body.replace(b'"amount":', b'"amount":9')
        elif fate < 0.10:
            headers, body = callback.signed(notice, NOW - timedelta(minutes=10))
        answers.append(take_callback(gateway="sandbox", headers=headers, body=body, at=NOW).status)
    found = {row.pk: fresh(row).state for row in rows}
    assert found == {row.pk: "succeeded" if row.pk in paid else "failed" for row in rows}, f"seed {seed}"
    assert balance(acme) == sum(row.amount for row in rows if row.pk in paid), f"seed {seed}"
    assert set(answers) == {200, 401}
    assert in_scope(acme, PaymentCase.objects.count) == 0
    assert in_scope(acme, lambda: is_balanced(acme.id))


def start(merchant: cast.Merchant, number: int) -> PayIn:
    return begin(merchant, 1_000 + number)


@pytest.mark.django_db(transaction=True)
class TestRaces:
    """Two workers get the same payment's callbacks at the same moment."""

    @pytest.fixture(autouse=True)
    def close(self) -> Iterator[None]:
        yield
        connections.close_all()

    @staticmethod
    def together(acts: list[Any]) -> list[Any]:
        barrier = Barrier(len(acts))

        def run(act: Any) -> Any:
            barrier.wait(10)
            try:
                return act()
            except Exception as error:  # noqa: BLE001  what a worker dies of is what the test looks at
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(acts)) as pool:
            return [future.result() for future in [pool.submit(run, act) for act in acts]]

    def test_two_callbacks_at_once_credit_once(self, acme: cast.Merchant) -> None:
        for number in range(10):
            row = begin(acme, 1_000)
            found = self.together([lambda row=row, n=n: say(row, event_id=f"evt-{row.reference}-{n}") for n in range(2)])
            assert sorted(found) == ["repeated", "settled"]
            assert balance(acme) == 1_000 * (number + 1)

    def test_the_control_without_the_lock_both_book(self, acme: cast.Merchant, monkeypatch: pytest.MonkeyPatch) -> None:
        """The same race without the payment's lock: both workers think they were first. (The ledger's key still holds.)"""
        monkeypatch.setattr(settling, "locked_pay_in", lambda merchant_id, pk: PayIn.objects.get(merchant_id=merchant_id, pk=pk))
        real, barrier = settling.credit_wallet, Barrier(2)

        def slow(**values: Any) -> bool:
            barrier.wait(10)
            return real(**values)

        monkeypatch.setattr(settling, "succeed", lambda row, **_: None)
        monkeypatch.setattr(settling, "credit_wallet", slow)
        row = begin(acme, 1_000)
        found = self.together([lambda n=n: say(row, event_id=f"evt-{row.reference}-{n}") for n in range(2)])
        assert found == ["settled", "settled"]
        assert balance(acme) == 1_000

    def test_a_callback_and_giving_up_at_once_never_lose_the_money(self, acme: cast.Merchant) -> None:
        from orders.payments.operations.starting import give_up

        for number in range(5):
            row = begin(acme, 1_000)
            self.together(
                [lambda row=row: say(row), lambda row=row: give_up(merchant_id=acme.id, pay_in_id=row.pk, at=NOW, by=CLI)]
            )
            assert (fresh(row).state, balance(acme)) == ("succeeded", 1_000 * (number + 1))


# The sandbox, with its faults.


def deliver(acme: cast.Merchant, row: PayIn, *, pay: bool = True) -> int:
    sent = decide(merchant_id=acme.id, reference=row.reference, pay=pay, at=NOW)
    for headers, body in sent:
        take_callback(gateway="sandbox", headers=headers, body=body, at=NOW)
    return len(sent)


@pytest.mark.parametrize(("faults", "sent"), [("", 1), ("twice=1", 2), ("lost=1", 0)])
def test_lost_and_doubled_callbacks_end_the_same(acme: cast.Merchant, settings: Any, faults: str, sent: int) -> None:
    settings.PAYMENT_SANDBOX_FAULTS = faults
    row = begin(acme)
    assert deliver(acme, row) == sent
    sweep(merchant_id=acme.id, at=NOW + timedelta(minutes=3), by=CLI)
    assert (fresh(row).state, balance(acme)) == ("succeeded", 50_000)


def test_a_payment_that_was_paid_in_the_last_minute_does_not_expire(acme: cast.Merchant, settings: Any) -> None:
    settings.PAYMENT_SANDBOX_FAULTS = "lost=1"
    row = begin(acme)
    deliver(acme, row)
    sweep(merchant_id=acme.id, at=row.expires_at + timedelta(minutes=1), by=CLI)
    assert (fresh(row).state, balance(acme)) == ("succeeded", 50_000)


def test_less_money_than_asked_for_is_a_case(acme: cast.Merchant, settings: Any) -> None:
    settings.PAYMENT_SANDBOX_FAULTS = "less=1"
    row = begin(acme)
    deliver(acme, row)
    assert (fresh(row).state, balance(acme), in_scope(acme, PaymentCase.objects.count)) == ("pending", 0, 1)


def test_a_refused_payment_has_failed(acme: cast.Merchant) -> None:
    row = begin(acme)
    deliver(acme, row, pay=False)
    assert (fresh(row).state, fresh(row).remark) == ("failed", "declined")


def test_every_state_is_reached_by_the_table_only() -> None:
    assert {state for state, _act in PAY_IN} | set(PAY_IN.values()) == {"created", "pending", "succeeded", "failed", "expired"}
    assert not [act for state, act in PAY_IN if state == "succeeded"], "what arrived stays"
    assert json.dumps(sorted(after for (_state, act), after in PAY_IN.items() if act == "succeed")).count("succeeded") == 4


def test_the_database_refuses_a_success_without_money(acme: cast.Merchant) -> None:
    from django.db import IntegrityError

    row = begin(acme)
    with pytest.raises(IntegrityError), scope(acme.id):
        PayIn.objects.filter(merchant_id=acme.id, pk=row.pk).update(state="succeeded")
