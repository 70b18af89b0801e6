"""What staff do: confirm transfers, deduct, pay back, suspend, open papers. Everybody else is sent away."""

from datetime import timedelta

import pytest
from django.urls import reverse

from marketplace.accounts.operations import ensure_user
from marketplace.audit.models import AuditEvent
from marketplace.tenancy.scope import scope
from providers.onboarding.models import DepositTransfer, Exit
from tests import cast
from tests.providers.onboarding import papers, steps
from tests.providers.onboarding.steps import NOW
from tests.providers.onboarding.test_deposit import announce, held, leave, pay_in, required, ruling
from tests.providers.onboarding.test_pages import paper_of, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff():
    return signed_in(ensure_user(email="boss@shangban.example", password=cast.PASSWORD, is_staff=True))


def act(model, pk):
    return reverse(f"admin:onboarding_{model}_act", args=[pk])


LISTS = ["application", "qualification", "document", "deposittransfer", "deduction", "exit", "export"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_list_and_row_opens(studio, staff, language):
    row = steps.verified(studio)
    pay_in(studio)
    ruling(studio)
    steps.documents.store_document(
        provider_id=studio.id, kind="portfolio", paper=steps.paper(), qualification_id=steps.choose(
            studio, steps.Category.objects.get(slug="branding")
        ).pk, by=steps.owner(studio), at=NOW,
    )  # fmt: skip
    leave(studio)
    staff.cookies["django_language"] = language
    for model in LISTS:
        found = staff.get(reverse(f"admin:onboarding_{model}_changelist"))
        assert found.status_code == 200, model
        assert "{" not in found.content.decode().split("<table")[-1].split("</table")[0], model
    assert staff.get(reverse("admin:onboarding_qualification_change", args=[row.pk])).status_code == 200
    assert staff.get(reverse("admin:onboarding_application_change", args=[steps.application(studio).pk])).status_code == 200


def test_a_transfer_is_confirmed_with_its_reference(studio, staff):
    row = announce(studio)
    page = act("deposittransfer", row.pk)
    assert staff.get(page).status_code == 200
    wrong = staff.post(page, {"confirm": "1", "amount": "abc", "bank_reference": ""})
    assert (wrong.status_code, held(studio).held) == (422, 0)
    amount = f"{required() / 100:.2f}"
    for _ in range(2):
        assert staff.post(page, {"confirm": "1", "amount": amount, "bank_reference": "ICBC-1"}).status_code == 302
    assert held(studio).held == required()
    with scope(studio.id):
        assert DepositTransfer.objects.get().decided_by.startswith("user:")


def test_a_reference_of_another_company_is_refused_with_a_sentence(studio, rival, staff):
    pay_in(studio, reference="ICBC-1")
    row = announce(rival)
    found = staff.post(act("deposittransfer", row.pk), {"confirm": "1", "amount": "1.00", "bank_reference": "ICBC-1"})
    assert found.status_code == 422 and "another deposit" in found.content.decode()


def test_a_transfer_that_did_not_arrive_is_told(studio, staff):
    row = announce(studio)
    staff.post(act("deposittransfer", row.pk), {"refuse": "1", "reason": "未到账"})
    with scope(studio.id):
        assert DepositTransfer.objects.get().state == "refused"


def test_a_deduction_shows_what_follows_before_it_is_made(studio, staff):
    pay_in(studio)
    ruling(studio, "R-2026-1")
    page, sent = reverse("admin:onboarding_deduction_add"), {"ruling": "R-2026-1", "amount": "5.00", "reason": "违约"}
    assert staff.post(page, {**sent, "ruling": "R-0"}).status_code == 422
    first = staff.post(page, sent)
    assert first.status_code == 200 and "Is this right?" in first.content.decode()
    assert held(studio).held == required()
    assert staff.post(page, {**sent, "confirmed": "1"}).status_code == 302
    assert held(studio).held == required() - 500


def test_paying_back_shows_the_account_and_records_the_look(studio, staff):
    steps.verified(studio)
    pay_in(studio)
    row = leave(studio, at=NOW - timedelta(days=0))
    page = act("exit", row.pk)
    found = staff.get(page).content.decode()
    assert "6225880123456789" in found
    with scope(studio.id):
        assert AuditEvent.objects.filter(action="providers.account.read").count() == 1
    assert staff.post(page, {"bank_reference": "OUT-1"}).status_code == 302  # the clock is past the 30 days
    with scope(studio.id):
        assert Exit.objects.get().state == "refunded"
    assert held(studio).held == 0


def test_suspending_asks_for_a_reason(studio, staff):
    steps.verified(studio)
    page = act("application", steps.application(studio).pk)
    assert staff.post(page, {"reason": ""}).status_code == 200
    assert steps.application(studio).state == "verified"
    staff.post(page, {"reason": "经营异常"})
    assert steps.application(studio).state == "suspended"
    staff.post(page, {"reason": "已恢复"})
    assert steps.application(studio).state == "verified"


def test_a_paper_is_opened_with_a_trace(studio, staff):
    document = paper_of(studio)
    page = reverse("admin:onboarding_document_open", args=[studio.id, document.pk])
    found = staff.get(page)
    assert b"".join(found.streaming_content) == papers.pdf("执照")
    assert found["Content-Type"] == "application/octet-stream" and "no-store" in found["Cache-Control"]
    with scope(studio.id):
        (trace,) = AuditEvent.objects.filter(action="providers.document.read")
    assert trace.facts["purpose"] == "review"


def test_nobody_else_gets_in(studio, rival):
    row, document = announce(studio), paper_of(studio)
    doors = [act("deposittransfer", row.pk), reverse("admin:onboarding_document_open", args=[studio.id, document.pk])]
    for user in (studio.owner, rival.owner):
        client = signed_in(user)
        assert {client.get(door).status_code for door in doors} <= {302, 403}
    with scope(studio.id):
        assert not AuditEvent.objects.filter(action="providers.document.read").exists()


def test_staff_without_the_right_is_refused(studio):
    helper = ensure_user(email="helper@shangban.example", password=cast.PASSWORD)
    helper.is_staff = True
    helper.save(using="owner")
    row, document = announce(studio), paper_of(studio)
    client = signed_in(helper)
    for door in (act("deposittransfer", row.pk), reverse("admin:onboarding_document_open", args=[studio.id, document.pk])):
        assert client.get(door).status_code == 403
