"""What an appeal costs (F9): charged to one side, returned when it wins."""

from datetime import datetime
from typing import Literal

from marketplace.ledger.models import AccountCode
from marketplace.tenancy.actor import Actor
from orders.escrow.books import CLEARING, MARKET, MERCHANT, PROVIDER, Leg, must_post, post
from orders.escrow.errors import NotEnoughInWallet
from orders.escrow.models import Deal
from orders.escrow.operations.common import checked, locked, note

Side = Literal["merchant", "provider"]
PURSE = {"merchant": (MERCHANT, AccountCode.WALLET.value), "provider": (PROVIDER, AccountCode.EARNINGS.value)}
FEES = AccountCode.DISPUTE_FEES.value


def charge(*, deal: Deal, side: Side, key: str, amount: int, at: datetime, by: Actor) -> None:
    """Charge one side: the merchant's wallet, which must suffice, or the provider's earnings, which may fall below zero.

    Once per key. Raises NotEnoughInWallet.
    """
    checked(amount, key)
    deal = locked(deal, "charge")
    party, purse = PURSE[side]
    named = f"charge:{key}", "dispute.charged"
    missing = post(deal, [Leg(party, *named, purse, CLEARING, amount), Leg(MARKET, *named, CLEARING, FEES, amount)], at)
    if missing:
        raise NotEnoughInWallet(missing, deal.currency)
    note(deal, "dispute.charged", by, side=side, key=key, amount=amount)


def return_charge(*, deal: Deal, side: Side, key: str, amount: int, at: datetime, by: Actor) -> None:
    """Give back what was charged under this key, once."""
    checked(amount, key)
    deal = locked(deal, "charge")
    party, purse = PURSE[side]
    named = f"return:{key}", "dispute.returned"
    must_post(deal, [Leg(MARKET, *named, FEES, CLEARING, amount), Leg(party, *named, CLEARING, purse, amount)], at)
    note(deal, "dispute.returned", by, side=side, key=key, amount=amount)
