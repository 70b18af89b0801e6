"""What a payment company says becomes money in the wallet once, and everything converges."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from marketplace.audit.models import AuditEvent
from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.transitions import NotPossible
from marketplace.outbox.models import Message
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.payments import purposes
from orders.payments.gateways.protocol import Result
from orders.payments.models import GatewayNotice, PaymentCase, StrayPayment
from orders.payments.operations.settling import Outcome, confirm_transfer, receive, use_money
from orders.payments.operations.starting import BadPayment, give_up, start_pay_in
from orders.payments.operations.sweeping import sweep
from tests import cast
from tests.orders.payments.conftest import NOW, balance, begin, fresh, in_scope, say, told


@pytest.fixture
def bought() -> Iterator[list[dict[str, Any]]]:
    """A purpose that writes down what was paid for; subject 13 can no longer be paid."""
    paid: list[dict[str, Any]] = []

    def on_paid(**values: Any) -> None:
        if values["subject_id"] == 13:
            raise UserError("This milestone is funded already.")
        paid.append(values)

    purposes.register_purpose("test", on_paid=on_paid, describe=lambda _merchant, number: purposes.Subject(f"thing {number}"))
    yield paid
    del purposes._purposes["test"]


def test_money_that_arrived_is_in_the_wallet_once(acme: cast.Merchant) -> None:
    row = begin(acme)
    assert say(row) is Outcome.SETTLED
    assert say(row) is Outcome.REPEATED
    assert say(row, event_id="another event") is Outcome.REPEATED
    assert balance(acme) == 50_000
    assert (fresh(row).state, fresh(row).paid_amount, fresh(row).use) == ("succeeded", 50_000, "kept")
    assert in_scope(acme, lambda: GatewayNotice.objects.filter(outcome="settled").count()) == 1
    assert in_scope(acme, lambda: AuditEvent.objects.filter(action="payments.pay_in.arrived").count()) == 1
    assert in_scope(acme, lambda: Message.objects.filter(kind="payments.pay_in.arrived", channel="in_app").count()) == 1


@pytest.mark.parametrize("before", ["failed", "expired", "given_up"])
def test_money_that_arrives_late_still_counts(acme: cast.Merchant, before: str) -> None:
    row = begin(acme)
    if before == "failed":
        assert say(row, Result.FAILED) is Outcome.FAILED
    elif before == "given_up":
        give_up(merchant_id=acme.id, pay_in_id=row.pk, at=NOW, by=CLI)
    else:
        sweep(merchant_id=acme.id, at=NOW + timedelta(hours=1), by=CLI)
        assert fresh(row).state == "expired"
    assert balance(acme) == 0
    assert say(row) is Outcome.SETTLED
    assert (fresh(row).state, balance(acme)) == ("succeeded", 50_000)


def test_a_failure_told_after_the_success_changes_nothing(acme: cast.Merchant) -> None:
    row = begin(acme)
    say(row)
    assert say(row, Result.FAILED) is Outcome.IGNORED
    assert (fresh(row).state, balance(acme)) == ("succeeded", 50_000)


@pytest.mark.parametrize(
    ("values", "kind"),
    [({"amount": 49_999}, "amount_differs"), ({"amount": 50_001}, "amount_differs"), ({"currency": "USD"}, "currency_differs")],
)
def test_what_does_not_fit_becomes_a_case_and_no_money(acme: cast.Merchant, values: dict[str, Any], kind: str) -> None:
    row = begin(acme)
    assert say(row, **values) is Outcome.DIFFERENT
    assert say(row, event_id="said again", **values) is Outcome.DIFFERENT
    assert balance(acme) == 0
    assert fresh(row).state == "pending"
    assert in_scope(acme, lambda: list(PaymentCase.objects.values_list("kind", flat=True))) == [kind]
    assert sweep(merchant_id=acme.id, at=NOW + timedelta(days=1), by=CLI) == 0, "a payment that is looked into does not expire"


def test_a_second_payment_for_the_same_reference_is_a_case(acme: cast.Merchant) -> None:
    row = begin(acme)
    say(row)
    assert say(row, event_id="second", transaction="tx-second") is Outcome.DIFFERENT
    assert balance(acme) == 50_000
    assert in_scope(acme, lambda: PaymentCase.objects.get().kind) == "paid_twice"


def test_one_transaction_pays_for_one_payment_only_whoever_it_belongs_to(acme: cast.Merchant) -> None:
    first, other = begin(acme), cast.other()
    second = begin(other)
    assert say(first, transaction="tx-1") is Outcome.SETTLED
    assert say(second, transaction="tx-1") is Outcome.DIFFERENT
    assert (balance(acme), balance(other)) == (50_000, 0)
    assert in_scope(other, lambda: PaymentCase.objects.get().kind) == "transaction_reused"


def test_a_chargeback_is_a_case_found_by_its_transaction(acme: cast.Merchant) -> None:
    row = begin(acme)
    say(row)
    assert say(row, Result.TAKEN_BACK, reference="") is Outcome.DIFFERENT
    assert in_scope(acme, lambda: PaymentCase.objects.get().kind) == "taken_back"
    assert balance(acme) == 50_000, "staff decide; nothing is taken by itself"


def test_money_without_a_reference_is_kept_for_staff_once(acme: cast.Merchant) -> None:
    stray = told(begin(acme), reference="NOBODY", payer="Somebody Ltd")
    assert receive(gateway="sandbox", notice=stray, at=NOW, by=CLI) is Outcome.STRAY
    assert receive(gateway="sandbox", notice=stray, at=NOW, by=CLI) is Outcome.IGNORED
    found = StrayPayment.objects.using("system").get()
    assert (found.amount, found.payer, found.state, balance(acme)) == (50_000, "Somebody Ltd", "open", 0)


def test_another_gateways_callback_cannot_settle_a_payment(acme: cast.Merchant) -> None:
    row = begin(acme)
    assert receive(gateway="bank", notice=told(row), at=NOW, by=CLI) is Outcome.STRAY
    assert (balance(acme), fresh(row).state) == (0, "pending")


# What it was paid for.


def test_the_purpose_is_paid_once_after_the_money_is_in_the_wallet(acme: cast.Merchant, bought: list[dict[str, Any]]) -> None:
    row = begin(acme, purpose="test", subject_id=12)
    say(row)
    say(row, event_id="again")
    assert use_money(merchant_id=acme.id, pay_in_id=row.pk, at=NOW, by=CLI) is False
    assert [(paid["subject_id"], paid["amount"], paid["currency"]) for paid in bought] == [(12, 50_000, "CNY")]
    assert fresh(row).use == "used"


def test_what_can_no_longer_be_paid_leaves_the_money_in_the_wallet(acme: cast.Merchant, bought: list[dict[str, Any]]) -> None:
    row = begin(acme, purpose="test", subject_id=13)
    assert say(row) is Outcome.SETTLED
    assert (bought, fresh(row).use, fresh(row).remark) == ([], "kept", "This milestone is funded already.")
    assert balance(acme) == 50_000
    assert in_scope(acme, lambda: Message.objects.filter(kind="payments.pay_in.kept", channel="in_app").count()) == 1


def test_the_sweep_pays_what_a_worker_that_died_left_unpaid(
    acme: cast.Merchant, bought: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = begin(acme, purpose="test", subject_id=12)
    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr("orders.payments.operations.settling.use_money", lambda **_: (_ for _ in ()).throw(SystemExit))
        say(row)
    assert (bought, balance(acme), fresh(row).use) == ([], 50_000, "waiting")
    assert sweep(merchant_id=acme.id, at=NOW, by=CLI) == 1
    assert sweep(merchant_id=acme.id, at=NOW, by=CLI) == 0
    assert len(bought) == 1


def test_nobody_may_take_a_purpose_that_is_taken(bought: list[dict[str, Any]]) -> None:
    with pytest.raises(purposes.PurposeRegistered):
        purposes.register_purpose("test", on_paid=lambda **_: None, describe=lambda _merchant, _number: None)
    with pytest.raises(purposes.UnknownPurpose):
        purposes.purpose_named("nothing")


# Beginning.


def test_the_same_form_sent_twice_is_one_payment(acme: cast.Merchant) -> None:
    values: dict[str, Any] = {
        "merchant_id": acme.id, "currency": "CNY", "gateway": "sandbox", "key": "form-1", "at": NOW, "by": CLI,
    }  # fmt: skip
    first = start_pay_in(amount=100, **values)
    assert start_pay_in(amount=100, **values).pk == first.pk
    with pytest.raises(BadPayment, match="another amount"):
        start_pay_in(amount=200, **values)


@pytest.mark.parametrize("amount", [0, -1, 10**12 + 1])
def test_amounts_that_are_none_are_refused(acme: cast.Merchant, amount: int) -> None:
    with pytest.raises(BadPayment):
        begin(acme, amount)


def test_a_gateway_that_is_off_or_lacks_the_currency_is_refused(acme: cast.Merchant, settings: Any) -> None:
    with pytest.raises(NotFound):
        begin(acme, gateway="stripe")
    settings.PAYMENT_CURRENCIES = ["USD"]
    with pytest.raises(BadPayment, match="currency"):
        begin(acme)


def test_no_more_than_twenty_wait_at_once(acme: cast.Merchant) -> None:
    for _number in range(20):
        begin(acme)
    with pytest.raises(BadPayment, match="Twenty"):
        begin(acme)


def test_what_arrived_cannot_be_given_up(acme: cast.Merchant) -> None:
    row = begin(acme)
    say(row)
    with pytest.raises(NotPossible):
        give_up(merchant_id=acme.id, pay_in_id=row.pk, at=NOW, by=CLI)
    assert fresh(row).state == "succeeded"


# Bank transfers confirmed by hand.


def test_staff_confirm_a_transfer_once(acme: cast.Merchant) -> None:
    row = begin(acme, gateway="bank")
    values: dict[str, Any] = {"merchant_id": acme.id, "pay_in_id": row.pk, "amount": 50_000, "at": NOW, "by": CLI}
    assert confirm_transfer(bank_reference="B-1", **values) is Outcome.SETTLED
    assert confirm_transfer(bank_reference="B-1", **values) is Outcome.REPEATED
    assert confirm_transfer(bank_reference="B-2", **values) is Outcome.DIFFERENT
    assert balance(acme) == 50_000


def test_staff_cannot_confirm_what_a_payment_company_confirms(acme: cast.Merchant) -> None:
    row = begin(acme)
    with pytest.raises(UserError, match="by hand"):
        confirm_transfer(merchant_id=acme.id, pay_in_id=row.pk, amount=50_000, bank_reference="B-1", at=NOW, by=CLI)
    assert balance(acme) == 0


def test_a_payment_belongs_to_its_merchant(acme: cast.Merchant) -> None:
    row, other = begin(acme), cast.other()
    with pytest.raises(NotFound):
        give_up(merchant_id=other.id, pay_in_id=row.pk, at=NOW, by=CLI)
    with scope(acme.id, read_only=True):
        assert fresh(row).state == "pending"
