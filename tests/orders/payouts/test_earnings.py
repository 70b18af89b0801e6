"""The provider's page of earnings: balances, fees by rule, expected days, debts; and the admin's pages of payouts."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from marketplace.tenancy.scope import scope
from orders.escrow import operations as escrow
from orders.payouts.earnings import money_of, releases_with_lines, shown
from orders.payouts.operations import batches
from orders.payouts.queries import totals_of_batch
from orders.payouts.schedule import payout_day, payout_hold_days
from providers.scorecards.models import PublicScore
from tests.orders.escrow.stage import AT, Stage
from tests.orders.payouts import money
from tests.orders.payouts.money import MONDAY, book, colleague, payout_of, with_account
from tests.orders.payouts.test_batches import answer, pay
from tests.providers.onboarding.test_pages import member, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
#: Two Mondays after AT: everything released at AT is available.
THEN = MONDAY + timedelta(days=14)


@pytest.fixture
def stage(studio) -> Stage:
    found = Stage(provider=studio)
    found.hold(60_000)
    return found


def mature() -> None:
    escrow.mature(as_of=THEN)


def earned(provider):
    with scope(provider.id):
        return shown(provider.id, list(releases_with_lines(provider.id)))


def page(provider, name="home", **query) -> str:
    return signed_in(provider.owner).get(reverse(f"earnings:{name}"), query).content.decode()


def staff_client(name="staff"):
    from marketplace.accounts.models import User

    colleague(name)
    return signed_in(User.objects.get(email=f"{name}@staff.example"))


@pytest.mark.parametrize(("level", "days"), [(None, 7), (1, 7), (3, 7), (4, 3)])
def test_money_waits_seven_days_and_three_at_the_top(studio, level, days):
    if level:
        with scope(studio.id):
            PublicScore.objects.update_or_create(provider_id=studio.id, defaults={"level": level})
    assert payout_hold_days(studio.id) == days


def test_the_days_of_this_room_are_the_days_of_escrow(studio):
    with scope(studio.id):
        PublicScore.objects.update_or_create(provider_id=studio.id, defaults={"level": 4})
    stage = Stage(provider=studio)
    stage.hold(60_000)
    assert stage.release(60_000).available_at == AT + timedelta(days=3)


@pytest.mark.parametrize(
    ("available", "leaves"),
    [(AT, date(2026, 3, 9)), (MONDAY, date(2026, 3, 9)), (MONDAY + timedelta(days=1), date(2026, 3, 16))],
)
def test_money_leaves_with_the_mondays_batch(available, leaves):
    assert payout_day(available) == leaves


def test_a_release_goes_from_waiting_to_paid_out(studio, stage):
    with_account(studio)
    stage.release(60_000)
    assert [(each.state, each.expected) for each in earned(studio)] == [("pending", date(2026, 3, 16))]
    mature()
    assert [each.state for each in earned(studio)] == ["available"]
    batch = money.drafted(at=THEN)
    assert [each.state for each in earned(studio)] == ["in_transit"]
    money.approved(batch), money.exported(batch)
    pay(studio, payout_of(studio))
    assert [each.state for each in earned(studio)] == ["paid_out"]


def test_what_is_paid_out_is_what_was_earned_after_fees(studio, stage):
    with_account(studio)
    release = stage.release(60_000)
    mature()
    money.drafted(at=THEN)
    row = payout_of(studio)
    assert row.amount == release.net == release.gross - sum(fee.amount for fee in earned(studio)[0].fees)
    assert book(studio) == (0, release.net, 0)


def test_every_fee_names_its_rule(studio, stage):
    stage.release(60_000)
    with translation.override("en"):
        (each,) = earned(studio)
    assert sum(fee.amount for fee in each.fees) == each.release.fee > 0
    assert all(fee.rule for fee in each.fees)
    text = page(studio)
    assert each.fees[0].rule in text
    assert "SO-1" in text


def test_a_refund_after_the_payout_is_a_debt_that_the_next_payout_pays(studio, stage):
    with_account(studio)
    release = stage.release(60_000)
    mature()
    batch = money.drafted(at=THEN)
    money.approved(batch), money.exported(batch)
    pay(studio, payout_of(studio))
    stage.reverse(20_000)
    with scope(studio.id):
        (cny,) = money_of(studio.id, THEN)
    owed = cny.debt
    assert 0 < owed <= 20_000
    text = page(studio)
    assert "You owe" in text
    assert "taken back" in text
    money.earn(studio, 50_000)
    money.drafted(at=THEN + timedelta(days=7))
    assert payout_of(studio).amount == 50_000 - owed
    assert release.net == settled_amount(studio)


def settled_amount(provider) -> int:
    return book(provider)[2]


def test_the_page_says_what_is_missing_and_where(studio):
    text = page(studio)
    assert "no account in use" in text
    assert reverse("earnings:account") in text
    assert "Nothing earned yet" in text


def test_the_page_names_the_next_payout(studio, stage):
    with_account(studio)
    stage.release(60_000)
    mature()
    text = page(studio)
    assert "Next payout" in text
    assert "6789" in text


@pytest.mark.parametrize("name", ["home", "payouts"])
def test_a_longer_list_asks_no_more_questions(studio, stage, name):
    with_account(studio)
    stage.hold(1_000, "milestone:2")
    stage.release(100, "r0", "milestone:2")
    client, counts = signed_in(studio.owner), []
    client.get(reverse(f"earnings:{name}"))
    for number in range(2):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse(f"earnings:{name}")).status_code == 200
        counts.append(len(asked))
        if number == 0:
            for n in range(1, 10):
                stage.release(50, f"more{n}", "milestone:2")
    assert counts[0] == counts[1]


def test_search_and_filter_narrow_and_the_export_follows(studio, stage):
    stage.release(10_000)
    assert "SO-1" in page(studio, q="SO-1")
    assert "Nothing matches" in page(studio, q="nothing like it")
    assert "Nothing matches" in page(studio, state="available")
    client = signed_in(studio.owner)
    rows = b"".join(client.get(reverse("earnings:export")).streaming_content).decode().splitlines()
    assert len(rows) == 2
    assert "100.00" in rows[1]
    assert "SO-1" in rows[1]
    narrowed = b"".join(client.get(reverse("earnings:export"), {"q": "nothing"}).streaming_content).decode().splitlines()
    assert len(narrowed) == 1


def test_exporting_needs_its_right(studio):
    assert signed_in(member(studio, "finance")).get(reverse("earnings:export")).status_code == 403


# The admin.


def at_batch(batch) -> str:
    return reverse("admin:payouts_payoutbatch_act", args=[batch.pk])


def test_two_of_the_staff_take_a_batch_to_the_bank_in_the_admin(studio, stage):
    with_account(studio)
    stage.release(60_000)
    mature()
    one, two = staff_client("one"), staff_client("two")
    made = one.post(reverse("admin:payouts_payoutbatch_add"), {"currency": "cny"})
    batch = payout_of(studio).batch
    assert (made.status_code, made.url) == (302, at_batch(batch))
    count, total = totals_of_batch(batch.pk)
    given = {"act": "approve", "count": count, "total": total}
    assert "Another person" in one.post(at_batch(batch), given, follow=True).content.decode()
    assert payout_of(studio).state == "drafted"
    two.post(at_batch(batch), given)
    assert payout_of(studio).state == "approved"
    assert two.post(at_batch(batch), {"act": "export"}).status_code == 302
    file = one.post(at_batch(batch), {"act": "export"})
    assert payout_of(studio).number in file.content.decode()
    row = payout_of(studio)
    major = f"{row.amount / 100:.2f}"
    sent = SimpleUploadedFile("answer.csv", answer([row.number, "成功", "ICBC-7", "2026-03-24", major, ""]))
    shown_page = two.post(at_batch(batch), {"act": "answer", "answer": sent})
    assert "Closed" in shown_page.content.decode()
    assert (payout_of(studio).state, settled_amount(studio)) == ("paid", row.amount)


def test_one_payout_is_settled_or_taken_out_in_the_admin(studio):
    row = money.with_bank(studio)
    client, url = staff_client(), reverse("admin:payouts_payout_act", args=[row.pk])
    wrong = client.post(url, {"act": "pay", "amount": "499.00", "bank_reference": "B-1", "paid_on": "2026-03-10"})
    assert (wrong.status_code, payout_of(studio).state) == (422, "exported")
    client.post(url, {"act": "pay", "amount": "500.00", "bank_reference": "B-1", "paid_on": "2026-03-10"})
    assert payout_of(studio).state == "paid"


@pytest.mark.parametrize("act", ["approve", "export", "cancel", "answer", "proof", "nonsense"])
def test_staff_without_the_right_change_nothing(studio, act):
    row = money.with_bank(studio)
    client = signed_in(studio.owner)
    assert client.post(at_batch(row.batch), {"act": act}).status_code in (302, 403)
    assert payout_of(studio).state == "exported"


def test_the_clock_draws_up_once_a_week(studio, stage, monkeypatch):
    from orders.payouts import tasks

    with_account(studio)
    stage.release(60_000)
    mature()
    monkeypatch.setattr(tasks.add_to_week, "delay", lambda merchant_id: tasks.add_to_week(merchant_id=merchant_id))
    for moment, due in ((THEN + timedelta(days=1), 0), (THEN, 1), (THEN + timedelta(hours=1), 0)):  # then nothing is left
        monkeypatch.setattr(tasks.timezone, "now", lambda moment=moment: moment)
        assert tasks.draft_week() == due
    batch = payout_of(studio).batch
    money.approved(batch)
    money.earn(studio, 50_000)
    assert tasks.draft_week() == 0, "a week's batch that was approved is not begun anew by the clock"
    assert batches.week_of(THEN) == batch.period
