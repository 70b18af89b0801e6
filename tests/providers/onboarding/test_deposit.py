"""The deposit: in by a confirmed transfer, down by a ruling, back after the exit. Every movement once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.transitions import NotPossible
from marketplace.ledger.models import LedgerTransfer
from marketplace.ledger.queries import is_balanced, verify_all
from marketplace.outbox.models import Message
from marketplace.tenancy.scope import scope
from providers.moderation.models import Penalty
from providers.onboarding.deposits import Deposit, deposit_of
from providers.onboarding.gate import may
from providers.onboarding.models import Deduction, DepositTransfer
from providers.onboarding.operations import deposit as acts
from providers.onboarding.operations import exiting
from providers.onboarding.operations.deposit import BadTransfer, ReferenceUsed
from tests.providers.onboarding import steps
from tests.providers.onboarding.steps import NOW
from tests.providers.onboarding.test_pages import member, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
#: What the category of `steps.leaf()` asks for.
SENT = date(2026, 3, 1)


def required() -> int:
    return steps.leaf().deposit_minor


def announce(provider, amount=None, *, at=NOW) -> DepositTransfer:
    return acts.announce_transfer(
        provider_id=provider.id, amount=amount or required(), payer="青禾", sent_on=SENT, by=steps.owner(provider), at=at
    )


def confirm(provider, row, amount=None, reference="B-1", *, at=NOW):
    return acts.confirm_transfer(
        provider_id=provider.id, transfer_id=row.pk, amount=amount or row.amount, bank_reference=reference, by=steps.staff(),
        at=at,
    )  # fmt: skip


def held(provider, at=NOW) -> Deposit:
    with scope(provider.id):
        return deposit_of(provider.id, at)


def pay_in(provider, amount=None, reference="B-1", *, at=NOW) -> None:
    confirm(provider, announce(provider, amount, at=at), reference=reference, at=at)


def ruling(provider, number="R-1", *, state="active") -> Penalty:
    with scope(provider.id):
        return Penalty.objects.create(
            provider_id=provider.id, ruling=number, violation="x", points=2, rung="warned", state=state, statement="s",
            given_at=NOW, given_by="x", points_until=NOW + timedelta(days=365), appeal_until=NOW + timedelta(days=7),
        )  # fmt: skip


def deduct(provider, amount, number="R-1", *, at=NOW):
    return acts.deduct(provider_id=provider.id, ruling=number, amount=amount, reason="违约赔付", by=steps.staff(), at=at)


def test_an_announcement_moves_nothing(studio):
    announce(studio)
    assert held(studio) == Deposit()


def test_a_confirmed_transfer_is_the_deposit_and_people_are_told(studio):
    steps.verified(studio)
    pay_in(studio)
    assert (held(studio).held, held(studio).was_paid) == (required(), True)
    with scope(studio.id):
        assert is_balanced(studio.id)
        assert Message.objects.filter(kind="providers.deposit.confirmed", channel="email").count() == 1


def test_what_arrived_counts_and_not_what_was_announced(studio):
    confirm(studio, announce(studio, 10_000), amount=9_000)
    assert held(studio).held == 9_000


def test_confirming_again_changes_nothing_and_with_another_body_is_refused(studio):
    row = announce(studio)
    for _ in range(3):
        confirm(studio, row)
    for other in ({"amount": 1}, {"reference": "B-2"}):
        with pytest.raises(NotPossible):
            confirm(studio, row, **other)
    assert held(studio).held == required()


def test_one_bank_transfer_is_one_company_s_deposit(studio, rival):
    pay_in(studio, reference="B-77")
    for provider in (studio, rival):
        row = announce(provider)
        with pytest.raises(ReferenceUsed):
            confirm(provider, row, reference=" B-77 ")
        with scope(provider.id):
            assert DepositTransfer.objects.get(pk=row.pk).state == "announced"
    assert held(rival) == Deposit()


@pytest.mark.parametrize("wrong", [{"reference": "  "}, {"amount": -5}, {"reference": "x" * 65}])
def test_a_confirmation_without_a_reference_or_an_amount_is_refused(studio, wrong):
    with pytest.raises(BadTransfer):
        confirm(studio, announce(studio), **wrong)


def at_once(count, work):
    barrier = Barrier(count)
    steps.staff()  # there before the race

    def run(number):
        try:
            barrier.wait(10)
            return work(number)
        except UserError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_a_transfer_confirmed_by_two_at_once_counts_once(studio):
    for turn in range(8):
        row = announce(studio, 1_000)
        outcomes = at_once(2, lambda _number, row=row, turn=turn: confirm(studio, row, reference=f"B-{turn}"))
        assert [type(outcome) for outcome in outcomes] == [DepositTransfer, DepositTransfer]
        assert held(studio).held == 1_000 * (turn + 1)
    found = verify_all()
    assert (found["accounts_off"], found["transfers_off"]) == ([], [])


def test_two_references_for_one_transfer_at_once_are_one_success(studio):
    row = announce(studio, 1_000)
    outcomes = at_once(2, lambda number: confirm(studio, row, reference=f"B-{number}"))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["DepositTransfer", "NotPossible"]
    assert held(studio).held == 1_000


def test_without_the_lock_and_the_key_it_would_count_twice(studio):
    """The control: check, then post, as it must not be done. Both threads see an unconfirmed transfer, and both book it."""
    row = announce(studio, 1_000)
    looked = Barrier(2)

    def careless(number):
        with scope(studio.id, durable=True):
            state = DepositTransfer.objects.get(pk=row.pk).state
            looked.wait(10)
            if state == "announced":
                acts._post(studio.id, "deposit.paid_in", "deposit_bank", "deposit_held", f"careless:{number}", 1_000, NOW)
                DepositTransfer.objects.filter(pk=row.pk).update(state="confirmed", bank_reference="B", confirmed_amount=1_000)

    at_once(2, careless)
    assert held(studio).held == 2_000


def test_refusing_and_withdrawing_end_an_announcement(studio):
    first, second = announce(studio), announce(studio)
    acts.refuse_transfer(provider_id=studio.id, transfer_id=first.pk, note="未到账", by=steps.staff(), at=NOW)
    acts.withdraw_transfer(provider_id=studio.id, transfer_id=second.pk, by=steps.owner(studio), at=NOW)
    for row in (first, second):
        with pytest.raises(NotPossible):
            confirm(studio, row)
    assert held(studio) == Deposit()


# Rulings.


def test_a_deduction_needs_a_ruling_against_this_provider(studio, rival):
    pay_in(studio)
    ruling(rival, "R-9")
    ruling(studio, "R-8", state="lifted")
    with pytest.raises(NotFound):
        deduct(studio, 100, "R-9")
    with pytest.raises(BadTransfer):
        deduct(studio, 100, "R-8")
    assert held(studio).held == required()


def test_a_ruling_deducts_once_and_never_more_than_is_held(studio):
    pay_in(studio)
    ruling(studio)
    with pytest.raises(BadTransfer):
        deduct(studio, required() + 1)
    for _ in range(3):
        deduct(studio, 500)
    with pytest.raises(BadTransfer):
        deduct(studio, 600)
    assert held(studio).held == required() - 500
    with scope(studio.id):
        assert (Deduction.objects.count(), is_balanced(studio.id)) == (1, True)


def test_a_ruling_that_is_lifted_on_appeal_is_given_back_once(studio):
    pay_in(studio)
    penalty = ruling(studio)
    deduct(studio, 500)

    def give_back():
        return acts.give_back(provider_id=studio.id, ruling="R-1", by=steps.staff(), at=NOW)

    with pytest.raises(BadTransfer):
        give_back()
    with scope(studio.id):
        Penalty.objects.filter(pk=penalty.pk).update(state="lifted")
    assert [give_back() for _ in range(3)] == [True, False, False]
    assert held(studio).held == required()
    with scope(studio.id):
        assert is_balanced(studio.id)


def test_a_deduction_at_once_by_two_counts_once(studio):
    pay_in(studio)
    ruling(studio)
    at_once(2, lambda _number: deduct(studio, 500))
    assert held(studio).held == required() - 500


def test_the_deposit_is_topped_up_within_seven_days_or_orders_stop(studio):
    row = steps.verified(studio)
    pay_in(studio)
    ruling(studio)
    deduct(studio, 500)
    day = timedelta(days=1)
    asked = {when: may(studio.id, "take_orders", row.category, at=NOW + when).allowed for when in (0 * day, 6 * day, 7 * day)}
    assert asked == {0 * day: True, 6 * day: True, 7 * day: False}
    assert [reason.code for reason in may(studio.id, "bid", row.category, at=NOW + 8 * day).reasons] == ["DEPOSIT_SHORT"]
    assert may(studio.id, "list", row.category, at=NOW + 8 * day)
    pay_in(studio, 500, "B-2", at=NOW + 8 * day)
    assert may(studio.id, "take_orders", row.category, at=NOW + 8 * day)


def test_one_deposit_covers_every_category_up_to_its_amount(studio):
    from providers.catalogue.models import Category

    cheap, dear = Category.objects.filter(children=None, deposit_minor__gt=0).order_by("deposit_minor", "id")[:1], steps.leaf()
    steps.verified(studio, category=dear)
    row = steps.choose(studio, cheap[0])
    steps.applying.submit_category(provider_id=studio.id, qualification_id=row.pk, by=steps.owner(studio), at=NOW)
    if steps.qualification(studio, row.pk).state == "submitted":
        steps.rule(studio, "qualification")
    pay_in(studio, cheap[0].deposit_minor)
    assert may(studio.id, "take_orders", cheap[0].slug, at=NOW)
    assert cheap[0].deposit_minor < dear.deposit_minor
    assert not may(studio.id, "take_orders", dear.slug, at=NOW)


# Leaving.


def leave(provider, *, at=NOW):
    return exiting.request_exit(provider_id=provider.id, reason="", by=steps.owner(provider), at=at)


def refund(provider, reference="OUT-1", *, at):
    return exiting.refund_deposit(provider_id=provider.id, bank_reference=reference, by=steps.staff(), at=at)


def test_who_leaves_gets_the_deposit_back_after_thirty_days(studio):
    row = steps.verified(studio)
    pay_in(studio)
    left = leave(studio)
    assert (left.state, left.refund_due_on) == ("left", date(2026, 4, 1))
    assert [reason.code for reason in may(studio.id, "list", row.category, at=NOW).reasons] == ["LEAVING"]
    with pytest.raises(exiting.TooEarly):
        refund(studio, at=NOW + timedelta(days=29))
    for _ in range(2):
        refund(studio, at=NOW + timedelta(days=30))
    with pytest.raises(NotPossible):
        refund(studio, "OUT-2", at=NOW + timedelta(days=30))
    assert held(studio).held == 0
    with scope(studio.id):
        assert LedgerTransfer.objects.filter(kind="deposit.paid_back").count() == 1
        assert is_balanced(studio.id)


def test_something_open_keeps_a_company_until_it_is_closed(studio):
    row = announce(studio)
    assert leave(studio).state == "requested"
    assert not may(studio.id, "list", at=NOW)
    assert not exiting.leave_if_free(provider_id=studio.id, by=steps.staff(), at=NOW)
    acts.withdraw_transfer(provider_id=studio.id, transfer_id=row.pk, by=steps.owner(studio), at=NOW)
    assert exiting.leave_if_free(provider_id=studio.id, by=steps.staff(), at=NOW)
    with pytest.raises(NotPossible):
        exiting.withdraw_exit(provider_id=studio.id, by=steps.owner(studio), at=NOW)


def test_a_room_above_can_hold_a_company_back(studio, monkeypatch):
    from providers.onboarding import leaving
    from providers.onboarding.circumstances import Reason

    monkeypatch.setattr(leaving, "_blockers", [lambda _provider_id, _at: [Reason("JOBS", "2 jobs are running")]])
    assert leave(studio).state == "requested"
    exiting.withdraw_exit(provider_id=studio.id, by=steps.owner(studio), at=NOW)
    monkeypatch.setattr(leaving, "_blockers", [])
    assert leave(studio).state == "left"


def test_rooms_above_hear_of_a_company_that_left(studio, monkeypatch):
    from providers.onboarding import leaving

    heard = []
    monkeypatch.setattr(leaving, "_left", [lambda provider_id, at: heard.append((provider_id, at))])
    leave(studio)
    assert heard == [(studio.id, NOW)]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["in", "again", "out", "out again"]), st.integers(1, 5_000)), max_size=12))
def test_any_history_keeps_the_books(studio, history):
    """Against a model: what is held is what came in less what was deducted, whatever is repeated."""
    start, expected, last_in, last_out = held(studio).held, 0, None, None
    stamp = timezone.now().timestamp()
    for number, (act, amount) in enumerate(history):
        name = f"{stamp}-{number}"
        if act == "in":
            last_in = announce(studio, amount), name
            confirm(studio, *last_in[:1], reference=name)
            expected += amount
        elif act == "again" and last_in:
            confirm(studio, last_in[0], reference=last_in[1])
        elif act == "out" and start + expected >= amount:
            last_out = f"R{name}"[-20:], amount
            ruling(studio, last_out[0])
            deduct(studio, amount, last_out[0])
            expected -= amount
        elif act == "out again" and last_out:
            deduct(studio, last_out[1], last_out[0])
    assert held(studio).held == start + expected
    assert verify_all()["accounts_off"] == []


# Pages.


def test_the_page_announces_and_says_what_is_wrong(studio):
    client = signed_in(studio.owner)
    assert (
        client.post(reverse("deposit:announce"), {"amount": "2.000,5", "payer": "Q", "sent_on": "2026-03-01"}).status_code == 422
    )
    late = client.post(reverse("deposit:announce"), {"amount": "20000", "payer": "Q", "sent_on": "2199-03-01"})
    assert late.status_code == 422 and "future" in late.content.decode()
    assert (
        client.post(reverse("deposit:announce"), {"amount": "20,000.00", "payer": "Q", "sent_on": "2026-03-01"}).status_code
        == 302
    )
    with scope(studio.id):
        assert DepositTransfer.objects.get().amount == 2_000_000


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_statement_and_its_csv_show_every_movement(studio, language):
    steps.verified(studio)
    pay_in(studio)
    ruling(studio)
    deduct(studio, 500)
    client = signed_in(studio.owner, language)
    assert client.get(reverse("deposit:home")).status_code == 200
    rows = b"".join(client.get(reverse("deposit:export")).streaming_content).decode().splitlines()
    assert len(rows) == 3 and ",5.00,CNY," in rows[1]
    assert signed_in(member(studio, "finance")).get(reverse("deposit:export")).status_code == 403
