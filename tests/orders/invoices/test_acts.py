"""What each side may do in each state, by the table; papers; and what happens when money goes back."""

from datetime import timedelta

import pytest
from django.db import connections

from marketplace.kernel.errors import NotAllowed, NotFound
from marketplace.kernel.transitions import NotPossible, allows
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.invoices import amounts
from orders.invoices.errors import AmountChanged, BadField
from orders.invoices.operations import acting
from orders.invoices.policies import ENTRIES, next_side, possible
from orders.invoices.states import INVOICE, SIDES, InvoiceState
from tests.orders.escrow.stage import system, together
from tests.orders.invoices.conftest import IN_APRIL, MARCH, PDF, Desk
from tests.orders.invoices.test_asking import told

pytestmark = pytest.mark.django_db(transaction=True)
#: How a request gets into each state: acts of people, and `money` for a reversal of everything.
PATHS = {
    "asked": [],
    "issued": ["issue"],
    "to_reverse": ["issue", "return"],
    "reversed": ["issue", "return", "reverse"],
    "refused": ["refuse"],
    "withdrawn": ["withdraw"],
    "lapsed": ["money"],
}
KINDS = ["service", "commission"]


def begun(desk: Desk, kind: str):
    return desk.ask() if kind == "service" else desk.ask_commission()


def brought(desk: Desk, kind: str, state: str):
    row = begun(desk, kind)
    for act in PATHS[state]:
        row = desk.act(act, row) if act != "money" else (desk.stage.reverse(60_000), desk.now(row))[1]
    assert desk.now(row).state == state
    return desk.now(row)


def rows() -> list[tuple]:
    names = ("serviceinvoice", "servicepaper", "commissioninvoice", "commissionpaper")
    return [row for name in names for row in system(f"SELECT '{name}', t::text FROM invoices_{name} t ORDER BY id")]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("state", InvoiceState.values)
def test_what_a_state_or_a_side_forbids_is_refused_and_changes_nothing(desk, kind, state):
    row, refused = brought(desk, kind, state), []
    before = rows()
    for act, whose in SIDES.items():
        for side in ("requester", "issuer"):
            if side == whose and allows(INVOICE, state, ENTRIES.get(act, act)):
                assert act in possible(state, side)
                continue
            assert act not in possible(state, side)
            with pytest.raises(NotPossible if side == whose else NotAllowed):
                desk.act(act, row, side, amount=row.excess or row.amount)
            refused.append((act, side))
    assert rows() == before
    assert len(refused) >= 7  # of ten


@pytest.mark.parametrize("state", InvoiceState.values)
def test_somebody_acts_next_exactly_where_the_issuer_can(state):
    assert (next_side(state) == "issuer") == bool(possible(state, "issuer"))


def test_staff_have_no_part_in_what_a_provider_owes(desk):
    row = desk.ask()
    with pytest.raises((NotAllowed, NotFound)):
        acting.refuse(
            model=type(row), party=acting.Party(desk.provider, is_market=True), pk=row.pk, reason="x", by=CLI, at=IN_APRIL
        )
    assert desk.now(row).state == "asked"


@pytest.mark.parametrize("kind", KINDS)
def test_an_invoice_is_issued_with_number_and_file_and_read_by_both(desk, kind):
    row = desk.act("issue", begun(desk, kind), number="1234 5678")
    paper = row.paper_model.objects
    with scope(desk.provider):
        (kept,) = paper.filter(provider_id=desk.provider)
        assert (kept.number, kept.kind, kept.amount) == ("12345678", "blue", row.amount)
        assert PDF not in bytes(kept.sealed)
    readers = [desk.merchant, desk.provider] if kind == "service" else [desk.provider]
    for reader in readers:
        found, content = acting.open_paper(model=type(row), organization_id=reader, pk=kept.pk, by=CLI)
        assert (found.name, content) == ("fapiao.pdf", PDF)
    reads = system("SELECT count(*) FROM audit_auditevent WHERE action = 'orders.invoice.read'")
    assert reads == [(len(readers),)]
    assert "issued" in told(readers[0])


def test_the_amount_on_the_paper_is_the_one_that_is_owed(desk):
    row = desk.ask()
    desk.stage.reverse(10_000)  # meanwhile
    with pytest.raises(AmountChanged):
        desk.act("issue", row)
    assert desk.act("issue", desk.now(row)).amount == 50_000


