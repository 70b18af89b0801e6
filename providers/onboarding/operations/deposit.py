"""The deposit: announced by the provider, confirmed by staff, deducted by a ruling, paid back after the exit (docs/money.md).

Locks: the provider's application first, then the row, then the ledger's accounts. Amounts are fen (minor units of CNY).
"""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.transitions import after
from marketplace.ledger.models import AccountCode
from marketplace.ledger.operations import open_account, post_transfers
from marketplace.outbox import both
from marketplace.outbox.people import Fact, tell
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.moderation.models import Penalty
from providers.onboarding.changes import announce
from providers.onboarding.deposits import CURRENCY, deposit_of, returned_key, ruling_key, transfer_key
from providers.onboarding.facts import today
from providers.onboarding.models import Deduction, DepositTransfer
from providers.onboarding.operations.locking import change, locked_application
from providers.onboarding.states import TRANSFER

TOP_UP_WITHIN = timedelta(days=7)
MOST_WAITING = 5


class BadTransfer(UserError):
    """A transfer that cannot be announced or confirmed like this."""


class ReferenceUsed(UserError):
    """The bank's reference belongs to a transfer that was confirmed before, perhaps another provider's."""


def announce_transfer(*, provider_id: int, amount: int, payer: str, sent_on: date, by: Actor, at: datetime) -> DepositTransfer:
    """Say that money is on its way. Raises BadTransfer."""
    if amount <= 0:
        raise BadTransfer(_("The amount must be positive."))
    if sent_on > today(at):
        raise BadTransfer(_("The day of the transfer is in the future."))
    with scope(provider_id, durable=True):
        locked_application(provider_id, at)
        if DepositTransfer.objects.filter(provider_id=provider_id, state="announced").count() >= MOST_WAITING:
            raise BadTransfer(_("Five transfers are waiting already. Withdraw those that were a mistake."))
        row = DepositTransfer.objects.create(
            provider_id=provider_id, amount=amount, currency=CURRENCY, payer=payer.strip()[:120], sent_on=sent_on,
            created_at=at, created_by=by.label,
        )  # fmt: skip
        _record(row, "announced", by, amount=amount)
        return row


def withdraw_transfer(*, provider_id: int, transfer_id: int, by: Actor, at: datetime) -> None:
    """Take an announcement back. Raises NotPossible once it was decided."""
    with scope(provider_id, durable=True):
        row = _locked(provider_id, transfer_id, at)
        change(row, state=after(TRANSFER, row.state, "withdraw"), decided_at=at, decided_by=by.label)
        _record(row, "withdrawn", by)


def confirm_transfer(
    *, provider_id: int, transfer_id: int, amount: int, bank_reference: str, by: Actor, at: datetime
) -> DepositTransfer:
    """Staff found the money: it becomes part of the deposit, once, however often this is done.

    Confirming again with the same reference and amount changes nothing; with others it is refused. `amount` is what arrived,
    which may differ from what was announced. Raises ReferenceUsed, BadTransfer, NotPossible.
    """
    reference = bank_reference.strip()
    if not reference or len(reference) > 64 or amount <= 0:
        raise BadTransfer(_("Enter the bank's reference and the amount that arrived."))
    with scope(provider_id, durable=True):
        row = _locked(provider_id, transfer_id, at)
        if (row.state, row.bank_reference, row.confirmed_amount) == ("confirmed", reference, amount):
            return row
        _confirm(row, amount, reference, by, at)
        _post(
            provider_id, "deposit.paid_in", AccountCode.DEPOSIT_BANK, AccountCode.DEPOSIT_HELD, transfer_key(row.pk), amount, at
        )
        _record(row, "confirmed", by, amount=amount, reference=reference)
        facts: dict[str, Fact] = {"amount": both.money(amount, CURRENCY), "reference": reference}
        _tell(provider_id, "providers.deposit.confirmed", facts, f"deposit:{row.pk}:confirmed", at)
        announce(provider_id, at)
        return row


def _confirm(row: DepositTransfer, amount: int, reference: str, by: Actor, at: datetime) -> None:
    state = after(TRANSFER, row.state, "confirm")
    try:
        with transaction.atomic():
            change(
                row, state=state, confirmed_amount=amount, bank_reference=reference, decided_at=at, decided_by=by.label
            )  # fmt: skip
    except IntegrityError as error:
        raise ReferenceUsed(_("This bank reference was used for another deposit. Compare both before you go on.")) from error


def refuse_transfer(*, provider_id: int, transfer_id: int, note: str, by: Actor, at: datetime) -> None:
    """Staff did not find the money. Raises NotPossible."""
    with scope(provider_id, durable=True):
        row = _locked(provider_id, transfer_id, at)
        change(
            row, state=after(TRANSFER, row.state, "refuse"), note=note.strip()[:500], decided_at=at, decided_by=by.label
        )  # fmt: skip
        _record(row, "refused", by, note=row.note)
        facts: dict[str, Fact] = {"amount": both.money(row.amount, row.currency), "note": row.note}
        _tell(provider_id, "providers.deposit.refused", facts, f"deposit:{row.pk}:refused", at)


