"""Setting money aside for a part of a deal, and using what one part did not need for another."""

from datetime import datetime

from django.db.models import Sum

from marketplace.ledger.models import AccountCode
from marketplace.tenancy.actor import Actor
from orders.escrow.books import MERCHANT, Leg, post
from orders.escrow.errors import KeyUsed, NotEnoughInWallet
from orders.escrow.models import Deal, Hold, Roll
from orders.escrow.operations.common import checked, hold_of, locked, note, same, take


def hold(*, deal: Deal, key: str, amount: int, at: datetime, by: Actor, title: str = "") -> Hold:
    """Move `amount` from the merchant's wallet into what is held, under a key such as "milestone:12": once per key.

    A hold that so far only has what another part did not need is added to. Raises NotEnoughInWallet, which says what is missing,
    and KeyUsed.
    """
    checked(amount, key)
    deal = locked(deal, "hold")
    stored = Hold.objects.filter(merchant_id=deal.merchant_id, deal=deal, key=key).first()
    own = 0 if stored is None else stored.amount - _rolled_in(stored)
    if stored is not None and own:
        if own != amount:
            raise KeyUsed
        return stored
    leg = Leg(MERCHANT, f"hold:{key}", "escrow.held", AccountCode.WALLET.value, AccountCode.ESCROW_HELD.value, amount)
    missing = post(deal, [leg], at)
    if missing:
        raise NotEnoughInWallet(missing, deal.currency)
    row = _new_hold(deal, key, amount, title, at, by) if stored is None else _grown(stored, amount)
    note(deal, "hold.made", by, key=key, amount=amount)
    return row


def roll(*, deal: Deal, hold_key: str, to_hold_key: str, amount: int, at: datetime, by: Actor, title: str = "") -> Hold:
    """Use `amount` of one hold for another (F2), which is made when it is new; once per pair. Returns the one it went to.

    Raises NotFound, NotEnoughHeld, KeyUsed.
    """
    checked(amount, to_hold_key)
    deal = locked(deal, "roll")
    source = hold_of(deal, hold_key)
    target = Hold.objects.filter(merchant_id=deal.merchant_id, deal=deal, key=to_hold_key).first()
    if target is not None:
        stored = Roll.objects.filter(merchant_id=deal.merchant_id, hold=source, to_hold=target).first()
        if stored is not None:
            same(stored, amount=amount)
            return target
    take(deal, source, amount, "rolled")
    if target is None:
        target = _new_hold(deal, to_hold_key, amount, title, at, by)
    else:
        _grown(target, amount)
    Roll.objects.create(
        merchant_id=deal.merchant_id, provider_id=deal.provider_id, deal=deal, hold=source, to_hold=target, amount=amount,
        rolled_at=at, created_by=by.label,
    )  # fmt: skip
    note(deal, "hold.moved", by, key=hold_key, to=to_hold_key, amount=amount)
    return target


def _rolled_in(row: Hold) -> int:
    """What of the hold came from other parts."""
    found = Roll.objects.filter(merchant_id=row.merchant_id, to_hold=row).aggregate(total=Sum("amount"))
    return found["total"] or 0


def _grown(row: Hold, amount: int) -> Hold:
    row.amount += amount
    row.save(update_fields=["amount"])
    return row


def _new_hold(deal: Deal, key: str, amount: int, title: str, at: datetime, by: Actor) -> Hold:
    return Hold.objects.create(
        merchant_id=deal.merchant_id, provider_id=deal.provider_id, deal=deal, key=key, title=title[:200], amount=amount,
        held_at=at, created_by=by.label,
    )  # fmt: skip
