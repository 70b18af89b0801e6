"""Asking: who for, how much, never twice about the same money."""

from dataclasses import replace

import pytest
from django.db import connections

from marketplace.kernel.errors import NotFound
from marketplace.kernel.sealing import Unreadable
from marketplace.kernel.transitions import NotPossible
from marketplace.outbox.models import Message
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.invoices import amounts, queries
from orders.invoices.errors import BadField, NothingLeft, TooMuch
from orders.invoices.models import ServiceInvoice
from orders.invoices.operations import asking
from orders.invoices.titles import account_of
from tests import cast
from tests.orders.escrow.stage import AT, Stage, together
from tests.orders.invoices.conftest import SPECIAL, TITLE, Desk

pytestmark = pytest.mark.django_db(transaction=True)


def asked(desk: Desk) -> int:
    with scope(desk.merchant):
        return sum(ServiceInvoice.objects.filter(merchant_id=desk.merchant).values_list("amount", flat=True))


def told(organization_id: int) -> list[str]:
    with scope(organization_id):
        found = Message.objects.filter(merchant_id=organization_id, channel="in_app", kind__startswith="orders.invoice.")
        return [kind.rsplit(".", 1)[1] for kind in found.order_by("id").values_list("kind", flat=True)]


def test_a_merchant_asks_and_the_provider_is_told_until_when(desk):
    row = desk.ask()
    assert (row.state, row.amount, row.currency, row.provider_name) == ("asked", 60_000, "CNY", "acme-studio")
    assert row.due_at.date().isoformat() == "2026-03-13"  # five working days after Friday, 6 March
    assert told(desk.provider) == ["asked"]


def test_a_provider_asks_for_the_commission_of_a_month(desk):
    row = desk.ask_commission()
    assert (row.state, row.amount, row.statement.month.isoformat()) == ("asked", 3_000, "2026-03-01")


def test_nobody_asks_for_more_than_was_paid(desk):
    with pytest.raises(TooMuch) as refused:
        desk.ask(60_001)
    assert (refused.value.left, refused.value.field) == (60_000, "amount")
    with pytest.raises(TooMuch) as refused:
        desk.ask_commission(3_001)
    assert refused.value.left == 3_000
    for amount in (0, -5):
        with pytest.raises(BadField):
            desk.ask(amount)


def test_parts_add_up_to_what_was_paid_and_not_a_cent_more(desk):
    desk.ask(25_000), desk.ask(35_000)
    with pytest.raises(NothingLeft):
        desk.ask(1)
    desk.ask_commission(1_000)
    with pytest.raises(TooMuch):
        desk.ask_commission(2_001)
    desk.ask_commission(2_000)


def test_the_same_form_twice_is_one_request(desk):
    assert desk.ask(1_000, key="once").pk == desk.ask(1_000, key="once").pk
    assert asked(desk) == 1_000


def test_money_that_came_back_before_cannot_be_invoiced(desk):
    desk.stage.reverse(20_000)
    statement = desk.statement()
    with scope(desk.merchant):
        assert amounts.left_of_deal(desk.stage.deal) == 40_000
    with scope(desk.provider):
        assert amounts.left_of_statement(statement) == 2_000
    with pytest.raises(TooMuch):
        desk.ask(40_001)


def test_what_ended_unissued_can_be_asked_for_again(desk):
    for act in ("withdraw", "refuse"):
        desk.act(act, desk.ask(60_000))
    assert desk.ask(60_000).state == "asked"


def test_of_two_requests_for_the_same_money_one_is_refused(desk):
    outcomes = together(lambda: desk.ask(60_000), lambda: desk.ask(60_000))
    refused = [each for each in outcomes if isinstance(each, Exception)]
    assert len(refused) == 1 and isinstance(refused[0], NothingLeft)
    assert asked(desk) == 60_000


def test_control_without_the_lock_the_same_money_is_asked_for_twice(desk, monkeypatch):
    import threading

    both = threading.Barrier(2, timeout=10)

    def unlocked(merchant_id, deal_id):
        return desk.stage.deal

    def left(deal, real=amounts.left_of_deal):
        found = real(deal)
        both.wait()
        return found

    monkeypatch.setattr(asking, "locked_deal", unlocked)
    monkeypatch.setattr(amounts, "left_of_deal", left)
    together(lambda: desk.ask(60_000), lambda: desk.ask(60_000))
    assert asked(desk) == 120_000


def test_of_two_requests_for_the_same_month_one_is_refused(desk):
    desk.statement()
    outcomes = together(lambda: desk.ask_commission(3_000), lambda: desk.ask_commission(3_000))
    assert sum(isinstance(each, NothingLeft) for each in outcomes) == 1


def test_a_contract_in_another_currency_has_no_fapiao(desk):
    with connections["system"].cursor() as cursor:
        cursor.execute("UPDATE escrow_deal SET currency = 'EUR' WHERE id = %s", [desk.stage.deal.pk])
    with pytest.raises(NotPossible):
        desk.ask(100)


def test_a_stranger_finds_neither_contract_nor_statement(desk):
    other, rival = cast.other(), cast.rival()
    with pytest.raises(NotFound):
        asking.ask_service_invoice(merchant_id=other.id, deal_id=desk.stage.deal.pk, wish=desk.wish(1), by=CLI, at=AT)
    with pytest.raises(NotFound):
        # The provider is a party of the contract, and yet not the one who paid.
        asking.ask_service_invoice(merchant_id=desk.provider, deal_id=desk.stage.deal.pk, wish=desk.wish(1), by=CLI, at=AT)
    with pytest.raises(NotFound):
        asking.ask_commission_invoice(
            provider_id=rival.id, statement_id=desk.statement().pk, wish=desk.wish(1), by=CLI, at=AT
        )  # fmt: skip


def test_a_title_is_kept_for_the_next_time_and_its_account_is_sealed(desk):
    desk.ask(100, title=SPECIAL)
    desk.ask(100, title=TITLE)  # the same company; what it leaves out is not forgotten
    with scope(desk.merchant):
        (kept,) = queries.titles_of(desk.merchant)
        assert (kept.title, kept.last4) == (SPECIAL.title, "1234")
        assert SPECIAL.account.encode() not in bytes(kept.account)
        assert account_of(kept, organization_id=desk.merchant) == SPECIAL.account
        with pytest.raises(Unreadable):
            account_of(kept, organization_id=desk.provider)
    asking.forget_title(organization_id=desk.merchant, title_id=kept.pk, by=CLI)
    with scope(desk.merchant):
        assert queries.titles_of(desk.merchant) == []
        assert ServiceInvoice.objects.filter(merchant_id=desk.merchant, title=SPECIAL.title).count() == 2


def test_only_so_many_titles_are_kept(desk, monkeypatch):
    monkeypatch.setattr(queries, "MOST_TITLES", 2)
    for n in range(3):
        desk.ask(1, title=replace(TITLE, title=f"acme {n}"), at=AT.replace(hour=13 + n))
    with scope(desk.merchant):
        assert [row.title for row in queries.titles_of(desk.merchant)] == ["acme 2", "acme 1"]


def test_a_second_contract_has_its_own_account(desk):
    second = Stage(provider=desk.stage.provider and cast.studio(), merchant=desk.stage.merchant, order_id=2)
    second.hold(1_000), second.release(1_000)
    with scope(desk.merchant):
        assert [left for _deal, left in queries.deals_to_ask(desk.merchant)] == [1_000, 60_000]
