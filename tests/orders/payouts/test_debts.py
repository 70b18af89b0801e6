"""Debts that last hide the listings (G7); and the books against the records: no difference, or a case with an age."""

from datetime import timedelta

import pytest
from django.db import connections
from django.urls import reverse

from marketplace.kernel.errors import NotFound, UserError
from marketplace.outbox.models import Message
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.payouts.models import BookCase, DebtHold, Payout
from orders.payouts.operations.comparing import compare_books, explain_case
from orders.payouts.operations.owing import judge_debts
from providers.listings.visibility import is_shown
from providers.onboarding.gate import may
from tests.orders.escrow.stage import AT, Stage
from tests.orders.payouts.money import earn, with_bank
from tests.orders.payouts.test_batches import pay
from tests.orders.payouts.test_earnings import staff_client
from tests.providers.onboarding import steps

pytestmark = pytest.mark.django_db(transaction=True)
WEEK = timedelta(days=7)


def judge(provider, at) -> int:
    return judge_debts(provider_id=provider.id, by=CLI, at=at)


def shown(provider) -> bool:
    with scope(provider.id):
        return is_shown(provider.id, steps.leaf().slug)


def codes(provider, act="list") -> list[str]:
    return [reason.code for reason in may(provider.id, act, at=AT).reasons]


@pytest.mark.parametrize(
    ("owed", "age", "hidden"),
    [(20_000, WEEK, False), (20_001, WEEK, True), (20_001, WEEK - timedelta(seconds=1), False)],
)
def test_more_than_two_hundred_for_seven_days_hides(studio, owed, age, hidden):
    earn(studio, -owed, at=AT)
    assert judge(studio, AT + age) == hidden
    assert shown(studio) != hidden


def test_the_days_count_from_when_it_was_last_tolerable(studio):
    earn(studio, -50_000, key="a", at=AT)
    earn(studio, 40_000, key="b", at=AT + timedelta(days=3))
    earn(studio, -40_000, key="c", at=AT + timedelta(days=5))
    assert judge(studio, AT + timedelta(days=11)) == 0
    assert judge(studio, AT + timedelta(days=12)) == 1
    with scope(studio.id):
        assert DebtHold.objects.get(provider_id=studio.id).since == AT + timedelta(days=5)


def test_it_hides_once_and_shows_again_when_paid_down(studio):
    earn(studio, -50_000, at=AT)
    later = AT + WEEK
    assert [judge(studio, later), judge(studio, later)] == [1, 0]
    assert codes(studio) == ["DEBT"]
    earn(studio, 30_000, key="paid", at=later)
    assert [judge(studio, later), judge(studio, later)] == [1, 0]
    assert (shown(studio), codes(studio)) == (True, [])
    with scope(studio.id):
        told = Message.objects.filter(kind__startswith="orders.debt", channel="in_app").order_by("id")
        assert [message.kind for message in told] == ["orders.debt.hidden", "orders.debt.lifted"]


def test_work_goes_on_so_that_it_can_be_paid(studio):
    earn(studio, -50_000, at=AT)
    judge(studio, AT + WEEK)
    assert "DEBT" not in codes(studio, "payout") + codes(studio, "take_orders") + codes(studio, "bid")


def test_the_clock_judges_who_owes_and_who_is_hidden(studio, rival, monkeypatch):
    from orders.payouts import tasks

    earn(studio, -50_000, at=AT)
    nudged = []
    monkeypatch.setattr(tasks.timezone, "now", lambda: AT + WEEK)
    monkeypatch.setattr(tasks.judge_debts, "delay", lambda merchant_id: nudged.append(merchant_id))
    assert (tasks.sweep_debts(), nudged) == (1, [studio.id])
    assert tasks.judge_debts(merchant_id=studio.id) == 1
    earn(studio, 50_000, key="paid", at=AT + WEEK)
    assert tasks.sweep_debts() == 1, "who is hidden is judged although nothing is owed any more"


# The books.


def owner_sql(statement, *values) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, values)


