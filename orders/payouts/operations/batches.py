"""A week's payouts: drawn up, approved by a second person, taken to the bank by another than who approved.

Locks, in this order: the batch, the payout, the ledger's accounts. Each provider's payout is a transaction of its own while the
batch is a draft; whatever stops in between is gone on with by the next run.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotAllowed, NotFound
from marketplace.kernel.transitions import NotPossible, after
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.escrow.errors import NotEnoughEarned
from orders.payouts import bankfile, policies, queries
from orders.payouts.accounts import ZONE, number_of
from orders.payouts.books import move
from orders.payouts.eligibility import payable
from orders.payouts.models import Payout, PayoutBatch
from orders.payouts.rules import smallest_payout
from orders.payouts.states import BATCH, PAYOUT


class FourEyes(NotAllowed):
    """The same person may not do both."""


def week_of(at: datetime) -> date:
    """The Monday of the week, where the market is."""
    day = at.astimezone(ZONE).date()
    return day - timedelta(days=day.weekday())


def draft_batch(*, currency: str, by: Actor, at: datetime) -> PayoutBatch:
    """The week's batch of a currency, begun when there is none; with every provider to whom something is due.

    Doing it again adds whoever has become due since, as long as it is a draft. Raises NotPossible after that.
    """
    batch = begin_batch(currency=currency, by=by, at=at)
    if batch.state != "draft":
        raise NotPossible(_("This week's batch is approved already. What has come since is for the next one."))
    for provider_id in queries.providers_with_earnings(currency, smallest_payout(currency)):
        try:
            add_payout(provider_id=provider_id, batch_id=batch.pk, by=by, at=at)
        except NotEnoughEarned:
            continue  # a refund took it between looking and posting; the next run looks again
    return batch


def add_due(*, provider_id: int, by: Actor, at: datetime) -> int:
    """Put what is due to a provider into this week's drafts, of every currency; how many payouts there are now."""
    drafts = queries.drafts_of_week(week_of(at))
    return sum(add_payout(provider_id=provider_id, batch_id=pk, by=by, at=at) is not None for pk in drafts)


def begin_batch(*, currency: str, by: Actor, at: datetime) -> PayoutBatch:
    """The week's batch of a currency, begun empty when there is none; of two who begin it at once, both get the same."""
    period = week_of(at)
    try:
        with transaction.atomic():
            return queries.batch_of_week(period, currency) or PayoutBatch.objects.create(
                period=period, currency=currency, drafted_by=by.label, drafted_by_id=by.user_id, created_at=at
            )
    except IntegrityError:
        found = queries.batch_of_week(period, currency)  # somebody else began it at this moment
        if found is None:
            raise
        return found


def add_payout(*, provider_id: int, batch_id: int, by: Actor, at: datetime) -> Payout | None:
    """Put a provider's whole balance into a draft, once; None when nothing is due.

    The money leaves the earnings at this moment, so nothing can spend it twice. Raises NotPossible for a batch that is no draft,
    NotEnoughEarned when a refund took the money between looking and posting.
    """
    with scope(provider_id, durable=True):
        batch = locked_batch(batch_id)
        if batch.state != "draft":
            raise NotPossible(_("This batch is no draft any more."))
        found = Payout.objects.filter(provider_id=provider_id, batch=batch).first()
        due = payable(provider_id, batch.currency, at)
        if found is not None or due.account is None or not due.is_due:
            return found
        row = Payout.objects.create(
            provider_id=provider_id, batch=batch, account=due.account, amount=due.amount, currency=batch.currency, created_at=at
        )
        move(row, "drafted", by, at)
        told(row, "drafted", by, batch=batch.number)
        return row


def approve_batch(*, batch_id: int, count: int, total: int, by: Actor, at: datetime) -> PayoutBatch:
    """Release a draft of exactly what was shown: `count` payouts of `total` minor units.

    Raises FourEyes for who drew it up, NotPossible when it shows something else by now.
    """
    with scope(durable=True):
        batch = locked_batch(batch_id)
        state = after(BATCH, batch.state, "approve")
        if not policies.may_approve(batch, by.user_id):
            raise FourEyes(_("Another person than the one who drew it up has to approve."))
        if queries.totals_of_batch(batch.pk) != (count, total) or not count:
            raise NotPossible(_("The batch has changed since this page was opened. Look at it again."))
        batch.state, batch.approved_by, batch.approved_by_id, batch.approved_at = state, by.label, by.user_id, at
        batch.save(update_fields=["state", "approved_by", "approved_by_id", "approved_at"])
        for row in queries.rows_of_batch(batch.pk):
            if row.state == "drafted":
                _step(row, "approve", by)
        return batch


