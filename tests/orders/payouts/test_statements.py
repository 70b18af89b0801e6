"""Monthly statements: from the ledger alone, explained down to the rule, never changed."""

import io
import json
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.kernel.errors import UserError
from marketplace.outbox.models import Message
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.escrow import operations as escrow
from orders.payouts.models import Statement
from orders.payouts.operations.stating import MonthNotOver, make_statement, verify_statements
from orders.payouts.statements import explained, figures, group_of, month_before, movements, stored_figures
from tests import cast
from tests.orders.escrow.stage import AT, Stage
from tests.orders.payouts import money
from tests.orders.payouts.money import balances, payout_of, with_account
from tests.orders.payouts.test_batches import fail, pay
from tests.orders.payouts.test_earnings import THEN
from tests.providers.onboarding.test_pages import member, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
IN_APRIL = AT + timedelta(days=30)
ORDERS = count(100)
ACTS = ["release", "refund", "reverse", "mature", "payout"]
IN_MAY = AT + timedelta(days=60)


def made(provider, month=MARCH, *, at=IN_APRIL):
    return make_statement(provider_id=provider.id, month=month, currency="CNY", by=CLI, at=at)


@pytest.fixture
def stage(studio) -> Stage:
    found = Stage(provider=studio)
    found.hold(60_000)
    return found


@pytest.fixture
def paid(studio, stage) -> Stage:
    """A release, matured and paid out; half of it taken back afterwards."""
    with_account(studio)
    stage.release(60_000)
    escrow.mature(as_of=THEN)
    batch = money.drafted(at=THEN)
    money.approved(batch), money.exported(batch)
    pay(studio, payout_of(studio))
    stage.reverse(30_000, at=THEN)
    return stage


def test_a_month_adds_up_to_what_the_ledger_says(studio, paid):
    row = made(studio)
    with scope(studio.id):
        book = balances(studio.id)["CNY"]
    assert (row.opening, row.released, row.taken_back) == (0, 60_000, -30_000)
    assert row.fees < 0 < row.fees_back
    assert row.paid_out == -book["paid_out"]
    assert row.closing == book["earnings_pending"] + book["earnings"] + book["payouts_in_transit"]


def test_the_next_month_begins_where_this_one_ends(studio, paid):
    march = made(studio)
    paid.pay_in(1_000, "april")
    paid.act("hold", key="milestone:2", amount=1_000, at=IN_APRIL)
    paid.release(1_000, "r2", "milestone:2", at=IN_APRIL)
    april = made(studio, APRIL, at=IN_MAY)
    assert april.opening == march.closing
    assert april.released == 1_000
    assert stored_figures(march) == stored_figures(made(studio))


def test_every_line_names_its_order_and_its_rule(studio, paid):
    with scope(studio.id):
        lines = explained(studio.id, movements(studio.id, MARCH, "CNY"))
    fees = [line for line in lines if line.rule]
    assert fees
    assert {line.about.split()[0] for line in lines} == {"SO-1", payout_of(studio).number}
    assert all(line.rule.startswith("R") and "%" in line.rule for line in fees)
    assert sum(line.amount for line in lines) == made(studio).closing


def test_moving_between_the_places_is_no_line(studio, paid):
    with scope(studio.id):
        kinds = {row.kind for row in movements(studio.id, MARCH, "CNY")}
    assert not kinds & {"escrow.matured", "payout.sent"}


def test_a_payout_that_came_back_is_no_line_either(studio):
    row = money.with_bank(studio)
    fail(studio, row)
    with scope(studio.id):
        assert [each.kind for each in movements(studio.id, MARCH, "CNY")] == ["test.earned"]


def test_a_month_that_is_not_over_has_none(studio, paid):
    with pytest.raises(MonthNotOver):
        made(studio, at=THEN)


def test_nothing_owed_and_nothing_moved_makes_none(studio):
    assert made(studio) is None


def test_it_is_made_once_and_told_once(studio, paid):
    assert made(studio).pk == made(studio).pk
    with scope(studio.id):
        assert Message.objects.filter(kind="orders.statement.made", channel="in_app").count() == 1


def test_a_stored_figure_that_the_ledger_does_not_give_is_named(studio, paid):
    row = made(studio)
    assert verify_statements() == (1, [])
    change = "UPDATE payouts_statement SET released = released + 1, closing = closing + 1 WHERE id = %s"
    with connections["owner"].cursor() as cursor:
        cursor.execute(change, [row.pk])
    count, off = verify_statements()
    assert (count, [each.number for each in off]) == (1, [row.number])
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("verify_statements", stdout=out)
    assert json.loads(out.getvalue())["off"][0]["statement"] == row.number


