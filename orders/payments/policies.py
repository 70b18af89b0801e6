"""What the state of a payment allows. Who may is judged elsewhere (`marketplace.accounts.roles`)."""

from collections.abc import Sequence
from datetime import datetime

from marketplace.kernel.transitions import allows
from orders.payments.models import PayBack, PayIn
from orders.payments.states import PAY_IN


def can_open(pay_in: PayIn, *, offline: bool) -> bool:
    """Whether its page at the payment company can be asked for (again)."""
    return not offline and pay_in.state == "created" and allows(PAY_IN, pay_in.state, "open")


def can_continue(pay_in: PayIn, at: datetime) -> bool:
    """Whether the payer can go on at the payment company."""
    return pay_in.state == "pending" and pay_in.expires_at > at and bool(pay_in.payment_url or pay_in.payment_code)


def can_give_up(pay_in: PayIn) -> bool:
    return allows(PAY_IN, pay_in.state, "give_up")


def can_prove(pay_in: PayIn, *, offline: bool) -> bool:
    """Whether papers of a transfer are taken: also late ones, since the money may have been on its way."""
    return offline and pay_in.state in ("pending", "expired", "failed")


def left_to_return(pay_in: PayIn) -> int:
    """What of a payment may still go back to where it came from, in minor units."""
    return (pay_in.paid_amount or 0) - pay_in.returned_amount if pay_in.state == "succeeded" else 0


def shares_to_return(amount: int, candidates: Sequence[PayIn]) -> list[tuple[PayIn, int]]:
    """Which payments an amount goes back to, in the given order; together less than `amount` when that is all there is."""
    shares, left = [], amount
    for pay_in in candidates:
        share = min(left, left_to_return(pay_in))
        if share > 0:
            shares.append((pay_in, share))
            left -= share
    return shares


def needs_account(shares: Sequence[tuple[PayIn, int]], offline: frozenset[str]) -> bool:
    """Whether part of it goes by bank transfer, so that an account must be named."""
    return any(pay_in.gateway in offline for pay_in, _share in shares)


def is_settled(pay_back: PayBack) -> bool:
    return pay_back.state in ("succeeded", "failed")
