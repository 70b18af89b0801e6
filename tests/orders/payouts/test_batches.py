"""The weekly batch: drawn up, approved by a second person, taken to the bank by another, and settled once."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection

from marketplace.audit.models import AuditEvent
from marketplace.kernel.errors import NotFound
from marketplace.kernel.transitions import NotPossible, allows
from marketplace.outbox.models import Message
from marketplace.tenancy.actor import BEAT
from marketplace.tenancy.scope import scope
from orders.escrow.errors import NotEnoughEarned
from orders.payouts.bankfile import BadBankFile
from orders.payouts.eligibility import payable
from orders.payouts.models import BatchProof, Payout, PayoutAccount, PayoutBatch
from orders.payouts.operations import batches, proving, settling
from orders.payouts.queries import totals_of_batch
from orders.payouts.states import BATCH, PAYOUT, BatchState, PayoutState
from providers.onboarding.papers import checked
from tests.orders.payouts import money
from tests.orders.payouts.money import MONDAY, book, colleague, earn, exported, payout_of, with_account, with_bank
from tests.orders.payouts.test_accounts import CHECKED, OTHER, enter
from tests.providers.onboarding import papers, steps

pytestmark = pytest.mark.django_db(transaction=True)
PAID_ON = date(2026, 3, 10)


def pay(provider, row, reference="ICBC-1", *, amount=None):
    return settling.mark_paid(
        provider_id=provider.id, payout_id=row.pk, bank_reference=reference, paid_on=PAID_ON, amount=amount or row.amount,
        by=colleague("banker"), at=MONDAY,
    )  # fmt: skip


def fail(provider, row, why="户名不符", *, is_account_wrong=False):
    return settling.mark_failed(
        provider_id=provider.id, payout_id=row.pk, why=why, is_account_wrong=is_account_wrong, by=colleague("banker"), at=MONDAY
    )


def reasons(provider, at=MONDAY) -> list[str]:
    with scope(provider.id):
        return [reason.code for reason in payable(provider.id, "CNY", at).reasons]


def state_of(batch) -> str:
    return PayoutBatch.objects.get(pk=batch.pk).state


def answer(*rows) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["业务参考号", "处理结果", "银行流水号", "付款日期", "金额", "失败原因"])
    writer.writerows(rows)
    return out.getvalue().encode("gb18030")


# Drawing up.


def test_the_whole_balance_leaves_the_earnings_when_it_is_drafted(studio):
    with_account(studio)
    earn(studio, 50_000)
    money.drafted()
    row = payout_of(studio)
    assert (row.amount, row.state, row.account.last4) == (50_000, "drafted", "6789")
    assert book(studio) == (0, 50_000, 0)


def test_drawing_up_again_adds_nobody_twice_and_whoever_came_since(studio, rival):
    steps.verified(rival)
    for provider in (studio, rival):
        with_account(provider)
    earn(studio, 50_000)
    batch = money.drafted()
    earn(studio, 20_000, key="more")
    earn(rival, 30_000)
    assert money.drafted().pk == batch.pk
    assert totals_of_batch(batch.pk) == (2, 80_000)
    assert book(studio) == (20_000, 50_000, 0)


@pytest.mark.parametrize(("amount", "due"), [(9_999, False), (10_000, True)])
def test_less_than_a_hundred_stays(studio, amount, due):
    with_account(studio)
    earn(studio, amount)
    batch = money.drafted()
    assert totals_of_batch(batch.pk) == ((1, amount) if due else (0, 0))
    assert book(studio)[0] == (0 if due else amount)


def test_without_an_account_or_verification_nothing_leaves(studio, rival):
    earn(studio, 50_000)
    earn(rival, 50_000)
    assert totals_of_batch(money.drafted().pk) == (0, 0)
    assert reasons(studio) == ["NO_ACCOUNT"]
    assert reasons(rival) == ["NOT_VERIFIED", "NO_ACCOUNT"]


def test_an_account_of_somebody_else_than_the_company_gets_nothing(studio):
    with_account(studio)
    earn(studio, 50_000)
    with scope(studio.id):
        PayoutAccount.objects.filter(provider_id=studio.id).update(holder="林小偷")
    assert totals_of_batch(money.drafted().pk) == (0, 0)
    assert reasons(studio) == ["OTHER_HOLDER"]


def test_a_debt_is_never_paid_out(studio):
    with_account(studio)
    earn(studio, -50_000)
    assert totals_of_batch(money.drafted().pk) == (0, 0)
    assert book(studio) == (-50_000, 0, 0)


# Four eyes.


def test_who_drew_it_up_does_not_approve_and_who_approved_does_not_export(studio):
    with_account(studio)
    earn(studio, 50_000)
    batch, one, two = money.drafted(colleague("one")), colleague("one"), colleague("two")
    with pytest.raises(batches.FourEyes):
        batches.approve_batch(batch_id=batch.pk, count=1, total=50_000, by=one, at=MONDAY)
    with pytest.raises(batches.FourEyes):
        batches.approve_batch(batch_id=batch.pk, count=1, total=50_000, by=BEAT, at=MONDAY)
    batches.approve_batch(batch_id=batch.pk, count=1, total=50_000, by=two, at=MONDAY)
    with pytest.raises(batches.FourEyes):
        batches.export_batch(batch_id=batch.pk, by=two, at=MONDAY)
    batches.export_batch(batch_id=batch.pk, by=one, at=MONDAY)
    assert state_of(batch) == "exported"


def test_two_people_are_needed_when_the_clock_drew_it_up(studio):
    with_account(studio)
    earn(studio, 50_000)
    batch, one = money.drafted(BEAT), colleague("one")
    batches.approve_batch(batch_id=batch.pk, count=1, total=50_000, by=one, at=MONDAY)
    with pytest.raises(batches.FourEyes):
        batches.export_batch(batch_id=batch.pk, by=one, at=MONDAY)


def test_the_database_refuses_one_person_for_both(studio):
    batch = money.drafted(colleague("one"))
    with pytest.raises(IntegrityError):
        PayoutBatch.objects.filter(pk=batch.pk).update(approved_by_id=batch.drafted_by_id)


def test_what_is_approved_is_what_was_shown(studio, rival):
    steps.verified(rival)
    with_account(studio), with_account(rival)
    earn(studio, 50_000)
    batch = money.drafted()
    seen = totals_of_batch(batch.pk)
    earn(rival, 30_000)
    money.drafted()
    with pytest.raises(NotPossible):
        batches.approve_batch(batch_id=batch.pk, count=seen[0], total=seen[1], by=colleague("two"), at=MONDAY)
    assert state_of(batch) == "draft"


def test_nothing_is_added_to_an_approved_batch(studio, rival):
    steps.verified(rival)
    with_account(studio), with_account(rival)
    earn(studio, 50_000)
    batch = money.approved(money.drafted())
    earn(rival, 30_000)
    with pytest.raises(NotPossible):
        money.drafted()
    assert totals_of_batch(batch.pk) == (1, 50_000)
    next_week = money.drafted(at=MONDAY + timedelta(days=7))
    assert totals_of_batch(next_week.pk) == (1, 30_000)


# The bank's file.


def test_the_file_names_every_payout_and_is_the_same_again(studio):
    with_account(studio)
    earn(studio, 123_456)
    batch = money.approved(money.drafted())
    first, again = exported(batch), exported(batch)
    assert first.content == again.content
    rows = list(csv.reader(io.StringIO(first.content.decode("utf-8-sig"))))
    company = steps.FACTS["company"]["company_name"]
    number = CHECKED.replace(" ", "")
    assert rows[1] == ["1", payout_of(studio).number, company, "工商银行杭州分行", number, "1234.56", "CNY", "服务费结算"]
    assert payout_of(studio).state == "exported"


def test_a_cell_that_a_spreadsheet_would_run_is_quoted(studio):
    with_account(studio)
    with scope(studio.id):
        PayoutAccount.objects.filter(provider_id=studio.id).update(bank="=HYPERLINK(1)")
    earn(studio, 50_000)
    assert "'=HYPERLINK(1)" in exported(money.approved(money.drafted())).content.decode()


def test_a_file_that_would_differ_is_not_given_out(studio):
    with_account(studio)
    earn(studio, 50_000)
    batch = money.approved(money.drafted())
    exported(batch)
    with scope(studio.id):
        PayoutAccount.objects.filter(provider_id=studio.id).update(bank="another")
    with pytest.raises(NotPossible):
        exported(batch)


def test_each_look_at_an_account_number_leaves_a_trace(studio):
    with_bank(studio)
    with scope(studio.id):
        assert AuditEvent.objects.filter(action="orders.payout_account.read").count() == 1


# Settling.


def test_paid_is_paid_once(studio):
    row = with_bank(studio)
    pay(studio, row), pay(studio, row)
    assert book(studio) == (0, 0, 50_000)
    assert state_of(row.batch) == "closed"
    with scope(studio.id):
        assert Message.objects.filter(kind="orders.payout.paid", channel="in_app").count() == 1


@pytest.mark.parametrize("given", [{"reference": "ICBC-2"}, {"amount": 49_999}])
def test_another_answer_than_before_is_refused(studio, given):
    row = with_bank(studio)
    pay(studio, row)
    with pytest.raises(settling.OtherAnswer):
        pay(studio, row, **given)
    assert book(studio) == (0, 0, 50_000)


def test_a_reference_pays_one_company(studio, rival):
    steps.verified(rival)
    for provider in (studio, rival):
        with_account(provider)
        earn(provider, 50_000)
    exported(money.approved(money.drafted()))
    pay(studio, payout_of(studio))
    with pytest.raises(settling.OtherAnswer):
        pay(rival, payout_of(rival))
    assert (book(rival), payout_of(rival).state) == ((0, 50_000, 0), "exported")


def test_what_failed_is_in_the_earnings_again_and_leaves_next_week(studio):
    row = with_bank(studio)
    fail(studio, row), fail(studio, row)
    assert book(studio) == (50_000, 0, 0)
    money.drafted(at=MONDAY + timedelta(days=7))
    again = payout_of(studio)
    assert (again.pk != row.pk, again.amount, book(studio)) == (True, 50_000, (0, 50_000, 0))


def test_an_account_the_bank_does_not_know_gets_nothing_more(studio):
    row = with_bank(studio)
    fail(studio, row, is_account_wrong=True)
    assert reasons(studio) == ["NO_ACCOUNT"]
    with scope(studio.id):
        assert Message.objects.filter(kind="orders.payout.returned", channel="in_app").count() == 1


def test_the_banks_answer_is_carried_out_line_by_line_and_once(studio, rival):
    steps.verified(rival)
    for provider in (studio, rival):
        with_account(provider)
        earn(provider, 50_000)
    batch = money.approved(money.drafted())
    exported(batch)
    one, two = payout_of(studio), payout_of(rival)
    content = answer(
        [one.number, "成功", "ICBC-9", "2026-03-10", "500.00", ""],
        [two.number, "失败", "", "", "500.00", "收款账号不存在"],
        ["PO999999", "成功", "X", "2026-03-10", "500.00", ""],
    )
    call = {"batch_id": batch.pk, "content": content, "by": colleague("banker"), "at": MONDAY}
    assert [line.result for line in settling.import_answers(**call)] == ["paid", "failed", "refused"]
    assert [line.result for line in settling.import_answers(**call)] == ["known", "known", "refused"]
    assert (book(studio), book(rival)) == ((0, 0, 50_000), (50_000, 0, 0))
    assert reasons(rival) == ["NO_ACCOUNT"]
    assert state_of(batch) == "closed"


@pytest.mark.parametrize(
    "row", [["成功", "R", "2026-03-10", "500.01", ""], ["成功", "R", "", "500.00", ""], ["成功", "", "2026-03-10", "500.00", ""]]
)
def test_a_line_that_does_not_fit_is_refused(studio, row):
    payout = with_bank(studio)
    call = {"batch_id": payout.batch_id, "by": colleague("banker"), "at": MONDAY}
    found = settling.import_answers(**call, content=answer([payout.number, *row]))
    assert [line.result for line in found] == ["refused"]
    assert (book(studio), payout_of(studio).state) == ((0, 50_000, 0), "exported")


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", "业务参考号,处理结果,金额\nPO1,也许,1\n".encode(), b"\xff\xff\xff"])
def test_a_file_that_is_none_changes_nothing(studio, content):
    payout = with_bank(studio)
    with pytest.raises(BadBankFile):
        settling.import_answers(batch_id=payout.batch_id, content=content, by=colleague("banker"), at=MONDAY)
    assert payout_of(studio).state == "exported"


def test_the_proof_of_a_batch_is_sealed_and_kept_once(studio):
    payout = with_bank(studio)
    paper = checked(papers.pdf("proof"), name="proof.pdf")
    for _ in range(2):
        proving.add_batch_proof(batch_id=payout.batch_id, paper=paper, by=colleague("banker"), at=MONDAY)
    kept = BatchProof.objects.get(batch_id=payout.batch_id)
    assert b"%PDF" not in bytes(kept.sealed)


# Taking out.


def test_taking_one_out_gives_its_money_back_and_leaves_the_others(studio, rival):
    steps.verified(rival)
    for provider in (studio, rival):
        with_account(provider)
        earn(provider, 50_000)
    batch = money.drafted()
    row = payout_of(studio)
    batches.cancel_payout(provider_id=studio.id, payout_id=row.pk, why="wait", by=colleague("one"), at=MONDAY)
    assert (book(studio), book(rival), totals_of_batch(batch.pk)) == ((50_000, 0, 0), (0, 50_000, 0), (1, 50_000))


def test_giving_a_batch_up_gives_everything_back(studio):
    with_account(studio)
    earn(studio, 50_000)
    batch = money.approved(money.drafted())
    batches.cancel_batch(batch_id=batch.pk, why="wrong week", by=colleague("one"), at=MONDAY)
    assert (book(studio), state_of(batch), payout_of(studio).state) == ((50_000, 0, 0), "cancelled", "cancelled")


# What the tables forbid.


@pytest.mark.parametrize("act", ["pay", "fail", "cancel"])
@pytest.mark.parametrize("state", PayoutState.values)
def test_what_a_payouts_state_forbids_is_refused_and_moves_nothing(studio, state, act):
    row = with_bank(studio)
    more = {"bank_reference": "B-0", "paid_on": PAID_ON} if state == "paid" else {}
    with scope(studio.id):
        Payout.objects.filter(provider_id=studio.id, pk=row.pk).update(state=state, **more)
    before = book(studio)
    do = {
        "pay": lambda: pay(studio, row),
        "fail": lambda: fail(studio, row),
        "cancel": lambda: batches.cancel_payout(provider_id=studio.id, payout_id=row.pk, why="", by=colleague("one"), at=MONDAY),
    }[act]
    if allows(PAYOUT, state, act):
        do()
        assert payout_of(studio).state == PAYOUT[PayoutState(state), act]
    elif (state, act) == ("failed", "fail"):
        do()  # said again
        assert book(studio) == before
    else:
        with pytest.raises((NotPossible, settling.OtherAnswer)):
            do()
        assert (book(studio), payout_of(studio).state) == (before, state)


@pytest.mark.parametrize("act", ["approve", "export", "cancel"])
@pytest.mark.parametrize("state", BatchState.values)
def test_what_a_batchs_state_forbids_is_refused_and_moves_nothing(studio, state, act):
    with_account(studio)
    earn(studio, 50_000)
    batch = money.drafted()
    approved = {"approved_at": MONDAY, "approved_by_id": 1} if state not in ("draft", "cancelled") else {}
    filed = {"file_sha256": "x"} if state in ("exported", "closed") else {}
    PayoutBatch.objects.filter(pk=batch.pk).update(state=state, **approved, **filed)
    by, before = colleague("third"), book(studio)
    do = {
        "approve": lambda: batches.approve_batch(batch_id=batch.pk, count=1, total=50_000, by=by, at=MONDAY),
        "export": lambda: batches.export_batch(batch_id=batch.pk, by=by, at=MONDAY),
        "cancel": lambda: batches.cancel_batch(batch_id=batch.pk, why="", by=by, at=MONDAY),
    }[act]
    if allows(BATCH, state, act) and state != "exported":
        do()
        assert state_of(batch) == BATCH[BatchState(state), act]
    else:  # of an exported batch the file would differ: "x" is no hash
        with pytest.raises(NotPossible):
            do()
        assert (state_of(batch), book(studio)) == (state, before)


def test_another_provider_finds_nothing(studio, rival):
    row = with_bank(studio)
    for act in (pay, fail):
        with pytest.raises(NotFound):
            act(rival, row)


# Races.


def at_once(count, act):
    """The same act on as many connections at the same moment; what each gave or raised."""
    gate = Barrier(count)

    def run(_n):
        gate.wait()
        try:
            return act()
        except Exception as error:  # noqa: BLE001  the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_drawing_up_at_the_same_moment_pays_once(studio):
    with_account(studio)
    earn(studio, 50_000)
    by = colleague("drafter")
    found = at_once(4, lambda: batches.draft_batch(currency="CNY", by=by, at=MONDAY))
    assert {batch.pk for batch in found} == {found[0].pk}
    assert totals_of_batch(found[0].pk) == (1, 50_000)
    assert book(studio) == (0, 50_000, 0)


def test_paid_and_sent_back_at_the_same_moment_is_one_of_them(studio):
    row = with_bank(studio)
    outcomes = at_once(2, _either(studio, row))
    refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert [type(error) for error in refused] in ([NotPossible], [settling.OtherAnswer])
    earnings, in_transit, paid_out = book(studio)
    assert (earnings + paid_out, in_transit) == (50_000, 0)


def test_without_the_locks_only_the_ledgers_floor_is_left(studio, monkeypatch):
    """The control: both read "with the bank", and the second is stopped by nothing but the books."""
    row, gate = with_bank(studio), Barrier(2)

    def unlocked(provider_id, payout_id):
        found = Payout.objects.select_related("batch", "account").get(provider_id=provider_id, pk=payout_id)
        gate.wait(10)
        return found.batch, found

    monkeypatch.setattr(settling, "_locked", unlocked)
    refused = [type(outcome) for outcome in at_once(2, _either(studio, row)) if isinstance(outcome, Exception)]
    # Which of the books' two doors the second meets, its question or the floor itself, is a matter of moments.
    assert refused in ([NotEnoughEarned], [IntegrityError])
    assert book(studio)[1] == 0


def _either(provider, row):
    turns = iter((lambda: pay(provider, row), lambda: fail(provider, row)))
    colleague("banker")
    return lambda: next(turns)()


def test_the_number_entered_for_another_account_is_not_paid_before_it_cooled_off(studio):
    with_account(studio)
    enter(studio, OTHER)
    earn(studio, 50_000)
    money.drafted()
    assert payout_of(studio).account.last4 == "6789"
