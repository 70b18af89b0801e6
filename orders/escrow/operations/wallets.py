"""A merchant's wallet: money that has arrived, and money sent back to where it came from."""

from datetime import datetime

from marketplace.audit.operations import record
from marketplace.tenancy.actor import Actor
from orders.escrow.books import move_wallet
from orders.escrow.errors import NotEnoughInWallet
from orders.escrow.operations.common import checked


def credit_wallet(*, merchant_id: int, amount: int, currency: str, key: str, kind: str, at: datetime, by: Actor) -> bool:
    """Book money that has arrived; whether this call did it. Needs the merchant's scope.

    Once per key, such as "payin:12". `kind` is one word that says how it came ("paid_in", "bank"). Repeating it with another
    amount is an error of the database.
    """
    checked(amount, key)
    is_new, _short = move_wallet(merchant_id=merchant_id, currency=currency, key=key, kind=kind, is_in=True, amount=amount, at=at)
    if is_new:
        facts = {"amount": amount, "currency": currency, "key": key}
        record(merchant_id=merchant_id, by=by, action="escrow.wallet.credited", facts=facts)
    return is_new


def debit_wallet(*, merchant_id: int, amount: int, currency: str, key: str, kind: str, at: datetime, by: Actor) -> bool:
    """Book money that goes back to where it came from; whether this call did it. Once per key. Raises NotEnoughInWallet."""
    checked(amount, key)
    is_new, missing = move_wallet(
        merchant_id=merchant_id, currency=currency, key=key, kind=kind, is_in=False, amount=amount, at=at
    )
    if missing:
        raise NotEnoughInWallet(missing, currency)
    if is_new:
        facts = {"amount": amount, "currency": currency, "key": key}
        record(merchant_id=merchant_id, by=by, action="escrow.wallet.debited", facts=facts)
    return is_new
