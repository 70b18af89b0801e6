"""The pages of money, as people use them: nothing typed is lost, nothing is sent twice, lists cost the same however long."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketplace.tenancy.actor import CLI
from orders.payments.models import PayBack, PayIn, PayInProof
from orders.payments.operations.returning import request_pay_back
from tests import cast
from tests.orders.payments.conftest import balance, begin, fresh, in_scope, say
from tests.providers.onboarding import papers


@pytest.fixture
def owner(acme: cast.Merchant) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(acme.owner, backend="django.contrib.auth.backends.ModelBackend")
    return client


def new(owner: Client, **changed: str) -> Any:
    return owner.post("/money/in/new/", {"amount": "1,200.50", "currency": "CNY", "gateway": "sandbox", "key": "k1", **changed})


def only(acme: cast.Merchant) -> PayIn:
    found: PayIn = in_scope(acme, PayIn.objects.get)
    return found


def test_paying_at_the_sandbox_from_the_form_to_the_receipt(owner: Client, acme: cast.Merchant) -> None:
    assert new(owner).status_code == 302
    assert new(owner).url == f"/money/in/{only(acme).pk}/", "the same form again is the same payment"
    row = only(acme)
    page = owner.get(f"/money/in/{row.pk}/").content.decode()
    assert "You act next:" in page
    assert f"/money/sandbox/{row.reference}/" in page
    assert "¥1,200.50" in owner.get(f"/money/sandbox/{row.reference}/").content.decode()
    assert owner.post(f"/money/sandbox/{row.reference}/", {"act": "pay"}).status_code == 302
    assert owner.post(f"/money/sandbox/{row.reference}/", {"act": "refuse"}).status_code == 302, "too late to refuse"
    assert (only(acme).state, balance(acme)) == ("succeeded", 120_050)
    assert f"sbx_{row.reference}_pay" in owner.get(f"/money/in/{row.pk}/receipt/").content.decode()
    assert "+CN¥1,200.50" in owner.get("/money/").content.decode()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"amount": "12.345"}, "An amount such as"),
        ({"amount": "-5"}, "above zero"),
        ({"gateway": "stripe"}, "Select a valid choice"),
    ],
)
def test_what_was_typed_stays_when_it_is_wrong(owner: Client, acme: cast.Merchant, changed: dict[str, str], why: str) -> None:
    found = new(owner, memo="May invoice", **changed)
    text = found.content.decode()
    assert (found.status_code, why in text, "May invoice" in text) == (422, True, True)
    assert in_scope(acme, PayIn.objects.count) == 0


def test_a_refusal_of_the_company_is_said(owner: Client, acme: cast.Merchant, settings: Any) -> None:
    settings.PAYMENT_SANDBOX_FAULTS = "refuse=1"
    found = owner.post("/money/in/new/", {"amount": "5", "currency": "CNY", "gateway": "sandbox", "key": "k"}, follow=True)
    assert "The payment company refused the payment." in found.content.decode()
    assert only(acme).state == "failed"


def test_a_bank_transfer_shows_the_account_and_takes_a_paper(owner: Client, acme: cast.Merchant) -> None:
    new(owner, gateway="bank")
    row = only(acme)
    text = owner.get(f"/money/in/{row.pk}/").content.decode()
    assert ("6222000011112222" in text, row.reference in text, "Transfer the money" in text) == (True, True, True)
    refused = owner.post(f"/money/in/{row.pk}/prove/", {"paper": SimpleUploadedFile("proof.pdf", b"no paper at all")})
    assert (refused.status_code, "Only PDF" in refused.content.decode()) == (422, True)
    assert (
        owner.post(f"/money/in/{row.pk}/prove/", {"paper": SimpleUploadedFile("proof.pdf", papers.pdf("x"))}).status_code == 302
    )
    assert "We confirm your transfer" in owner.get(f"/money/in/{row.pk}/").content.decode()
    proof = in_scope(acme, PayInProof.objects.get)
    assert b"".join(owner.post(f"/money/proofs/{proof.pk}/").streaming_content) == papers.pdf("x")  # type: ignore[attr-defined]


def test_an_expired_payment_says_so_and_offers_no_payment(owner: Client, acme: cast.Merchant) -> None:
    row = begin(acme, at=timezone.now() - timedelta(hours=1))
    text = owner.get(f"/money/in/{row.pk}/").content.decode()
    assert "The time is over" in text
    assert f'href="/money/sandbox/{row.reference}/"' not in text


def test_sending_back_shows_where_to_before_it_is_done(owner: Client, acme: cast.Merchant) -> None:
    row = begin(acme, at=timezone.now())
    say(row)
    form = {"amount": "20.00", "currency": "CNY", "key": "back-1"}
    asked = owner.post("/money/back/new/", form)
    assert (asked.status_code, "cannot be undone" in asked.content.decode(), balance(acme)) == (200, True, 50_000)
    assert owner.post("/money/back/new/", {**form, "confirmed": "yes"}).status_code == 302
    assert owner.post("/money/back/new/", {**form, "confirmed": "yes"}).status_code == 302
    assert (balance(acme), in_scope(acme, PayBack.objects.count), fresh(row).returned_amount) == (48_000, 1, 2_000)
    too_much = owner.post("/money/back/new/", {**form, "amount": "9999", "key": "back-2", "confirmed": "yes"})
    assert (too_much.status_code, "More than what was paid in" in too_much.content.decode()) == (422, True)


def test_empty_lists_say_what_to_do(owner: Client) -> None:
    for path, text in (
        ("/money/", "Nothing has moved yet"),
        ("/money/in/", "No payments yet"),
        ("/money/back/", "Nothing was sent back"),
    ):
        assert text in owner.get(path).content.decode()
    assert "No payment matches" not in owner.get("/money/in/").content.decode()


def statements(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


@pytest.mark.parametrize("path", ["/money/", "/money/in/", "/money/back/"])
def test_lists_cost_the_same_however_long(owner: Client, acme: cast.Merchant, path: str) -> None:
    def more(count: int) -> None:
        for number in range(count):
            row = begin(acme, 1_000)
            say(row)
            request_pay_back(merchant_id=acme.id, amount=100, currency="CNY", key=row.reference, at=timezone.now(), by=CLI)
            assert number < 30

    more(1)
    begin(acme)
    one = statements(owner, path)
    more(29)
    assert statements(owner, path) == one


def test_searching_finds_by_reference_and_note(owner: Client, acme: cast.Merchant) -> None:
    row, other = begin(acme, memo="May"), begin(acme, memo="June")
    for query in (row.reference[:6].lower(), "May"):
        text = owner.get("/money/in/", {"q": query}).content.decode()
        assert (row.reference in text, other.reference in text) == (True, False)
    assert "No payment matches" in owner.get("/money/in/", {"q": "nothing"}).content.decode()


def test_the_export_has_what_the_filter_left(owner: Client, acme: cast.Merchant) -> None:
    begin(acme, memo="=cmd()"), begin(acme, memo="June")
    found = b"".join(owner.get("/money/in/export.csv", {"q": "=cmd"}).streaming_content).decode()  # type: ignore[attr-defined]
    assert ("'=cmd()" in found, "June" in found) == (True, False)
