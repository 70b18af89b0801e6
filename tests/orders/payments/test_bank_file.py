"""The bank's list: read whole, settled once, and what does not fit is shown to a person."""

import pytest

from marketplace.kernel.transitions import NotPossible
from marketplace.tenancy.actor import CLI
from orders.payments.gateways.bank.callback import BadFile, lines_of, reference_in
from orders.payments.models import PaymentCase, StrayPayment
from orders.payments.operations.cases import BadDecision, assign_stray, credit_case, explain_case, send_stray_back
from orders.payments.operations.importing import import_bank_file
from orders.payments.operations.settling import Outcome, confirm_transfer
from tests import cast
from tests.orders.payments.conftest import NOW, balance, begin, fresh, in_scope

HEADER = "交易日期,流水号,收入金额,支出金额,对方户名,附言\n"


def file(*lines: str, header: str = HEADER) -> bytes:
    return (header + "\n".join(lines) + "\n").encode("gb18030")


def test_a_line_with_our_reference_settles_its_payment_once(acme: cast.Merchant) -> None:
    row = begin(acme, gateway="bank")
    text = f"货款 {row.reference[:4]} {row.reference[4:].lower()}"
    content = file(
        f'2026-03-06,F001,"500.00",,艾克米公司,{text}', "2026-03-06,F002,,88.00,供应商,付款", "2026-03-06,F003,9.90,,某人,谢谢"
    )
    done = import_bank_file(content=content, currency="CNY", at=NOW, by=CLI)
    assert (done.lines, dict(done.outcomes), done.to_look_at) == (2, {"settled": 1, "stray": 1}, [(4, "F003", "stray")])
    assert (fresh(row).state, fresh(row).transaction, fresh(row).payer, balance(acme)) == (
        "succeeded",
        "F001",
        "艾克米公司",
        50_000,
    )
    again = import_bank_file(content=content, currency="CNY", at=NOW, by=CLI)
    assert (dict(again.outcomes), balance(acme)) == ({"repeated": 1, "ignored": 1}, 50_000)


def test_another_amount_is_a_case_that_staff_credit_once(acme: cast.Merchant) -> None:
    row = begin(acme, gateway="bank")
    import_bank_file(content=file(f"2026-03-06,F001,480.00,,艾克米,{row.reference}"), currency="CNY", at=NOW, by=CLI)
    case = in_scope(acme, PaymentCase.objects.get)
    assert (balance(acme), case.expected_amount, case.amount) == (0, 50_000, 48_000)
    credit_case(merchant_id=acme.id, case_id=case.pk, remark="The bank kept a fee.", by=CLI, at=NOW)
    assert (balance(acme), fresh(row).state, fresh(row).paid_amount, fresh(row).use) == (48_000, "succeeded", 48_000, "kept")
    with pytest.raises(NotPossible):
        credit_case(merchant_id=acme.id, case_id=case.pk, remark="", by=CLI, at=NOW)
    with pytest.raises(NotPossible):
        explain_case(merchant_id=acme.id, case_id=case.pk, remark="no", by=CLI, at=NOW)
    assert balance(acme) == 48_000


def test_a_mistyped_amount_is_said_again_and_the_mistake_cannot_be_credited(acme: cast.Merchant) -> None:
    row = begin(acme, gateway="bank")
    said = {"merchant_id": acme.id, "pay_in_id": row.pk, "bank_reference": "F001", "at": NOW, "by": CLI}
    assert confirm_transfer(amount=5_000, **said) is Outcome.DIFFERENT
    assert confirm_transfer(amount=50_000, **said) is Outcome.SETTLED
    case = in_scope(acme, PaymentCase.objects.get)
    assert (balance(acme), case.state) == (50_000, "explained")
    with pytest.raises(NotPossible):
        credit_case(merchant_id=acme.id, case_id=case.pk, remark="", by=CLI, at=NOW)
    listed = file(f"2026-03-06,F001,500.00,,艾克米,{row.reference}")
    assert dict(import_bank_file(content=listed, currency="CNY", at=NOW, by=CLI).outcomes) == {"repeated": 1}
    assert balance(acme) == 50_000


