"""What staff do about payments, in Django admin."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from marketplace.accounts.models import User
from marketplace.audit.models import AuditEvent
from marketplace.tenancy.actor import CLI
from orders.payments.models import PayBack, PaymentCase, StrayPayment
from orders.payments.operations.returning import BankAccount, request_pay_back
from tests import cast
from tests.orders.payments.conftest import NOW, balance, begin, fresh, in_scope, say

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff() -> Client:
    user = User.objects.create_superuser(email="staff@market.example", password=cast.PASSWORD)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def act(staff: Client, model: str, pk: int, **form: Any) -> Any:
    address = f"/admin/payments/{model}/{pk}/act/"
    assert staff.get(address).status_code == 200
    return staff.post(address, form)


def test_a_transfer_is_confirmed_with_the_banks_reference(staff: Client, acme: cast.Merchant) -> None:
    row = begin(acme, gateway="bank")
    assert "Confirm" in staff.get("/admin/payments/payin/").content.decode()
    assert act(staff, "payin", row.pk, confirm="1", amount="x", bank_reference="B-1").status_code == 422
    assert act(staff, "payin", row.pk, confirm="1", amount="500.00", bank_reference="B-1").status_code == 302
    assert (fresh(row).state, balance(acme)) == ("succeeded", 50_000)


def test_the_banks_list_is_read_in(staff: Client, acme: cast.Merchant) -> None:
    row = begin(acme, gateway="bank")
    content = f"transaction,amount,text\nB-1,500.00,{row.reference}\nB-2,7.00,thanks\n".encode()
    form = {"file": SimpleUploadedFile("bank.csv", content), "currency": "CNY"}
    found = staff.post("/admin/payments/payin/bank-file/", form).content.decode()
    assert ("2 lines read" in found, "B-2" in found, balance(acme)) == (True, True, 50_000)
    bad = staff.post("/admin/payments/payin/bank-file/", {"file": SimpleUploadedFile("x.csv", b"no"), "currency": "CNY"})
    assert (bad.status_code, "must name these columns" in bad.content.decode()) == (422, True)


def test_a_case_is_credited_and_a_stray_finds_its_owner(staff: Client, acme: cast.Merchant) -> None:
    row = begin(acme, gateway="bank")
    say(row, amount=49_000)
    say(row, reference="NOBODY", transaction="B-9", amount=700)
    case, stray = in_scope(acme, PaymentCase.objects.get), StrayPayment.objects.using("system").get()
    assert act(staff, "paymentcase", case.pk, credit="1", **{"credit-remark": "a fee"}).status_code == 302
    assert act(staff, "straypayment", stray.pk, assign="1", merchant="nobody").status_code == 422
    assert act(staff, "straypayment", stray.pk, assign="1", merchant="acme").status_code == 302
    assert balance(acme) == 49_700


def test_money_back_by_bank_shows_the_account_and_leaves_a_trace(staff: Client, acme: cast.Merchant) -> None:
    say(begin(acme, gateway="bank"))
    account = BankAccount("Acme Ltd", "A bank", "6222000011112222")
    (back,) = request_pay_back(merchant_id=acme.id, amount=100, currency="CNY", key="k", account=account, at=NOW, by=CLI)
    assert "6222000011112222" in staff.get(f"/admin/payments/payback/{back.pk}/act/").content.decode()
    assert in_scope(acme, lambda: AuditEvent.objects.filter(action="payments.account.read").count()) == 1
    assert act(staff, "payback", back.pk, sent="1", bank_reference="OUT-1").status_code == 302
    assert in_scope(acme, lambda: PayBack.objects.get(pk=back.pk).state) == "succeeded"


def test_staff_without_the_right_are_refused(acme: cast.Merchant) -> None:
    row = begin(acme, gateway="bank")
    user = User.objects.create_user(email="clerk@market.example", password=cast.PASSWORD, is_staff=True)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for address in (f"/admin/payments/payin/{row.pk}/act/", "/admin/payments/payin/bank-file/"):
        assert client.post(address, {"confirm": "1", "amount": "500.00", "bank_reference": "B"}).status_code == 403
    assert balance(acme) == 0
