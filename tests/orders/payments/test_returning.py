"""Money back to where it came from: it leaves the wallet at once, goes out once, and comes back when it cannot be sent."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from marketplace.audit.models import AuditEvent
from marketplace.kernel.transitions import NotPossible
from marketplace.ledger.queries import is_balanced
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.escrow.errors import NotEnoughInWallet
from orders.escrow.operations import debit_wallet
from orders.payments import inbox
from orders.payments.gateways.protocol import Notice, Result
from orders.payments.gateways.sandbox import client
from orders.payments.models import PayBack, PayIn, PaymentCase, SandboxCharge
from orders.payments.operations.callbacks import take_callback
from orders.payments.operations.cases import BadDecision, credit_case
from orders.payments.operations.returning import MOST_ATTEMPTS, BadReturn, BankAccount, request_pay_back, send_due, settle_by_hand
from orders.payments.operations.settling import receive
from orders.payments.policies import shares_to_return
from tests import cast
from tests.orders.payments.conftest import NOW, balance, begin, fresh, in_scope, say

ACCOUNT = BankAccount("Acme Ltd", "A bank", "6222 0000 1111 2222")


def paid(acme: cast.Merchant, amount: int = 50_000) -> PayIn:
    """Paid at the sandbox, in its books as well."""
    row = begin(acme, amount)
    for headers, body in client.decide(merchant_id=acme.id, reference=row.reference, pay=True, at=NOW):
        take_callback(gateway="sandbox", headers=headers, body=body, at=NOW)
    return fresh(row)


def back(acme: cast.Merchant, amount: int, key: str = "form", **values: Any) -> list[PayBack]:
    return request_pay_back(merchant_id=acme.id, amount=amount, currency="CNY", key=key, at=NOW, by=CLI, **values)


def again(row: PayBack) -> PayBack:
    with scope(row.merchant_id, read_only=True):
        return PayBack.objects.get(merchant_id=row.merchant_id, pk=row.pk)


def send(acme: cast.Merchant, later: timedelta = timedelta(0)) -> int:
    return send_due(merchant_id=acme.id, at=NOW + later, by=CLI)


def test_money_goes_back_to_the_newest_payments_first(acme: cast.Merchant) -> None:
    first, second = paid(acme, 300), paid(acme, 200)
    made = back(acme, 350)
    assert [(row.pay_in_id, row.amount) for row in made] == [(second.pk, 200), (first.pk, 150)]
    assert balance(acme) == 150
    assert send(acme) == 2
    assert send(acme, timedelta(days=1)) == 0
    assert [again(row).state for row in made] == ["succeeded", "succeeded"]
    charges = in_scope(acme, lambda: {c.reference: sum(c.returned.values()) for c in SandboxCharge.objects.all()})
    assert charges == {first.reference: 150, second.reference: 200}
    assert in_scope(acme, lambda: is_balanced(acme.id))


def test_the_same_form_sent_twice_sends_once(acme: cast.Merchant) -> None:
    paid(acme, 300)
    first = back(acme, 100)
    assert [row.pk for row in back(acme, 100)] == [row.pk for row in first]
    with pytest.raises(BadReturn, match="another amount"):
        back(acme, 200)
    assert balance(acme) == 200


def test_no_more_than_was_paid_in_or_than_is_there(acme: cast.Merchant) -> None:
    paid(acme, 300)
    with pytest.raises(BadReturn, match="More than"):
        back(acme, 301)
    with scope(acme.id):
        debit_wallet(merchant_id=acme.id, amount=250, currency="CNY", key="spent", kind="paid_back", at=NOW, by=CLI)
    with pytest.raises(NotEnoughInWallet):
        back(acme, 100)
    assert balance(acme) == 50
    assert in_scope(acme, PayBack.objects.count) == 0


def test_what_the_company_refuses_is_in_the_wallet_again(acme: cast.Merchant, settings: Any) -> None:
    row = paid(acme)
    settings.PAYMENT_SANDBOX_FAULTS = "back_refuse=1"
    (made,) = back(acme, 20_000)
    assert balance(acme) == 30_000
    assert send(acme) == 1
    assert (again(made).state, again(made).remark, balance(acme)) == ("failed", "account_closed", 50_000)
    assert fresh(row).returned_amount == 0
    assert in_scope(acme, lambda: is_balanced(acme.id))


def test_without_an_answer_the_company_is_asked_before_anything_is_sent_again(acme: cast.Merchant, settings: Any) -> None:
    row = paid(acme)
    settings.PAYMENT_SANDBOX_FAULTS = "back_timeout=1"
    (made,) = back(acme, 20_000)
    assert send(acme) == 0
    assert again(made).state == "submitted"
    assert send(acme, timedelta(minutes=5)) == 0, "not before its time"
    assert send(acme, timedelta(minutes=11)) == 1
    assert again(made).state == "succeeded"
    charge = in_scope(acme, lambda: SandboxCharge.objects.get(reference=row.reference))
    assert charge.returned == {made.request_id: 20_000}


def test_what_the_company_takes_back_after_it_sent_it_is_in_the_wallet_again_once(acme: cast.Merchant) -> None:
    row = paid(acme)
    (made,) = back(acme, 20_000)
    assert send(acme) == 1 and again(made).state == "succeeded"
    before = balance(acme)
    said = Notice("late:1", made.request_id, Result.NOT_RETURNED, "", 20_000, "CNY", NOW, "card closed")
    for event in ("late:1", "late:2"):
        receive(gateway="sandbox", notice=replace(said, event_id=event), at=NOW, by=CLI)
    assert (again(made).state, balance(acme) - before, fresh(row).returned_amount) == ("failed", 20_000, 0)


def test_another_amount_sent_back_is_a_case_that_cannot_be_credited(acme: cast.Merchant) -> None:
    paid(acme)
    (made,) = back(acme, 20_000)
    said = Notice("odd:1", made.request_id, Result.RETURNED, "T-1", 19_000, "CNY", NOW, "")
    receive(gateway="sandbox", notice=said, at=NOW, by=CLI)
    case = in_scope(acme, PaymentCase.objects.get)
    assert (case.kind, case.expected_amount, case.amount) == ("return_differs", 20_000, 19_000)
    with pytest.raises(BadDecision):
        credit_case(merchant_id=acme.id, case_id=case.pk, remark="", by=CLI, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_what_the_company_gave_no_end_to_is_left_to_people(acme: cast.Merchant) -> None:
    paid(acme)
    (made,) = back(acme, 20_000)
    assert inbox.waiting() == []
    with scope(acme.id):
        PayBack.objects.filter(merchant_id=acme.id, pk=made.pk).update(state="submitted", attempts=MOST_ATTEMPTS, next_at=NOW)
    assert send(acme, timedelta(days=30)) == 0
    assert len(inbox.waiting()) == 1
    before = balance(acme)
    assert settle_by_hand(merchant_id=acme.id, pay_back_id=made.pk, reason="abnormal at the company", by=CLI, at=NOW)
    assert (again(made).state, balance(acme) - before, inbox.waiting()) == ("failed", 20_000, [])


def test_a_bank_transfer_needs_its_account_and_is_sent_by_staff(acme: cast.Merchant) -> None:
    row = begin(acme, gateway="bank")
    say(row)
    with pytest.raises(BadReturn, match="name the account"):
        back(acme, 20_000)
    with pytest.raises(BadReturn, match="not an account"):
        back(acme, 20_000, account=BankAccount("Acme", "A bank", "12"))
    (made,) = back(acme, 20_000, account=ACCOUNT)
    assert (made.last4, b"6222" in bytes(made.account or b""), send(acme)) == ("2222", False, 0)
    values: dict[str, Any] = {"merchant_id": acme.id, "pay_back_id": made.pk, "by": CLI, "at": NOW}
    assert settle_by_hand(bank_reference="OUT-1", **values)
    assert not settle_by_hand(bank_reference="OUT-1", **values)
    assert not settle_by_hand(reason="too late", **values), "what was sent cannot fail any more"
    assert (again(made).state, balance(acme)) == ("succeeded", 30_000)
    assert in_scope(acme, lambda: AuditEvent.objects.filter(action="payments.pay_back.succeeded").count()) == 1


def test_staff_do_not_settle_what_the_company_settles(acme: cast.Merchant) -> None:
    paid(acme)
    (made,) = back(acme, 100)
    with pytest.raises(NotPossible):
        settle_by_hand(merchant_id=acme.id, pay_back_id=made.pk, bank_reference="x", by=CLI, at=NOW)
    assert again(made).state == "requested"


@given(
    st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**6)), max_size=8),
    st.integers(1, 10**7),
)
def test_shares_never_exceed_what_is_left_of_their_payment(payments: list[tuple[int, int]], amount: int) -> None:
    rows = [PayIn(state="succeeded", paid_amount=paid, returned_amount=min(paid, back)) for paid, back in payments]
    shares = shares_to_return(amount, rows)
    assert all(0 < share <= (row.paid_amount or 0) - row.returned_amount for row, share in shares)
    assert sum(share for _row, share in shares) == min(amount, sum((row.paid_amount or 0) - row.returned_amount for row in rows))


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_never_send_more_than_there_is(acme: cast.Merchant) -> None:
    paid(acme, 1_000)
    barrier = Barrier(2)

    def ask(key: str) -> str:
        barrier.wait(10)
        try:
            back(acme, 700, key)
        except (BadReturn, NotEnoughInWallet):
            return "refused"
        finally:
            connections.close_all()
        return "sent"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(ask, ["a", "b"])) == ["refused", "sent"]
    assert balance(acme) == 300
