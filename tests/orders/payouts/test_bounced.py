"""Payouts that came back, with what to do; and the bank's slips."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.kernel.errors import NotFound
from marketplace.kernel.transitions import NotPossible
from marketplace.tenancy.scope import scope
from orders.payouts import inbox, queries
from orders.payouts.bounced import advise
from orders.payouts.models import PayoutProof
from orders.payouts.operations import proving
from providers.onboarding.papers import checked
from tests.orders.payouts import money
from tests.orders.payouts.money import MONDAY, colleague, payout_of, with_bank
from tests.orders.payouts.test_accounts import OTHER, confirm, enter
from tests.orders.payouts.test_batches import fail, pay
from tests.providers.onboarding import papers
from tests.providers.onboarding.test_pages import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
PAPER = papers.pdf("slip")


def advice(row, at=MONDAY):
    with scope(row.provider_id):
        return advise(queries.payouts_of(row.provider_id).get(pk=row.pk), at)


def bounced():
    return list(queries.bounced())


def test_what_came_back_waits_until_the_money_has_left_again(studio):
    payout = with_bank(studio)
    assert bounced() == [] and inbox.waiting() == []
    fail(studio, payout, is_account_wrong=False)
    assert [row.pk for row in bounced()] == [payout.pk]
    found = advice(payout)
    assert found.who == "nobody"
    (line,) = inbox.waiting()
    assert line.due_at == MONDAY + timedelta(days=7)
    money.drafted(at=MONDAY + timedelta(days=7))
    assert bounced() == []


def test_with_the_account_to_blame_it_is_the_providers_move_until_a_new_one_is_used(studio):
    payout = with_bank(studio)
    fail(studio, payout, is_account_wrong=True)
    assert advice(payout).who == "provider"
    confirm(studio, enter(studio, OTHER))
    assert advice(payout).who == "nobody"


def test_staff_find_it_in_the_list_and_on_its_page(studio):
    payout = with_bank(studio)
    fail(studio, payout, is_account_wrong=True)
    boss = signed_in(User.objects.create_superuser(email="boss@staff.example", password="a long enough passphrase"))
    assert payout.number in boss.get(inbox.list_url()).content.decode()
    assert advice(payout).title in boss.get(reverse("admin:payouts_payout_act", args=[payout.pk])).content.decode()
    assert payout.number in boss.get(reverse("admin:index")).content.decode()


def test_a_slip_goes_from_staff_to_its_provider_and_to_nobody_else(studio, rival):
    payout = with_bank(studio)
    paper = checked(PAPER, name="slip.pdf")
    call = {"provider_id": studio.id, "payout_id": payout.pk, "paper": paper, "by": colleague("banker"), "at": MONDAY}
    with pytest.raises(NotPossible):
        proving.add_slip(**call)
    pay(studio, payout_of(studio))
    boss = signed_in(User.objects.create_superuser(email="boss@staff.example", password="a long enough passphrase"))
    act = reverse("admin:payouts_payout_act", args=[payout.pk])
    for _ in range(2):
        sent = {"act": "slip", "proof": SimpleUploadedFile("slip.pdf", PAPER)}
        assert boss.post(act, sent).status_code == 302
    (proof,) = PayoutProof.objects.using("system").all()
    assert PAPER not in bytes(proof.sealed)
    own = signed_in(studio.owner)
    assert reverse("earnings:slip", args=[proof.pk]) in own.get(reverse("earnings:payouts")).content.decode()
    got = own.post(reverse("earnings:slip", args=[proof.pk]))
    assert (got.content, "attachment" in got["Content-Disposition"]) == (PAPER, True)
    assert signed_in(rival.owner).post(reverse("earnings:slip", args=[proof.pk])).status_code == 404
    assert boss.post(act, {"act": "read_slip", "proof": proof.pk}).content == PAPER


def test_the_paper_of_a_batch_is_read_by_staff_with_a_trace_at_every_provider(studio):
    payout = with_bank(studio)
    call = {"batch_id": payout.batch_id, "by": colleague("banker")}
    kept = proving.add_batch_proof(**call, paper=checked(PAPER, name="all.pdf"), at=MONDAY)
    assert proving.open_batch_proof(**call, proof_id=kept.pk)[1] == PAPER
    with scope(studio.id):
        from marketplace.audit.models import AuditEvent

        assert AuditEvent.objects.filter(merchant_id=studio.id, action="orders.payout_proof.read").count() == 1
    with pytest.raises(NotFound):
        proving.open_batch_proof(**call, proof_id=kept.pk + 1)
