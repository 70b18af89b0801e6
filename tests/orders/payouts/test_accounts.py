"""Payout accounts: entered by one, confirmed by another or with the password again, used after three days."""

from datetime import timedelta

import pytest
from django.urls import reverse

from marketplace.accounts.operations import add_member, ensure_user
from marketplace.audit.models import AuditEvent
from marketplace.kernel.errors import NotFound
from marketplace.kernel.transitions import NotPossible, allows
from marketplace.outbox.models import Message
from marketplace.tenancy.actor import CLI, person
from marketplace.tenancy.scope import scope
from orders.payouts.accounts import number_of
from orders.payouts.models import PayoutAccount
from orders.payouts.operations import accounts as acts
from orders.payouts.queries import account_in_use
from orders.payouts.rules import COOL_OFF
from orders.payouts.states import ACCOUNT, AccountState
from tests import cast
from tests.providers.onboarding.steps import FACTS, NOW
from tests.providers.onboarding.test_pages import member, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
COMPANY = FACTS["company"]["company_name"]
OTHER = "6222 0212 0401 2345 678"
CHECKED = FACTS["bank"]["bank_account"]


def enter(provider, number=OTHER, *, holder=COMPANY, by=None, at=NOW) -> PayoutAccount:
    by = by or person(provider.owner.pk)
    return acts.propose_account(provider_id=provider.id, holder=holder, bank="工商银行杭州分行", number=number, by=by, at=at)


def confirm(provider, row, *, by=None, is_again=False, at=NOW) -> PayoutAccount:
    by = by or person(member(provider, "finance").pk)
    return acts.confirm_account(provider_id=provider.id, account_id=row.pk, is_again=is_again, by=by, at=at)


def in_use(provider, at) -> PayoutAccount | None:
    with scope(provider.id):
        return account_in_use(provider.id, at)


def state_of(provider, row) -> str:
    with scope(provider.id):
        return PayoutAccount.objects.get(provider_id=provider.id, pk=row.pk).state


def test_an_account_is_used_three_days_after_a_second_person_confirmed_it(studio):
    row = enter(studio)
    assert in_use(studio, NOW + timedelta(days=30)) is None
    confirm(studio, row)
    assert in_use(studio, NOW + COOL_OFF - timedelta(seconds=1)) is None
    assert in_use(studio, NOW + COOL_OFF).pk == row.pk


def test_the_same_person_confirms_only_with_the_password_again(studio):
    row, owner = enter(studio), person(studio.owner.pk)
    with pytest.raises(acts.NeedsAgain):
        confirm(studio, row, by=owner)
    assert state_of(studio, row) == "proposed"
    confirm(studio, row, by=owner, is_again=True)
    assert state_of(studio, row) == "confirmed"


def test_a_part_of_the_system_cannot_confirm(studio):
    row = enter(studio, by=CLI)
    with pytest.raises(acts.NeedsAgain):
        confirm(studio, row, by=CLI)


def test_the_account_that_was_checked_with_the_company_is_used_at_once(studio):
    row = confirm(studio, enter(studio, CHECKED))
    assert row.usable_from == NOW
    assert in_use(studio, NOW).pk == row.pk


def test_the_same_last_digits_are_not_the_same_account(studio):
    row = confirm(studio, enter(studio, "9" * 12 + "6789"))
    assert row.usable_from == NOW + COOL_OFF


def test_money_goes_on_to_the_old_account_while_the_new_one_cools_off(studio):
    old = confirm(studio, enter(studio, CHECKED))
    new = confirm(studio, enter(studio), at=NOW + timedelta(days=1))
    assert in_use(studio, NOW + timedelta(days=3)).pk == old.pk
    assert in_use(studio, NOW + timedelta(days=4)).pk == new.pk


def test_a_confirmed_account_can_be_cancelled_until_it_is_used(studio):
    old = confirm(studio, enter(studio, CHECKED))
    new = confirm(studio, enter(studio))
    by = person(studio.owner.pk)
    with pytest.raises(NotPossible):
        acts.cancel_account(provider_id=studio.id, account_id=new.pk, by=by, at=NOW + COOL_OFF)
    acts.cancel_account(provider_id=studio.id, account_id=new.pk, by=by, at=NOW + timedelta(days=2))
    assert in_use(studio, NOW + timedelta(days=9)).pk == old.pk


def test_the_bank_refusing_the_newest_account_does_not_bring_back_the_old_one(studio):
    confirm(studio, enter(studio, CHECKED))
    new = confirm(studio, enter(studio))
    later = NOW + timedelta(days=5)
    with scope(studio.id):
        acts.return_account(PayoutAccount.objects.get(provider_id=studio.id, pk=new.pk), why="closed", by=CLI, at=later)
    assert in_use(studio, later) is None


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("number", {"number": "1234567"}),
        ("number", {"number": "ABCD 1234 5678"}),
        ("number", {"number": "１２３４" * 9}),
        ("holder", {"holder": "林小偷"}),
        ("bank", {"bank": " "}),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(studio, field, given):
    values = {"holder": COMPANY, "bank": "工商银行", "number": OTHER, **given}
    with pytest.raises(acts.BadAccount) as refused:
        acts.propose_account(provider_id=studio.id, **values, by=person(studio.owner.pk), at=NOW)
    assert refused.value.field == field
    with scope(studio.id):
        assert not PayoutAccount.objects.exists()