def cases(state="open") -> list[BookCase]:
    return list(BookCase.objects.using("system").filter(state=state))


def test_what_the_operations_do_never_differs(studio):
    row = with_bank(studio)
    pay(studio, row)
    Stage(provider=studio, paid_in=0)
    assert compare_books(at=AT).differences == 0
    assert cases() == []


def test_a_payout_that_the_ledger_does_not_know_is_a_case_with_an_age(studio):
    with_bank(studio)
    owner_sql("UPDATE payouts_payout SET state = 'paid', bank_reference = 'X', paid_on = '2026-03-10'")
    assert compare_books(at=AT).differences == 1
    assert compare_books(at=AT + WEEK).differences == 1
    (case,) = cases()
    assert (case.ledger_amount, case.record_amount, case.organization_id) == (None, 50_000, studio.id)
    assert (case.found_at, case.seen_at) == (AT, AT + WEEK)


def test_another_amount_and_a_transfer_without_its_record_are_cases(studio):
    row = with_bank(studio)
    owner_sql("UPDATE payouts_payout SET amount = 49999")
    assert compare_books(at=AT).differences == 1
    with scope(studio.id):
        Payout.objects.filter(provider_id=studio.id, pk=row.pk).update(amount=50_000)
    stage = Stage(provider=studio, paid_in=0)
    earn(studio, 7_000, key="more")
    stage.send_payout(7_000, "999999")
    found = compare_books(at=AT + WEEK)
    assert (found.differences, found.resolved) == (1, 1)
    assert [(case.ledger_amount, case.record_amount) for case in cases()] == [(7_000, None)]


def test_a_difference_that_comes_back_opens_its_case_again(studio):
    with_bank(studio)
    owner_sql("UPDATE payouts_payout SET amount = 49999")
    compare_books(at=AT)
    owner_sql("UPDATE payouts_payout SET amount = 50000")
    assert compare_books(at=AT + WEEK).resolved == 1
    owner_sql("UPDATE payouts_payout SET amount = 49999")
    compare_books(at=AT + 2 * WEEK)
    (case,) = cases()
    assert case.closed_at is None


def test_what_a_person_explained_stays_explained_until_it_changes(studio):
    with_bank(studio)
    owner_sql("UPDATE payouts_payout SET amount = 49999")
    compare_books(at=AT)
    explain_case(case_id=cases()[0].pk, note="rounded by the bank", by=CLI, at=AT)
    compare_books(at=AT + WEEK)
    assert (cases(), len(cases("explained"))) == ([], 1)
    owner_sql("UPDATE payouts_payout SET amount = 49998")
    compare_books(at=AT + 2 * WEEK)
    assert len(cases()) == 1


def test_explaining_needs_words_and_an_open_case(studio):
    with_bank(studio)
    owner_sql("UPDATE payouts_payout SET amount = 49999")
    compare_books(at=AT)
    (case,) = cases()
    with pytest.raises(UserError):
        explain_case(case_id=case.pk, note=" ", by=CLI, at=AT)
    with pytest.raises(NotFound):
        explain_case(case_id=case.pk + 1, note="x", by=CLI, at=AT)
    explain_case(case_id=case.pk, note="x", by=CLI, at=AT)
    with pytest.raises(UserError):
        explain_case(case_id=case.pk, note="y", by=CLI, at=AT)


def test_staff_compare_and_explain_in_the_admin(studio):
    with_bank(studio)
    owner_sql("UPDATE payouts_payout SET amount = 49999")
    client = staff_client()
    found = client.post(reverse("admin:payouts_bookcase_add"), follow=True).content.decode()
    assert "Compared: 1 difference" in found
    assert "0 days" in found
    (case,) = cases()
    url = reverse("admin:payouts_bookcase_act", args=[case.pk])
    assert "499.99" in client.get(url).content.decode()
    client.post(url, {"why": "rounded by the bank"})
    assert len(cases("explained")) == 1


def test_the_application_cannot_read_the_cases(studio):
    with pytest.raises(Exception, match="permission denied"):
        BookCase.objects.using("default").count()
