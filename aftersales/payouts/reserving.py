"""Promising one claim's money to its buyer. A run does the same for all its claims in `claim.sql`. Postings: docs/money.md."""

from datetime import datetime

from aftersales.models import Claim, Payout
from marketplace.ledger.models import AccountCode
from marketplace.ledger.operations import open_account, post_transfers


def reserve_payout(*, claim: Claim, amount: int, at: datetime) -> Payout:
    """A new payout of a claim, numbered after those it has, and its amount reserved. The caller has locked the claim's row."""
    number = Payout.objects.filter(merchant_id=claim.merchant_id, claim=claim).count() + 1
    payout = Payout.objects.create(
        merchant_id=claim.merchant_id,
        claim=claim,
        amount=amount,
        currency=claim.currency,
        request_id=f"pp-{claim.pk}-{number}",
    )
    account = {"merchant_id": claim.merchant_id, "currency": claim.currency}
    post_transfers(
        merchant_id=claim.merchant_id,
        kind="price_protection.reserved",
        currency=claim.currency,
        debit=open_account(code=AccountCode.REFUND_FUNDING, **account),
        credit=open_account(code=AccountCode.REFUNDS_RESERVED, floor=0, **account),
        keys=[f"claim:{claim.pk}:reserved:{number}"],
        amounts=[amount],
        at=at,
    )
    return payout


def failed_payouts(claim: Claim) -> list[Payout]:
    """Payouts that failed for good and were not repeated yet."""
    found = list(Payout.objects.filter(merchant_id=claim.merchant_id, claim=claim).order_by("id"))
    return [] if any(payout.state != Payout.State.FAILED for payout in found) else found[-1:]