def test_the_application_cannot_change_a_statement(studio, paid):
    row = made(studio)
    with pytest.raises(Exception, match="permission denied"), scope(studio.id):
        Statement.objects.filter(provider_id=studio.id, pk=row.pk).update(released=1)


@pytest.mark.parametrize(
    ("kind", "group"),
    [("escrow.released", "released"), ("fee.service", "fees"), ("fee_back.fixed", "fees_back"), ("escrow.reversed", "taken_back"),
     ("payout.paid", "paid_out"), ("dispute.charged", "other"), ("fees", "other")],
)  # fmt: skip
def test_each_kind_has_its_figure(kind, group):
    assert group_of(kind) == group


def test_the_month_before_is_that_of_the_market():
    assert month_before(datetime(2026, 3, 31, 17, tzinfo=UTC)) == MARCH  # it is April in Shanghai
    assert month_before(datetime(2026, 3, 31, 15, tzinfo=UTC)) == date(2026, 2, 1)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from(["release", "refund", "reverse", "mature", "payout"]), st.integers(1, 5_000)), max_size=9)
)
def test_whatever_happened_the_statement_is_the_ledgers_change(studio, acts):
    """Any order of acts: closing is what the accounts hold, and every figure is the sum of its lines."""
    number = next(ORDERS)
    stage = Stage(provider=studio, merchant=cast.acme(), order_id=number, paid_in=20_000)
    stage.hold(20_000)
    for place, (act, amount) in enumerate(acts):
        try:
            if act == "release":
                stage.release(amount, f"r{number}-{place}")
            elif act == "refund":
                stage.refund(amount, f"b{number}-{place}")
            elif act == "reverse":
                stage.reverse(amount, f"v{number}-{place}", release_key=f"r{number}-0")
            elif act == "mature":
                escrow.mature(as_of=THEN)
            else:
                stage.send_payout(amount, f"p{number}-{place}")
        except UserError:
            continue  # refused: it must leave nothing in the statement
    with scope(studio.id):
        found, book = figures(studio.id, MARCH, "CNY"), balances(studio.id).get("CNY", {})
        lines = movements(studio.id, MARCH, "CNY")
    owed = sum(book.get(code, 0) for code in ("earnings_pending", "earnings", "payouts_in_transit"))
    assert found["closing"] == owed == sum(line.amount for line in lines)


# The pages.


def test_the_pages_show_the_month_in_both_languages(studio, paid):
    row = made(studio)
    for language, words in (("en", "Statement of 2026-03"), ("zh-hans", "2026-03")):
        client = signed_in(studio.owner, language)
        assert row.number in client.get(reverse("earnings:statements")).content.decode()
        text = client.get(reverse("earnings:statement", args=[row.pk])).content.decode()
        assert words in text
        assert "SO-1" in text
        data = client.get(reverse("earnings:statement_pdf", args=[row.pk]))
        assert data.content.startswith(b"%PDF-")
        assert data["Content-Disposition"].endswith('.pdf"')


def test_the_paper_is_the_same_again(studio, paid):
    row, client = made(studio), signed_in(studio.owner)
    first, again = (client.get(reverse("earnings:statement_pdf", args=[row.pk])).content for _ in range(2))
    assert first == again


def test_the_csv_has_every_line_and_needs_its_right(studio, paid):
    row = made(studio)
    url = reverse("earnings:statement_csv", args=[row.pk])
    lines = b"".join(signed_in(studio.owner).get(url).streaming_content).decode().splitlines()
    assert len(lines) == row.line_count + 1
    assert signed_in(member(studio, "finance")).get(url).status_code == 403


def test_more_lines_ask_no_more_questions(studio, stage):
    stage.release(100, "r0")
    counts = []
    for more in (0, 12):
        for n in range(more):
            stage.release(50, f"m{n}")
        with CaptureQueriesContext(connection) as asked, scope(studio.id):
            explained(studio.id, movements(studio.id, MARCH, "CNY"))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_clock_makes_the_statements_of_the_month_that_is_over(studio, paid, monkeypatch):
    from orders.payouts import tasks

    nudged = []
    monkeypatch.setattr(tasks.timezone, "now", lambda: IN_APRIL)
    monkeypatch.setattr(tasks.make_statements, "delay", lambda merchant_id: nudged.append(merchant_id))
    assert (tasks.sweep_statements(), nudged) == (1, [studio.id])
    assert tasks.make_statements(merchant_id=studio.id) == 1
    assert tasks.sweep_statements() == 0
    with scope(studio.id):
        assert Statement.objects.get(provider_id=studio.id).month == MARCH
