"""What can be done with money of contracts. Each takes part in the caller's transaction and scope (a party's of the deal).

Locks: the deal's row first, then its holds and releases, then the ledger's accounts. One transaction works on one deal.
Repeating a key with the same body gives the stored answer; with another one it raises KeyUsed.
"""

from orders.escrow.errors import (
    BadAmount,
    KeyUsed,
    NotEnoughEarned,
    NotEnoughHeld,
    NotEnoughInWallet,
    StillHeld,
)
from orders.escrow.operations.deals import close_deal, open_deal
from orders.escrow.operations.disputes import charge, return_charge
from orders.escrow.operations.earnings import mature, move_payout
from orders.escrow.operations.holding import hold, roll
from orders.escrow.operations.releasing import Preview, preview_release, refund, release, split
from orders.escrow.operations.reversing import preview_reversal, reverse
from orders.escrow.operations.wallets import credit_wallet, debit_wallet
from orders.escrow.payout_hold import register_payout_hold
from orders.escrow.queries import access_deal, wallet

__all__ = [
    "BadAmount",
    "KeyUsed",
    "NotEnoughEarned",
    "NotEnoughHeld",
    "NotEnoughInWallet",
    "Preview",
    "StillHeld",
    "access_deal",
    "charge",
    "close_deal",
    "credit_wallet",
    "debit_wallet",
    "hold",
    "mature",
    "move_payout",
    "open_deal",
    "preview_release",
    "preview_reversal",
    "refund",
    "register_payout_hold",
    "release",
    "return_charge",
    "reverse",
    "roll",
    "split",
    "wallet",
]