def test_a_transaction_that_paid_for_another_is_not_credited_again(acme: cast.Merchant) -> None:
    first, second = begin(acme, gateway="bank"), begin(acme, 40_000, gateway="bank")
    said = {"merchant_id": acme.id, "bank_reference": "F001", "at": NOW, "by": CLI}
    assert confirm_transfer(pay_in_id=first.pk, amount=50_000, **said) is Outcome.SETTLED
    assert confirm_transfer(pay_in_id=second.pk, amount=40_000, **said) is Outcome.DIFFERENT
    case = in_scope(acme, PaymentCase.objects.get)
    assert case.kind == "transaction_reused"
    with pytest.raises(BadDecision):
        credit_case(merchant_id=acme.id, case_id=case.pk, remark="", by=CLI, at=NOW)
    assert balance(acme) == 50_000


def test_a_stray_finds_its_owner_once_or_goes_back(acme: cast.Merchant) -> None:
    import_bank_file(
        content=file("2026-03-06,F9,70.00,,某人,谢谢", "2026-03-06,F8,30.00,,某人,谢谢"), currency="CNY", at=NOW, by=CLI
    )
    first, second = StrayPayment.objects.using("system").order_by("-amount")
    assert assign_stray(stray_id=first.pk, merchant_id=acme.id, by=CLI, at=NOW)
    with pytest.raises(NotPossible):
        assign_stray(stray_id=first.pk, merchant_id=acme.id, by=CLI, at=NOW)
    with pytest.raises(BadDecision):
        send_stray_back(stray_id=second.pk, remark=" ", by=CLI, at=NOW)
    send_stray_back(stray_id=second.pk, remark="By bank, OUT-3", by=CLI, at=NOW)
    with pytest.raises(NotPossible):
        assign_stray(stray_id=second.pk, merchant_id=acme.id, by=CLI, at=NOW)
    assert balance(acme) == 7_000


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"a,b\n1,2\n", "must name these columns"),
        (file("2026-03-06,F1,12.345,,x,y"), "Line 2: the amount"),
        (file("2026-03-06,F1,1e9,,x,y"), "Line 2: the amount"),
        (file("2026-03-06,,5.00,,x,y"), "Line 2: the transaction"),
        (file("2026-03-06,F1,5.00,,x,y", "2026-03-06,F1,5.00,,x,y"), "Line 3: this transaction occurs twice"),
        (b"\x00\x01\x02", "not a CSV file"),
        (b"x" * (5 * 1024 * 1024 + 1), "larger than 5 MB"),
    ],
)
def test_a_file_that_cannot_be_read_settles_nothing(acme: cast.Merchant, content: bytes, why: str) -> None:
    row = begin(acme, gateway="bank")
    head = HEADER.encode("gb18030")
    good = file(f"2026-03-06,F0,500.00,,x,{row.reference}", header="") if content.startswith(head) else b""
    mixed = content + good  # a good line after the bad one must not be booked either
    with pytest.raises(BadFile, match=why):
        import_bank_file(content=mixed, currency="CNY", at=NOW, by=CLI)
    assert (fresh(row).state, balance(acme)) == ("pending", 0)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SB7K3MQ9XW2A", "SB7K3MQ9XW2A"),
        ("货款sb 7k3m-q9xw-2a 谢谢", "SB7K3MQ9XW2A"),
        ("SB7K3MQ9XW2A SB7K3MQ9XW2B", ""),
        ("SB7K3MQ9XW2", ""),
        ("SB0K3MQ9XW2A", ""),
        ("", ""),
    ],
)
def test_our_reference_is_found_however_it_was_typed(text: str, found: str) -> None:
    assert reference_in(text) == found


def test_columns_are_found_in_english_too() -> None:
    content = b'Date,Transaction ID,Amount,Currency,Text\n2026-03-06,T1,"1,234.50",USD,thanks\n'
    (line,) = lines_of(content, currency="CNY")
    assert (line.amount, line.currency, line.transaction) == (123_450, "USD", "T1")