def test_what_somebody_edits_in_the_papers_does_not_make_him_a_holder(studio):
    """The verified name counts, not what the form of the company says meanwhile."""
    from providers.onboarding.operations.applying import save_facts

    save_facts(provider_id=studio.id, step="company", values={"company_name": "林小偷"}, by=CLI, at=NOW)
    with pytest.raises(acts.BadAccount):
        enter(studio, holder="林小偷")


def test_a_new_proposal_takes_the_place_of_one_that_waits(studio):
    first = enter(studio)
    second = enter(studio, CHECKED)
    assert (state_of(studio, first), state_of(studio, second)) == ("cancelled", "proposed")


@pytest.mark.parametrize("act", ["confirm", "cancel"])
@pytest.mark.parametrize("state", AccountState.values)
def test_what_the_table_forbids_is_refused_and_changes_nothing(studio, state, act):
    row = enter(studio)
    with scope(studio.id):
        past = {} if state == "proposed" else {"confirmed_at": NOW, "usable_from": NOW + COOL_OFF}
        PayoutAccount.objects.filter(provider_id=studio.id, pk=row.pk).update(state=state, **past)
    by = person(member(studio, "finance").pk)
    call = {"provider_id": studio.id, "account_id": row.pk, "by": by, "at": NOW}
    operation = (
        (lambda: acts.confirm_account(**call, is_again=False)) if act == "confirm" else (lambda: acts.cancel_account(**call))
    )
    if allows(ACCOUNT, state, act):
        operation()
        assert state_of(studio, row) == ACCOUNT[AccountState(state), act]
    else:
        with pytest.raises(NotPossible):
            operation()
        assert state_of(studio, row) == state


def test_the_number_is_sealed_and_nobody_is_told_it(studio):
    row = confirm(studio, enter(studio))
    digits = OTHER.replace(" ", "")
    with scope(studio.id):
        kept = PayoutAccount.objects.get(provider_id=studio.id, pk=row.pk)
        assert digits.encode() not in bytes(kept.number)
        assert number_of(kept) == digits
        said = [str(event.facts) for event in AuditEvent.objects.all()] + [str(m.data) for m in Message.objects.all()]
    assert said
    assert not [text for text in said if digits in text]


def test_every_owner_and_bookkeeper_is_told_of_each_step_once(studio):
    second = ensure_user(email="second@acme-studio.example", password=cast.PASSWORD)
    add_member(organization_id=studio.id, user=second, role="owner", may_export=False, by=CLI)
    member(studio, "finance"), member(studio, "viewer")
    confirm(studio, enter(studio))
    with scope(studio.id):
        letters = Message.objects.filter(kind__startswith="orders.payout_account", channel="email")
        assert sorted(letters.values_list("kind", flat=True)) == [
            *["orders.payout_account.confirmed"] * 3,
            *["orders.payout_account.proposed"] * 3,
        ]


def test_another_provider_finds_nothing(studio, rival):
    row = enter(studio)
    for call in (
        lambda: acts.confirm_account(provider_id=rival.id, account_id=row.pk, is_again=True, by=person(rival.owner.pk), at=NOW),
        lambda: acts.cancel_account(provider_id=rival.id, account_id=row.pk, by=person(rival.owner.pk), at=NOW),
    ):
        with pytest.raises(NotFound):
            call()
    assert state_of(studio, row) == "proposed"


# The page.


def send(client, **given):
    values = {"holder": COMPANY, "bank": "工商银行", "number": OTHER, **given}
    return client.post(reverse("earnings:account"), values)


def test_entering_and_confirming_by_oneself_asks_for_the_password_and_goes_on_by_itself(studio):
    client = signed_in(studio.owner)
    assert send(client).status_code == 302
    with scope(studio.id):
        row = PayoutAccount.objects.get(provider_id=studio.id)
    asked = client.post(reverse("earnings:confirm_account", args=[row.pk]))
    assert asked.status_code == 302
    assert asked.url.startswith(reverse("account_reauthenticate"))
    assert state_of(studio, row) == "proposed"
    wrong = client.post(asked.url, {"password": "not it", "next": reverse("earnings:confirm_account", args=[row.pk])})
    assert (wrong.status_code, state_of(studio, row)) == (200, "proposed")
    found = client.post(asked.url, {"password": cast.PASSWORD, "next": reverse("earnings:confirm_account", args=[row.pk])})
    assert (found.status_code, found.url) == (302, reverse("earnings:account"))
    assert state_of(studio, row) == "confirmed"


def test_a_colleague_confirms_without(studio):
    row = enter(studio)
    client = signed_in(member(studio, "finance"))
    assert client.post(reverse("earnings:confirm_account", args=[row.pk])).url == reverse("earnings:account")
    assert state_of(studio, row) == "confirmed"


def test_a_wrong_number_keeps_what_was_typed(studio):
    found = send(signed_in(studio.owner), number="12", bank="建设银行")
    assert found.status_code == 422
    text = found.content.decode()
    assert 'value="建设银行"' in text
    assert "8 to 30 digits" in text


def test_who_only_looks_sees_no_form(studio):
    enter(studio)
    client = signed_in(member(studio, "operator"))
    text = client.get(reverse("earnings:account")).content.decode()
    assert "waits to be confirmed" in text
    assert reverse("earnings:account") not in [part.split('"')[0] for part in text.split('action="')[1:]]
    assert send(client).status_code == 403
