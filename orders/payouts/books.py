"""The provider's own book as far as paying out goes: earnings → payouts in transit → paid out. Needs the provider's scope."""

from datetime import datetime
from typing import Final

from marketplace.ledger.models import AccountCode, LedgerAccount
from marketplace.tenancy.actor import Actor
from orders.escrow.operations.earnings import PayoutStep, move_payout
from orders.payouts.models import Payout

EARNINGS: Final = AccountCode.EARNINGS.value
PENDING: Final = AccountCode.EARNINGS_PENDING.value
IN_TRANSIT: Final = AccountCode.PAYOUTS_IN_TRANSIT.value
PAID_OUT: Final = AccountCode.PAID_OUT.value
#: What happens to a payout → the ledger's step. What is taken out goes back to the earnings as what the bank sent back does.
STEPS: Final[dict[str, PayoutStep]] = {
    "drafted": "sent", "paid": "paid", "failed": "failed", "bounced": "bounced", "cancelled": "failed",
}  # fmt: skip


def move(payout: Payout, what: str, by: Actor, at: datetime) -> bool:
    """Post what happened to a payout; whether this call did it. Raises NotEnoughEarned for more than is available."""
    return move_payout(
        provider_id=payout.provider_id, amount=payout.amount, currency=payout.currency, key=str(payout.pk), step=STEPS[what],
        at=at, by=by,
    )  # fmt: skip


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
