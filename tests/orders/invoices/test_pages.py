"""The three desks as people use them: ask, issue, refuse, reverse, download, search, export; phone-independent."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.tenancy.scope import scope
from orders.invoices import inbox
from orders.invoices.models import CommissionInvoice, ServiceInvoice
from orders.invoices.queries import waits_of_provider
from orders.invoices.rules import MAX_BYTES
from tests.orders.escrow.stage import AT
from tests.orders.invoices.conftest import CODE, IN_APRIL, PDF, SPECIAL, TITLE, Desk
from tests.providers.onboarding.test_pages import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def form(**changes):
    return {
        "sort": "general", "amount": "200.00", "title": "acme Ltd", "tax_id": CODE, "key": "one form", **changes,
    }  # fmt: skip


def upload(act: str, amount: str, content: bytes = PDF, number: str = "12345678"):
    file = SimpleUploadedFile("a.pdf", content)
    values = {"number": number, "issued_on": "2026-03-09", "amount": amount, "file": file}
    return {"act": act, **{f"{act}-{name}": value for name, value in values.items()}}


@pytest.fixture
def merchant(desk: Desk):
    return signed_in(desk.stage.merchant.owner)


@pytest.fixture
def provider(desk: Desk):
    return signed_in(desk.stage.provider.owner)


def test_a_merchant_asks_the_provider_issues_and_the_merchant_downloads(desk, merchant, provider):
    choose = merchant.get(reverse("invoices:choose")).content.decode()
    new = reverse("invoices:new", args=[desk.stage.deal.pk])
    assert new in choose and "600.00" in choose
    assert 'value="600.00"' in merchant.get(new).content.decode()
    found = merchant.post(new, form(note="Customer service"))
    row = ServiceInvoice.objects.using("system").get()
    assert (found.status_code, row.amount, found.url) == (302, 20_000, reverse("invoices:detail", args=[row.pk]))
    waiting = merchant.get(found.url).content.decode()
    assert "acme-studio" in waiting and "turn--them" in waiting
    page = provider.get(reverse("fapiao:detail", args=[row.pk])).content.decode()
    assert "turn--you" in page and CODE in page and "Customer service" in page
    done = provider.post(reverse("fapiao:do", args=[row.pk]), upload("issue", "200.00"))
    assert done.status_code == 302
    with scope(desk.merchant):
        (paper,) = row.paper_model.objects.filter(merchant_id=desk.merchant)
    got = merchant.post(reverse("invoices:paper", args=[paper.pk]))
    assert (got.content, got["Content-Type"]) == (PDF, "application/octet-stream")
    assert "attachment" in got["Content-Disposition"] and "no-store" in got["Cache-Control"]


def test_what_was_typed_stays_and_every_field_says_what_to_do(desk, merchant, provider):
    new = reverse("invoices:new", args=[desk.stage.deal.pk])
    for changes, field in (({"amount": "600.01"}, "amount"), ({"tax_id": "9133"}, "tax_id"), ({"sort": "special"}, "address")):
        found = merchant.post(new, form(title="acme 旧名", **changes))
        text = found.content.decode()
        assert found.status_code == 422 and "acme 旧名" in text and f'id="id_{field}_error"' in text
    assert not ServiceInvoice.objects.using("system").exists()
    row = desk.ask(20_000)
    do = reverse("fapiao:do", args=[row.pk])
    sent = (
        upload("issue", "200.00", b"MZ"), upload("issue", "199.00"), upload("issue", "200.00", number="7"),
        upload("issue", "two"), upload("issue", "200.00", PDF + b"0" * MAX_BYTES), {"act": "refuse"},
        upload("issue", "200.00", b"0" * (11 << 20)),
    )  # fmt: skip
    for each in sent:
        assert provider.post(do, each).status_code in (302, 422)
        assert desk.now(row).state == "asked"


def test_kept_titles_fill_the_form_and_can_be_forgotten(desk, merchant):
    desk.ask(100, title=SPECIAL)
    new = reverse("invoices:new", args=[desk.stage.deal.pk])
    with scope(desk.merchant):
        from orders.invoices.queries import titles_of

        kept = titles_of(desk.merchant)[0]
    assert SPECIAL.account in merchant.get(f"{new}?title={kept.pk}").content.decode()
    assert merchant.get(f"{new}?title=999999").status_code == 404
    found = merchant.post(reverse("invoices:forget", args=[kept.pk]), {"about": desk.stage.deal.pk})
    assert found.url == new
    assert SPECIAL.title not in merchant.get(new).content.decode()
    assert merchant.post(reverse("invoices:forget", args=[kept.pk]), {"about": "x"}).url == reverse("invoices:choose")


def test_lists_are_searched_filtered_sorted_paged_and_exported(desk, merchant, provider):
    rows = [desk.ask(100 + n) for n in range(27)]
    desk.act("withdraw", rows[0])
    for client, space in ((merchant, "invoices"), (provider, "fapiao")):
        url = reverse(f"{space}:list")
        assert client.get(url).content.decode().count("cell-main ref") == 25
        assert client.get(url, {"page": 2}).content.decode().count("cell-main ref") == 2
        assert client.get(url, {"state": "withdrawn"}).content.decode().count("cell-main ref") == 1
        assert client.get(url, {"q": rows[3].number}).content.decode().count("cell-main ref") == 1
        assert "cell-main ref" not in client.get(url, {"q": "nothing like it"}).content.decode()
        assert rows[26].number in client.get(url, {"o": "-amount"}).content.decode().split("cell-main ref")[1]
        sent = b"".join(client.get(reverse(f"{space}:export"), {"state": "asked"}).streaming_content).decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(sent)))
        assert len(lines) == 27 and lines[1][0] == rows[26].number


def test_a_list_costs_the_same_with_thirty_rows(desk, merchant):
    desk.ask(100)
    counts = []
    for more in (0, 24):
        for _n in range(more):
            desk.ask(10)
        with CaptureQueriesContext(connection) as queries:
            assert merchant.get(reverse("invoices:list")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_commission_goes_through_the_admin(desk, provider):
    statement = desk.statement()
    new = reverse("own_fapiao:new", args=[statement.pk])
    assert new in provider.get(reverse("own_fapiao:choose")).content.decode()
    assert new in provider.get(reverse("earnings:statement", args=[statement.pk])).content.decode()
    assert provider.post(new, form(amount="30.00")).status_code == 302
    row = CommissionInvoice.objects.using("system").get()
    assert "turn--market" in provider.get(reverse("own_fapiao:detail", args=[row.pk])).content.decode()
    boss = User.objects.create_superuser(email="boss@staff.example", password="a long enough passphrase")
    staff = signed_in(boss)
    (line,) = inbox.waiting()
    assert (line.due_at, line.party) == (row.due_at, "acme-studio")
    for url in (inbox.list_url(), reverse("admin:index")):
        assert row.number in staff.get(url).content.decode()
    act = reverse("admin:invoices_commissioninvoice_act", args=[row.pk])
    assert CODE in staff.get(act).content.decode()
    assert staff.post(act, upload("issue", "29.00")).status_code == 422
    assert staff.post(act, upload("issue", "30.00")).status_code == 302
    assert (desk.now(row).state, inbox.waiting()) == ("issued", [])
    with scope(desk.provider):
        (paper,) = row.paper_model.objects.filter(provider_id=desk.provider)
    assert staff.post(act, {"act": "read", "paper": paper.pk}).content == PDF
    assert provider.post(reverse("own_fapiao:paper", args=[paper.pk])).content == PDF
    for name in ("serviceinvoice", "commissioninvoice", "servicepaper", "commissionpaper", "invoicetitle"):
        assert staff.get(reverse(f"admin:invoices_{name}_changelist")).status_code == 200


def test_what_a_provider_owes_waits_on_its_first_page_the_late_in_red(desk):
    row = desk.ask(title=TITLE)
    with scope(desk.provider):
        (wait,) = waits_of_provider(desk.provider, AT)
        assert (wait.url, wait.tone) == (f"/desk/earnings/invoices/{row.pk}/", "warn")
        assert waits_of_provider(desk.provider, IN_APRIL)[0].tone == "bad"
    desk.act("issue", row)
    with scope(desk.provider):
        assert waits_of_provider(desk.provider, AT) == []