@dataclass(frozen=True)
class BankFile:
    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()


def export_batch(*, batch_id: int, by: Actor, at: datetime) -> BankFile:
    """The file for the bank. Asking again gives the same bytes; every look at the account numbers is recorded.

    Raises FourEyes for who approved, NotPossible for a batch that is not approved.
    """
    with scope(durable=True):
        batch = locked_batch(batch_id)
        state, is_first = after(BATCH, batch.state, "export"), not batch.file_sha256
        if not policies.may_export(batch, by.user_id):
            raise FourEyes(_("Another person than the one who approved has to take the file to the bank."))
        lines = [_line(row, by) for row in queries.rows_of_batch(batch.pk) if row.state != "cancelled"]
        file = BankFile(f"{batch.number}-{batch.period}-{batch.currency}.csv", bankfile.written(lines))
        if not is_first and file.sha256 != batch.file_sha256:
            raise NotPossible(_("The file would differ from the one the bank was given. Ask the technicians before you go on."))
        if is_first:
            batch.state, batch.exported_by, batch.exported_at, batch.file_sha256 = state, by.label, at, file.sha256
            batch.save(update_fields=["state", "exported_by", "exported_at", "file_sha256"])
        return file


def _line(row: Payout, by: Actor) -> bankfile.Line:
    """The order of one payout, which is with the bank from now on."""
    with scope(row.provider_id):
        account = queries.access_account(provider_id=row.provider_id, pk=row.account_id)
        record(
            merchant_id=row.provider_id, by=by, action="orders.payout_account.read",
            facts={"account_id": account.pk, "last4": account.last4, "payout": row.number},
        )  # fmt: skip
    if row.state == "approved":
        _step(row, "export", by)
    return bankfile.Line(row.number, account.holder, account.bank, number_of(account), row.amount, row.currency)


def cancel_batch(*, batch_id: int, why: str, by: Actor, at: datetime) -> None:
    """Give up a batch the bank has not seen; every amount goes back to its earnings. Raises NotPossible."""
    with scope(durable=True):
        batch = locked_batch(batch_id)
        batch.state, batch.closed_at = after(BATCH, batch.state, "cancel"), at
        batch.save(update_fields=["state", "closed_at"])
        for row in queries.rows_of_batch(batch.pk):
            if row.state != "cancelled":
                _take_out(row, why, by, at)


def cancel_payout(*, provider_id: int, payout_id: int, why: str, by: Actor, at: datetime) -> None:
    """Take one payout out of a batch the bank has not seen; its amount goes back to the earnings. Raises NotPossible."""
    with scope(provider_id, durable=True):
        locked_batch(queries.access_payout(provider_id=provider_id, pk=payout_id).batch_id)
        _take_out(queries.access_payout(provider_id=provider_id, pk=payout_id, lock=True), why, by, at)


def _take_out(row: Payout, why: str, by: Actor, at: datetime) -> None:
    with scope(row.provider_id):
        row.state, row.note, row.settled_at, row.settled_by = after(PAYOUT, row.state, "cancel"), why[:300], at, by.label
        row.save(using="default", update_fields=["state", "note", "settled_at", "settled_by"])
        move(row, "cancelled", by, at)
        told(row, "cancelled", by, why=row.note)


def _step(row: Payout, act: str, by: Actor) -> None:
    with scope(row.provider_id):
        row.state = after(PAYOUT, row.state, act)
        row.save(using="default", update_fields=["state"])
        told(row, row.state, by)


def locked_batch(batch_id: int) -> PayoutBatch:
    """The batch, locked. Raises NotFound."""
    found = PayoutBatch.objects.select_for_update().filter(pk=batch_id).first()
    if found is None:
        raise NotFound(_("There is no such batch."))
    return found


def told(row: Payout, what: str, by: Actor, **facts: object) -> None:
    """The audit row of an act on a payout."""
    about = {"payout": row.number, "amount": row.amount, "currency": row.currency, **facts}
    record(merchant_id=row.provider_id, by=by, action=f"orders.payout.{what}", facts=about)
