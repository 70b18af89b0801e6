"""The provider's own book as far as paying out goes: earnings → payouts in transit → paid out. Needs the provider's scope."""

from datetime import datetime
from typing import Final

from marketplace.ledger.models import LedgerAccount
from marketplace.ledger.operations import open_account, post_transfers
from orders.payouts.models import Payout

EARNINGS: Final = "earnings"
PENDING: Final = "earnings_pending"
IN_TRANSIT: Final = "payouts_in_transit"
PAID_OUT: Final = "paid_out"
#: Earnings may fall below zero: a refund after the payout is a debt. What is on its way may not.
FLOORS: Final = {IN_TRANSIT: 0}
#: What happens to a payout → from where to where.
MOVES: Final = {
    "drafted": (EARNINGS, IN_TRANSIT),
    "paid": (IN_TRANSIT, PAID_OUT),
    "failed": (IN_TRANSIT, EARNINGS),
    "cancelled": (IN_TRANSIT, EARNINGS),
}


def move(payout: Payout, what: str, at: datetime) -> bool:
    """Post what happened to a payout; whether this call did it. Doing it again changes nothing."""
    source, target = MOVES[what]
    accounts = {
        code: open_account(merchant_id=payout.provider_id, code=code, currency=payout.currency, floor=FLOORS.get(code))
        for code in sorted({source, target})
    }
    posted = post_transfers(
        merchant_id=payout.provider_id, kind=f"payouts.{what}", currency=payout.currency, debit=accounts[source],
        credit=accounts[target], keys=[f"payout:{payout.pk}:{what}"], amounts=[payout.amount], at=at,
    )  # fmt: skip
    return posted == 1


def balance(provider_id: int, code: str, currency: str) -> int:
    """Minor units on one of the provider's accounts; 0 when there is none yet."""
    found = LedgerAccount.objects.filter(merchant_id=provider_id, code=code, currency=currency)
    return found.values_list("balance", flat=True).first() or 0


def balances(provider_id: int) -> dict[str, dict[str, int]]:
    """By currency and account: what a provider's page of earnings shows. One statement."""
    rows = LedgerAccount.objects.filter(merchant_id=provider_id, code__in=[PENDING, EARNINGS, IN_TRANSIT, PAID_OUT])
    found: dict[str, dict[str, int]] = {}
    for currency, code, amount in rows.values_list("currency", "code", "balance"):
        found.setdefault(currency, dict.fromkeys((PENDING, EARNINGS, IN_TRANSIT, PAID_OUT), 0))[code] = amount
    return found