@pytest.mark.parametrize(
    ("wrong", "field"), [({"number": "12"}, "number"), ({"issued_on": MARCH + timedelta(days=99)}, "issued_on")]
)
def test_a_paper_that_cannot_be_right_is_refused(desk, wrong, field):
    row = desk.ask()
    with pytest.raises(BadField) as refused:
        desk.act("issue", row, **wrong)
    assert refused.value.field == field
    assert desk.now(row).state == "asked"


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_is_one_paper(desk, kind):
    ask = desk.ask if kind == "service" else desk.ask_commission
    first, second = ask(1_000), ask(1_000)
    desk.act("issue", first, number="20000001")
    with pytest.raises(BadField):
        desk.act("issue", second, number="20000001")
    assert desk.now(second).state == "asked"


def test_a_wrong_invoice_is_sent_back_reversed_and_asked_for_again(desk):
    row = desk.act("return", desk.act("issue", desk.ask()), reason="another title")
    assert (row.excess, row.reason) == (60_000, "another title")
    with scope(desk.merchant):
        assert amounts.left_of_deal(desk.stage.deal) == 0  # not before the note is there
    row = desk.act("reverse", row)
    assert (row.state, row.reversed_amount, row.excess) == ("reversed", 60_000, 0)
    assert desk.ask(60_000).state == "asked"
    assert told(desk.provider)[:2] == ["asked", "returned"] and told(desk.merchant) == ["issued", "reversed"]


def test_money_back_shrinks_what_is_only_asked_for(desk):
    row, commission = desk.ask(), desk.ask_commission()
    desk.stage.reverse(20_000)
    assert (desk.now(row).state, desk.now(row).amount) == ("asked", 40_000)
    assert (desk.now(commission).state, desk.now(commission).amount) == ("asked", 2_000)
    assert "shrunk" in told(desk.merchant) and "shrunk" in told(desk.provider)


def test_money_back_makes_an_issued_invoice_to_be_reversed_by_exactly_that(desk):
    row, commission = desk.act("issue", desk.ask()), desk.act("issue", desk.ask_commission())
    desk.stage.reverse(20_000, at=IN_APRIL)
    row, commission = desk.now(row), desk.now(commission)
    assert (row.state, row.excess, row.amount) == ("to_reverse", 20_000, 60_000)
    assert (commission.state, commission.excess) == ("to_reverse", 1_000)
    assert row.due_at > IN_APRIL
    desk.stage.reverse(10_000, "v2", at=IN_APRIL)
    assert desk.now(row).excess == 30_000
    with pytest.raises(AmountChanged):
        desk.act("reverse", row)  # the page showed 200
    row = desk.act("reverse", desk.now(row))
    assert (row.state, row.reversed_amount) == ("issued", 30_000)
    desk.stage.reverse(30_000, "v3", at=IN_APRIL)
    row = desk.act("reverse", desk.now(row))
    assert (row.state, row.reversed_amount) == ("reversed", 60_000)


def test_requests_give_way_before_issued_invoices_and_money_nobody_invoiced_first_of_all(desk):
    issued, waiting = desk.act("issue", desk.ask(30_000)), desk.ask(20_000)
    desk.stage.reverse(10_000)  # was not invoiced yet
    assert (desk.now(issued).excess, desk.now(waiting).amount) == (0, 20_000)
    desk.stage.reverse(25_000, "v2")
    assert (desk.now(waiting).state, desk.now(issued).excess) == ("lapsed", 5_000)


def test_a_provider_who_gives_money_back_himself_has_the_same_effect(desk):
    row = desk.act("issue", desk.ask())
    desk.stage.reverse(20_000, by_provider=True)
    assert desk.now(row).excess == 20_000


def test_a_request_and_money_back_at_once_end_in_the_same_sums(desk):
    together(lambda: desk.ask(60_000), lambda: desk.stage.reverse(20_000))
    with scope(desk.merchant):
        assert amounts.released(desk.stage.deal) == 40_000
        taken = system("SELECT COALESCE(sum(amount), 0) FROM invoices_serviceinvoice WHERE state = 'asked'")[0][0]
    assert taken in (0, 40_000)  # the request came first and shrank, or came second and was too much


def test_the_database_refuses_sums_that_cannot_be(desk):
    from django.db import IntegrityError

    row = desk.ask()
    for change in (
        "excess = 1",
        "reversed_amount = 1",
        "state = 'issued'",
        "state = 'refused'",
        "sort = 'special'",
        "amount = 0",
    ):
        with pytest.raises(IntegrityError), connections["system"].cursor() as cursor:
            cursor.execute(f"UPDATE invoices_serviceinvoice SET {change} WHERE id = %s", [row.pk])
