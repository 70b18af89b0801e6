"""Where a provider's money goes: entered by one person, confirmed by a second or with the password again, used three days later.

Whoever takes over a member's session can enter an account, but everybody who owns the company is told at once and has three days
to cancel it. Locks: the account's row.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.audit.operations import record
from marketplace.kernel.errors import NotAllowed, UserError
from marketplace.kernel.sealing import seal
from marketplace.kernel.transitions import NotPossible, after
from marketplace.outbox import both
from marketplace.outbox.people import Fact, tell
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.payouts import policies
from orders.payouts.accounts import PURPOSE, is_checked_account, rightful_holders, tidy, tidy_number
from orders.payouts.models import PayoutAccount
from orders.payouts.queries import access_account
from orders.payouts.rules import COOL_OFF
from orders.payouts.states import ACCOUNT

PAGE = "/desk/earnings/account/"


class BadAccount(UserError):
    """An account money cannot go to; `field` is where the sentence belongs."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class NeedsAgain(NotAllowed):
    """The same person confirms: only right after the password or key was given again."""


def propose_account(*, provider_id: int, holder: str, bank: str, number: str, by: Actor, at: datetime) -> PayoutAccount:
    """Enter an account. Nothing is paid to it before it was confirmed and has cooled off; a proposal before it is cancelled.

    Raises BadAccount.
    """
    digits, name, place = tidy_number(number), tidy(holder), tidy(bank)
    if not digits:
        raise BadAccount("number", _("An account number has 8 to 30 digits."))
    if not place:
        raise BadAccount("bank", _("Enter the bank and its branch."))
    with scope(provider_id, durable=True):
        if name not in rightful_holders(provider_id):
            raise BadAccount("holder", _("The holder must be the company, exactly as it was verified, or its legal person."))
        for old in PayoutAccount.objects.select_for_update().filter(provider_id=provider_id, state="proposed"):
            _end(old, "cancel", at)
        row = _created(provider_id, name, place, digits, by, at)
        _record(row, "proposed", by)
        told = {"bank": row.bank, "last4": row.last4, "who": _name(by)}
        _tell(row, "proposed", told, at)
        return row


def _created(provider_id: int, holder: str, bank: str, digits: str, by: Actor, at: datetime) -> PayoutAccount:
    try:
        with transaction.atomic():
            return PayoutAccount.objects.create(
                provider_id=provider_id, holder=holder, bank=bank, last4=digits[-4:],
                number=seal(digits, merchant_id=provider_id, purpose=PURPOSE), proposed_by=by.label, proposed_by_id=by.user_id,
                proposed_at=at,
            )  # fmt: skip
    except IntegrityError as error:
        raise NotPossible(_("Somebody else entered an account at this moment. Look at it first.")) from error


def confirm_account(*, provider_id: int, account_id: int, is_again: bool, by: Actor, at: datetime) -> PayoutAccount:
    """Confirm what was entered: a second person, or the same with `is_again` (password or key given again just now).

    It is used after three days; at once when it is the account whose proof was checked when the company was verified. Raises
    NeedsAgain, NotPossible.
    """
    with scope(provider_id, durable=True):
        row = access_account(provider_id=provider_id, pk=account_id, lock=True)
        state = after(ACCOUNT, row.state, "confirm")
        is_same = policies.needs_again(row, by.user_id)
        if is_same and not is_again:
            raise NeedsAgain(_("Confirm with your password, or have a second person confirm."))
        row.state, row.confirmed_by, row.confirmed_at = state, by.label, at
        row.usable_from = at if is_checked_account(row) else at + COOL_OFF
        row.save(update_fields=["state", "confirmed_by", "confirmed_at", "usable_from"])
        _record(row, "confirmed", by, how="again" if is_same else "second_person", usable_from=row.usable_from.isoformat())
        told: dict[str, Fact] = {"bank": row.bank, "last4": row.last4, "who": _name(by), "day": both.moment(row.usable_from)}
        _tell(row, "confirmed", told, at)
        return row


def cancel_account(*, provider_id: int, account_id: int, by: Actor, at: datetime) -> None:
    """Say no to an account before money goes to it. Raises NotPossible once it is used."""
    with scope(provider_id, durable=True):
        row = access_account(provider_id=provider_id, pk=account_id, lock=True)
        if not policies.may_cancel(row, at):
            raise NotPossible(_("This account is in use or gone already. To change it, enter a new one."))
        _end(row, "cancel", at)
        _record(row, "cancelled", by)
        _tell(row, "cancelled", {"bank": row.bank, "last4": row.last4, "who": _name(by)}, at)


def return_account(row: PayoutAccount, *, why: str, by: Actor, at: datetime) -> None:
    """The bank does not know the account: nothing more goes to it. In the caller's transaction and scope."""
    row.note = why[:300]
    _end(row, "return", at)
    _record(row, "returned", by, why=row.note)


def _end(row: PayoutAccount, act: str, at: datetime) -> None:
    row.state, row.ended_at = after(ACCOUNT, row.state, act), at
    row.save(update_fields=["state", "ended_at", "note"])


def _name(by: Actor) -> str:
    found = User.objects.filter(pk=by.user_id).values_list("name", "email").first() if by.user_id else None
    return (found[0] or found[1]) if found else by.label


def _record(row: PayoutAccount, what: str, by: Actor, **facts: object) -> None:
    about = {"account_id": row.pk, "bank": row.bank, "last4": row.last4, **facts}
    record(merchant_id=row.provider_id, by=by, action=f"orders.payout_account.{what}", facts=about)


def _tell(row: PayoutAccount, what: str, facts: Mapping[str, Fact], at: datetime) -> None:
    key = f"payout_account:{row.pk}:{what}"
    kind = f"orders.payout_account.{what}"
    tell(organization_id=row.provider_id, kind=kind, facts=facts, url=PAGE, effect_key=key, at=at)
