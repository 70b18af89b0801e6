"""Earnings without contracts: posted straight into the provider's book, as a release would leave them."""

from datetime import datetime, timedelta

from marketplace.accounts.operations import ensure_user
from marketplace.ledger.operations import open_account, post_transfers
from marketplace.ledger.queries import is_balanced, verify_all
from marketplace.tenancy.actor import Actor, person
from marketplace.tenancy.scope import scope
from orders.payouts.books import balances
from orders.payouts.models import Payout, PayoutBatch
from orders.payouts.operations import batches
from tests import cast
from tests.orders.payouts.test_accounts import CHECKED, confirm, enter
from tests.providers.onboarding.steps import NOW

MONDAY = NOW + timedelta(days=7)  # 9 March 2026


def colleague(name: str) -> Actor:
    """A person of the market's staff."""
    return person(ensure_user(email=f"{name}@staff.example", password=cast.PASSWORD, name=name, is_staff=True).pk)


def earn(provider: cast.Provider, amount: int, *, key: str = "earned", currency: str = "CNY", at: datetime = NOW) -> None:
    """Available earnings; a negative amount takes them away, as a reversal after the payout does."""
    with scope(provider.id):
        accounts = [
            open_account(merchant_id=provider.id, code=code, currency=currency, floor=None) for code in ("clearing", "earnings")
        ]
        debit, credit = accounts if amount > 0 else reversed(accounts)
        post_transfers(
            merchant_id=provider.id, kind="test.earned", currency=currency, debit=debit, credit=credit, keys=[key],
            amounts=[abs(amount)], at=at,
        )  # fmt: skip


def with_account(provider: cast.Provider) -> None:
    confirm(provider, enter(provider, CHECKED))


def drafted(by: Actor | None = None, *, currency: str = "CNY", at: datetime = MONDAY) -> PayoutBatch:
    return batches.draft_batch(currency=currency, by=by or colleague("drafter"), at=at)


def approved(batch: PayoutBatch) -> PayoutBatch:
    from orders.payouts.queries import totals_of_batch

    count, total = totals_of_batch(batch.pk)
    return batches.approve_batch(batch_id=batch.pk, count=count, total=total, by=colleague("approver"), at=MONDAY)


def exported(batch: PayoutBatch) -> batches.BankFile:
    return batches.export_batch(batch_id=batch.pk, by=colleague("banker"), at=MONDAY)


def with_bank(provider: cast.Provider, amount: int = 50_000) -> Payout:
    """A payout of the provider's that waits for the bank's answer."""
    with_account(provider)
    earn(provider, amount)
    batch = drafted()
    approved(batch)
    exported(batch)
    return payout_of(provider)


def payout_of(provider: cast.Provider) -> Payout:
    with scope(provider.id):
        return Payout.objects.select_related("account").filter(provider_id=provider.id).latest("id")


def book(provider: cast.Provider, currency: str = "CNY") -> tuple[int, int, int]:
    """(earnings, in transit, paid out); and every book sums to zero."""
    assert verify_all()["accounts_off"] == []
    with scope(provider.id):
        assert is_balanced(provider.id)
        found = balances(provider.id).get(currency, {})
    return tuple(found.get(code, 0) for code in ("earnings", "payouts_in_transit", "paid_out"))