def deduct(*, provider_id: int, ruling: str, amount: int, reason: str, by: Actor, at: datetime) -> Deduction:
    """Keep part of the deposit by a ruling (its number, as moderation gave it), once per ruling.

    Repeating it with the same amount changes nothing. Raises NotFound without such a ruling against this provider, BadTransfer
    when the ruling was lifted, more is asked for than is held, or it was carried out with another amount.
    """
    with scope(provider_id, durable=True):
        locked_application(provider_id, at)
        penalty = _ruling(provider_id, ruling)
        found = Deduction.objects.filter(provider_id=provider_id, ruling_id=penalty.pk).first()
        if found is not None:
            if found.amount != amount:
                raise BadTransfer(_("This ruling was carried out already, with another amount."))
            return found
        if not 0 < amount <= deposit_of(provider_id, at).held:
            raise BadTransfer(_("No more than the deposit that is held can be deducted."))
        row = Deduction.objects.create(
            provider_id=provider_id, ruling_id=penalty.pk, amount=amount, currency=CURRENCY, reason=reason.strip()[:500],
            top_up_by=at + TOP_UP_WITHIN, created_at=at, created_by=by.label,
        )  # fmt: skip
        key = ruling_key(penalty.ruling)
        _post(provider_id, "deposit.deducted", AccountCode.DEPOSIT_HELD, AccountCode.DEPOSIT_DEDUCTED, key, amount, at)
        _after_deduction(row, penalty.ruling, by, at)
        return row


def give_back(*, provider_id: int, ruling: str, by: Actor, at: datetime) -> bool:
    """Return what a ruling deducted, after it was lifted on appeal; whether this call did it. Repeating it changes nothing.

    Raises NotFound without such a ruling or deduction, BadTransfer while the ruling stands.
    """
    with scope(provider_id, durable=True):
        locked_application(provider_id, at)
        penalty = Penalty.objects.filter(provider_id=provider_id, ruling=ruling.strip()).first()
        row = Deduction.objects.filter(provider_id=provider_id, ruling_id=penalty.pk).first() if penalty else None
        if penalty is None or row is None:
            raise NotFound(_("Nothing was deducted by a ruling of this number."))
        if penalty.state != Penalty.State.LIFTED:
            raise BadTransfer(_("This ruling stands. Only one that was lifted on appeal is given back."))
        accounts = AccountCode.DEPOSIT_DEDUCTED, AccountCode.DEPOSIT_HELD
        if not _post(provider_id, "deposit.returned", *accounts, returned_key(penalty.ruling), row.amount, at):
            return False
        facts = {"ruling": penalty.ruling, "amount": row.amount}
        record(merchant_id=provider_id, by=by, action="providers.deposit.returned", facts=facts)
        told: dict[str, Fact] = {"amount": both.money(row.amount, row.currency), "ruling": penalty.ruling}
        _tell(provider_id, "providers.deposit.returned", told, f"deduction:{penalty.ruling}:returned", at)
        announce(provider_id, at)
        return True


def _ruling(provider_id: int, ruling: str) -> Penalty:
    penalty = Penalty.objects.filter(provider_id=provider_id, ruling=ruling.strip()).first()
    if penalty is None:
        raise NotFound(_("There is no ruling of this number against this provider."))
    if penalty.state == Penalty.State.LIFTED:
        raise BadTransfer(_("This ruling was lifted on appeal."))
    return penalty


def _after_deduction(row: Deduction, ruling: str, by: Actor, at: datetime) -> None:
    facts = {"ruling": ruling, "amount": row.amount, "reason": row.reason, "top_up_by": row.top_up_by.isoformat()}
    record(merchant_id=row.provider_id, by=by, action="providers.deposit.deducted", facts=facts)
    told: dict[str, Fact] = {
        "amount": both.money(row.amount, row.currency), "ruling": ruling, "reason": row.reason,
        "until": today(row.top_up_by).isoformat(),
    }  # fmt: skip
    _tell(row.provider_id, "providers.deposit.deducted", told, f"deduction:{ruling}", at)
    announce(row.provider_id, at)


def _locked(provider_id: int, transfer_id: int, at: datetime) -> DepositTransfer:
    locked_application(provider_id, at)
    row = DepositTransfer.objects.select_for_update().filter(provider_id=provider_id, pk=transfer_id).first()
    if row is None:
        raise NotFound("There is no such transfer.")
    return row


def _post(provider_id: int, kind: str, debit: str, credit: str, key: str, amount: int, at: datetime) -> int:
    """Move money of the deposit, which cannot go below zero; 0 when it was done before."""
    floors = {AccountCode.DEPOSIT_HELD: 0}
    accounts = {
        code: open_account(merchant_id=provider_id, code=code, currency=CURRENCY, floor=floors.get(AccountCode(code)))
        for code in sorted({debit, credit})
    }
    return post_transfers(
        merchant_id=provider_id, kind=kind, currency=CURRENCY, debit=accounts[debit], credit=accounts[credit], keys=[key],
        amounts=[amount], at=at,
    )  # fmt: skip


def pay_back(provider_id: int, *, key: str, amount: int, at: datetime) -> None:
    """Move the deposit out again, in the caller's transaction."""
    _post(provider_id, "deposit.paid_back", AccountCode.DEPOSIT_HELD, AccountCode.DEPOSIT_BANK, key, amount, at)


def _record(row: DepositTransfer, what: str, by: Actor, **facts: object) -> None:
    about = {"transfer_id": row.pk, **facts}
    record(merchant_id=row.provider_id, by=by, action=f"providers.deposit.{what}", facts=about)


def _tell(provider_id: int, kind: str, facts: dict[str, Fact], key: str, at: datetime) -> None:
    tell(organization_id=provider_id, kind=kind, facts=facts, url="/desk/deposit/", effect_key=key, at=at)
